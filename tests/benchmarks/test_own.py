from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmarks.datasets import load_dataset
from dpl.errors import ConfigurationError, MissingRequirement

ROWS = [
    {"user": "ann", "item": "A", "text": "ann on A", "time": "2024-01-01", "rating": 4, "item_title": "Item A"},
    {"user": "ann", "item": "C", "text": "ann on C", "time": "2024-03-01", "rating": 2, "item_title": "Item C"},
    {"user": "ann", "item": "B", "text": "ann on B", "time": "2024-02-01", "rating": 5, "item_title": ""},
    {"user": "bob", "item": "A", "text": "bob on A", "time": "2024-01-05", "rating": None, "item_title": "Item A"},
    {"user": "cem", "item": "A", "text": "   ", "time": "2024-01-06", "rating": 1, "item_title": "Item A"},
]


def write(kind: str, path: Path, rows: list[dict[str, Any]] = ROWS) -> Path:
    frame = pd.DataFrame(rows)
    if kind == "csv":
        frame.to_csv(path, index=False)
    elif kind == "jsonl":
        frame.to_json(path, orient="records", lines=True)
    else:
        frame.to_parquet(path)
    return path


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_the_newest_review_is_predicted_from_the_others(kind: str, tmp_path: Path) -> None:
    file = write(kind, tmp_path / f"mine.{kind}")
    dataset = load_dataset(f"{kind}:{file}")
    assert dataset.name == f"{kind}:{file}"
    (sample,) = dataset.samples
    assert (sample.user_id, sample.item.title, sample.rating, sample.title) == ("ann", "Item C", 2, None)
    assert [review.text for review in sample.history] == ["ann on A", "ann on B"]
    assert dataset.references == {"ann:C": "ann on C"}
    assert [peer.user_id for peer in dataset.corpus.peers("A", without="ann")] == ["bob"]
    assert "ann on C" not in repr(dataset.corpus.by_user)
    assert dataset.corpus.item("B").title is None


def test_columns_can_be_called_otherwise(tmp_path: Path) -> None:
    rows = [{"who": row["user"], "item": row["item"], "body": row["text"]} for row in ROWS]
    file = write("csv", tmp_path / "mine.csv", rows)
    (sample,) = load_dataset(f"csv:{file}?user=who&text=body").samples
    assert [review.text for review in sample.history] == ["ann on A", "ann on C"]  # without times the order of the file counts
    assert sample.rating is None


def test_users_with_too_few_are_peers_only(tmp_path: Path) -> None:
    file = write("csv", tmp_path / "mine.csv", [*ROWS, {**ROWS[3], "item": "B", "text": "bob on B"}])
    assert {sample.user_id for sample in load_dataset(f"csv:{file}").samples} == {"ann", "bob"}
    assert {sample.user_id for sample in load_dataset(f"csv:{file}?min_reviews=3").samples} == {"ann"}


@pytest.mark.parametrize(
    ("rows", "options", "says"),
    [
        ([{"user": "a", "thing": "x", "text": "t"}], "", "has no column item, there is user, thing, text"),
        ([{**ROWS[0], "user": ""}], "", "review 1: user is missing"),
        ([{**ROWS[0], "rating": "four"}], "", "review 1: rating 'four' is no number"),
        ([{**ROWS[0], "time": "yesterday-ish"}], "", "review 1: time 'yesterday-ish' is no date"),
        (ROWS[3:], "", "no user has 2 reviews with a text"),
        (ROWS, "?min_reviews=1", "min_reviews=1 is not allowed"),
        (ROWS, "?txt=body", "did you mean text?"),
    ],
)
def test_what_is_wrong_is_named(rows: list[dict[str, Any]], options: str, says: str, tmp_path: Path) -> None:
    file = write("csv", tmp_path / "mine.csv", rows)
    with pytest.raises(ConfigurationError) as caught:
        load_dataset(f"csv:{file}{options}")
    assert says in str(caught.value)


def test_files_that_are_not_there_or_not_that_are_named(tmp_path: Path) -> None:
    with pytest.raises(MissingRequirement, match="no file"):
        load_dataset(f"csv:{tmp_path}/none.csv")
    (tmp_path / "x.parquet").write_text("no parquet")
    with pytest.raises(ConfigurationError, match="cannot be read as parquet"):
        load_dataset(f"parquet:{tmp_path}/x.parquet")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be read as csv"):
        load_dataset(f"csv:{tmp_path}/empty.csv")
