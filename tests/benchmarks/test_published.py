import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.datasets.published import from_records, read_jsonl
from dpl.errors import ConfigurationError, MissingRequirement


def review(asin: str, time: int, text: str = "words") -> dict[str, Any]:
    return {"asin": asin, "rating": 4.0, "text": text, "timestamp": time, "title": f"on {asin}"}


def row(user: str, *asins: str, target: str = "T", text: str = "the real review") -> dict[str, Any]:
    return {"user_id": user, "profile": [review(asin, time) for time, asin in enumerate(asins)], "data": review(target, 99, text)}


ITEMS = [{"asin": "T", "title": "Target", "description": "Described"}]


def test_profiles_make_the_corpus_and_targets_stay_apart() -> None:
    dataset = from_records("x", [row("ann", "A", "B"), row("bob", "A")], ITEMS)
    assert {review.text for own in dataset.corpus.by_user.values() for review in own} == {"words"}
    assert [peer.user_id for peer in dataset.corpus.peers("A", without="ann")] == ["bob"]
    (ann, _) = dataset.samples
    assert (ann.id, ann.rating, ann.title, ann.item.title) == ("ann:T", 4.0, "on T", "Target")
    assert [review.asin for review in ann.history] == ["A", "B"]
    assert dataset.references == {"ann:T": "the real review", "bob:T": "the real review"}
    assert "the real review" not in repr(dataset.samples) + repr(dataset.corpus.by_user)


def test_growing_histories_of_one_user_are_one_history_in_the_corpus() -> None:
    rows = [row("ann", "A", target="B"), row("ann", "A", "B", target="C")]
    assert [review.asin for review in from_records("x", rows, ITEMS).corpus.by_user["ann"]] == ["A", "B"]


def test_limit_cuts_samples_never_the_corpus() -> None:
    dataset = from_records("x", [row("ann", "A"), row("bob", "A")], ITEMS)
    limited = dataset.limited(1)
    assert len(limited.samples) == 1
    assert limited.corpus is dataset.corpus
    assert dataset.limited(None) is dataset


def test_a_target_without_text_is_left_out_and_told() -> None:
    dataset = from_records("x", [row("ann", "A", text="  "), row("bob", "A")], ITEMS)
    assert [sample.user_id for sample in dataset.samples] == ["bob"]
    assert dataset.notes == ("1 rows without a review text left out",)


def test_the_fingerprint_follows_the_records() -> None:
    prints = {from_records("x", [row("ann", *asins)], items).fingerprint for asins in ("A", "B") for items in (ITEMS, [])}
    assert len(prints) == 4
    assert from_records("y", [row("ann", "A")], ITEMS).fingerprint in prints


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([{"user_id": "ann", "profile": []}], "lacks 'data'"),
        ([{"profile": [], "data": review("A", 1)}], "lacks 'user_id'"),
        ([row("ann", "A"), row("ann", "A")], "two rows"),
        ([{"user_id": "ann", "profile": [{"asin": "A"}], "data": review("B", 1)}], "lacks 'text'"),
    ],
)
def test_a_damaged_record_is_a_configuration_error(rows: list[dict[str, Any]], says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        from_records("x", rows, ITEMS)


def test_a_line_that_is_no_record_is_named(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps(row("ann", "A")) + "\n{broken\n")
    with pytest.raises(ConfigurationError, match="line 2"):
        list(read_jsonl(file))
    file.write_text("[1]\n")
    with pytest.raises(ConfigurationError, match="JSON object"):
        list(read_jsonl(file))
    with pytest.raises(MissingRequirement):
        list(read_jsonl(tmp_path / "none.jsonl"))
