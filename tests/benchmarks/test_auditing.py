from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.auditing import audit, leaks
from benchmarks.datasets import SOURCES, Dataset, load_dataset
from benchmarks.datasets.published import from_records
from benchmarks.description import describe, totals
from command_line import dplbench

ANSWER = "The binding came loose in March, the maps are upside down, and still I would not part with it for the world, dear reader."


def review(asin: str, time: int, text: str) -> dict[str, Any]:
    return {"asin": asin, "rating": 4.0, "text": text, "timestamp": time, "title": "t"}


def dataset(*, ann: list[dict[str, Any]] = [], bob: list[dict[str, Any]] = []) -> Dataset:  # noqa: B006 - never changed
    """Two clean users, with whatever is planted in their histories."""
    rows = [
        {"user_id": "ann", "profile": [review("A", 1, "It was fine for what it is."), *ann], "data": review("T", 50, ANSWER)},
        {"user_id": "bob", "profile": [review("A", 2, "Not for me at all."), *bob], "data": review("B", 40, "Bob on B, at length.")},
    ]
    return from_records("planted", rows, [])


def found(planted: Dataset) -> dict[str, int]:
    return {check.what: check.found for check in audit(planted) if check.found}


def test_a_clean_dataset_has_no_leak() -> None:
    assert not [check for check in audit(dataset()) if check.kind == "leak" and check.found]
    assert not [check for check in audit(load_dataset("sample")) if check.kind == "leak" and check.found]


GERMAN = "Dieses Buch hat mir sehr gut gefallen und ich werde es noch viele Male lesen wenn der Winter kommt und draußen Schnee liegt"
NEARLY = ANSWER.replace("dear reader", "dear readers")


@pytest.mark.parametrize(
    ("planted", "what"),
    [
        ({"ann": [review("X", 3, ANSWER.upper())]}, "samples whose real review is in the user's own history"),
        ({"bob": [review("X", 3, ANSWER + "\n")]}, "samples whose real review is in another user's history"),
        ({"ann": [review("X", 3, NEARLY)]}, "samples whose real review is nearly the same as one in the user's own history"),
        ({"bob": [review("X", 3, NEARLY)]}, "samples whose real review is nearly the same as one in another user's history"),
        ({"ann": [review("X", 51, "Written afterwards.")]}, "samples with a history that goes on after the review to predict"),
        ({"ann": [review("X", 50, "Written at once.")]}, "samples with an earlier review of the very same time"),
        ({"ann": [review("X", 3, "Write to me@example.org now.")]}, "reviews with an e-mail address"),
        ({"ann": [review("X", 3, "See https://example.org now.")]}, "reviews with a link"),
        (
            {"ann": [review("X", 3, GERMAN)]},
            "reviews that seem not to be in English (a guess)",
        ),
    ],
)  # fmt: skip
def test_each_planted_fault_is_found_and_nothing_else(planted: dict[str, Any], what: str) -> None:
    assert set(found(dataset(**planted))) - set(found(dataset())) == {what}


def test_peers_newer_than_the_target_are_counted() -> None:
    later = dataset(bob=[review("X", 39, "Later than that."), review("Y", 39, "x")], ann=[review("X", 3, "ann on X")])
    what = "samples that can be compared with reviews newer than the one to predict"
    assert found(later).get(what, 0) == 0
    rows = [
        {"user_id": "ann", "profile": [review("A", 1, "ann on A")], "data": review("T", 5, ANSWER)},
        {"user_id": "bob", "profile": [review("A", 9, "bob on A")], "data": review("B", 40, "Bob on B.")},
    ]
    assert found(from_records("x", rows, []))[what] == 1


def test_users_who_are_one_are_counted() -> None:
    rows = [
        {"user_id": user, "profile": [review("A", 1, "the very same")], "data": review(user, 5, f"{user} wrote this one alone")}
        for user in ("ann", "bob")
    ]
    assert found(from_records("x", rows, []))["users who wrote all the same reviews as another"] == 2


def test_a_run_refuses_leaks_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], no_wordnet: None
) -> None:
    leaking = dataset(ann=[review("X", 3, ANSWER)])
    assert leaks(leaking)[0].examples == ("ann:T",)
    monkeypatch.setitem(SOURCES, "sample", replace(SOURCES["sample"], load=lambda _: leaking))
    arguments = ("run", "--model", "openai/x", "--method", "rag", "--offline", "--out", tmp_path)
    assert dplbench(*arguments) == 2
    assert "allow_leaks=true" in capsys.readouterr().err
    assert dplbench(*arguments, "--set", "allow_leaks=true") == 5  # offline, and nothing is stored
    assert dplbench("data", "audit", "sample") == 10
    assert "ann:T" in capsys.readouterr().out


def test_description_counts_and_measures() -> None:
    sample = load_dataset("sample")
    assert totals(sample)["items"] == "16, 16 with a description"
    table = describe(sample).set_index("what")
    assert table.loc["earlier reviews a user to predict", "min"] == 10
    assert 40 <= table.loc["words a review", "min"] <= table.loc["words a review", "median"] <= table.loc["words a review", "max"] <= 80


def test_the_command_line_audits_describes_and_draws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dplbench("data", "audit", "sample") == 0
    assert dplbench("data", "describe", "sample", "--out", tmp_path) == 0
    shown = capsys.readouterr().out
    assert "words a review" in shown
    assert sorted(path.name for path in tmp_path.iterdir()) == ["distributions.png", "distributions.svg"]
    assert dplbench("data", "audit", "smaple") == 2
