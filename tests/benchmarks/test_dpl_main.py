from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.building.rows import ITEM, ROW
from benchmarks.cli import main
from benchmarks.datasets import dpl_main, load_dataset
from dpl.errors import ConfigurationError, MissingRequirement


def review(asin: str, time: int) -> dict[str, object]:
    return {"asin": asin, "rating": 5.0, "text": f"words on {asin} at {time}", "timestamp": time, "title": "t"}


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two users in the layout that the hub's repositories have, in two files as larger sets are."""
    first = {"user_id": "a", "profile": [review("X", 1)], "data": review("Y", 2)}
    second = {"user_id": "b", "profile": [review("X", 3)], "data": review("Z", 4)}
    item = {"asin": "X", "title": "T", "description": "D"}
    for repo, name, table in (
        ("DPL-main", "test-00000-of-00002", pa.Table.from_pylist([first], ROW)),
        ("DPL-main", "test-00001-of-00002", pa.Table.from_pylist([second], ROW)),
        ("DPL-meta", "full-00000-of-00001", pa.Table.from_pylist([item], ITEM)),
    ):
        (tmp_path / repo / "Books").mkdir(parents=True, exist_ok=True)
        pq.write_table(table, tmp_path / repo / "Books" / f"{name}.parquet")
    monkeypatch.setattr(dpl_main, "BOOKS", replace(dpl_main.BOOKS, users=2))
    return tmp_path


def test_local_copies_are_read(copies: Path) -> None:
    dataset = load_dataset(f"dpl/Books:{copies}")
    assert [sample.id for sample in dataset.samples] == ["a:Y", "b:Z"]
    assert dataset.corpus.item("X").title == "T"
    assert [peer.user_id for peer in dataset.corpus.peers("X", without="a")] == ["b"]


def test_another_number_of_users_is_refused(copies: Path) -> None:
    dpl_main.BOOKS = replace(dpl_main.BOOKS, users=317)
    with pytest.raises(ConfigurationError, match="2 users in the test split, but 317 were published"):
        load_dataset(f"dpl/Books:{copies}")


def test_copies_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(MissingRequirement, match=r"DPL-main/CDs_and_Vinyl/test-\*\.parquet"):
        load_dataset(f"dpl/CDs_and_Vinyl:{tmp_path}")


def test_the_command_line_takes_the_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(
            [
                "run",
                "--dataset",
                "dpl/Books",
                "--data-dir",
                str(tmp_path),
                "--offline",
                "--model",
                "openai/x",
                "--out",
                str(tmp_path / "runs"),
            ]
        )
    assert left.value.code == 3
    assert f"{tmp_path}/DPL-main/Books" in capsys.readouterr().err


def test_the_users_are_the_published_ones() -> None:
    assert (dpl_main.MOVIES.users, dpl_main.RECORDS.users, dpl_main.BOOKS.users) == (1925, 1754, 317)
