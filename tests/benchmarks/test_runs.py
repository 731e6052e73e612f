from pathlib import Path

import pytest

from benchmarks.runs import FAILED, OK, Key, Outcome, RunFolder
from dpl.errors import ConfigurationError
from dpl.records import StageTrace


def outcome(sample: str, status: str = OK, text: str | None = "written") -> Outcome:
    stage = StageTrace("generation", ("0" * 64,), 10, None, None, 0.5)
    return Outcome(Key("d", "m", "rag:k=2", 0, sample), "ann", status, None if status == OK else "why", text, ("a note",), (stage,))


@pytest.mark.parametrize("text", ["written", "two\nlines", "\ud800", "\u2028", "", None])
def test_an_outcome_survives_its_line(text: str | None) -> None:
    line = outcome("s", text=text).to_json()
    assert "\n" not in line
    assert Outcome.from_json(line) == outcome("s", text=text)


@pytest.mark.parametrize("line", ["", "{", "[]", '{"dataset": "d"}', "null"])
def test_a_line_that_is_none_is_a_value_error(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Outcome.from_json(line)


def test_the_last_word_on_a_sample_counts(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    assert folder.outcomes() == ({}, 0)
    for one in (outcome("a", FAILED, None), outcome("b"), outcome("a")):
        folder.append(one)
    known, damaged = folder.outcomes()
    assert [one.status for one in known.values()] == [OK, OK]
    assert damaged == 0


def test_half_a_line_loses_only_itself(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.append(outcome("a"))
    with folder.predictions_file.open("a") as file:
        file.write(outcome("b").to_json()[:40])
    folder.append(outcome("c"))
    known, damaged = folder.outcomes()
    assert [key.sample_id for key in known] == ["a", "c"]
    assert damaged == 1


def test_replacing_outcomes_leaves_no_draft(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.append(outcome("a"))
    folder.write_outcomes([outcome("b"), outcome("c")])
    assert [key.sample_id for key in folder.outcomes()[0]] == ["b", "c"]
    assert [path.name for path in folder.path.iterdir()] == ["predictions.jsonl"]


def test_a_folder_without_a_manifest_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no run folder"):
        RunFolder(tmp_path).manifest()
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(ConfigurationError, match="damaged"):
        RunFolder(tmp_path).manifest()
