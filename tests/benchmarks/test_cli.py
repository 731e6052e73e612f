import json
import subprocess
import sys
from pathlib import Path

import pytest

from command_line import dplbench


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--method", "dlp"], 2, "unknown method 'dlp'; there is dpl, intsum, non_personalized, rag; did you mean dpl?"),
        (["--metric", "rogue1"], 2, "did you mean rouge1?"),
        (["--dataset", "smaple"], 2, "parquet:FILE, sample; did you mean sample?"),
        (["--model", "opennai/gpt-4o"], 2, "did you mean openai?"),
        (["--model", "local/smolm2"], 2, "did you mean local/smollm2-135m-instruct?"),
        (["--model", "anthropic/claude-haiku-4-5"], 3, "export ANTHROPIC_API_KEY="),
        (["--set", "concurency=2"], 2, "did you mean concurrency?"),
        (["--set", "limit=zero"], 2, "limit: 'zero' is not allowed"),
        (["--limit", "0"], 2, "limit: 0 is not allowed"),
        (["--set", "prompts=/no/such/folder"], 2, "no folder /no/such/folder"),
        (["quickstrat"], 2, "did you mean quickstart?"),
    ],
)
def test_bad_input_gets_its_exit_code_and_one_line(
    arguments: list[str], code: int, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-x")
    model = [] if "--model" in arguments else ["--model", "openai/x"]
    assert dplbench("run", *arguments, *model, "--out", tmp_path) == code
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("dplbench: ")
    assert says in lines[0]
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_all_configuration_errors_come_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = dplbench(
        "run", "--method", "dlp", "--metric", "rogue", "--model", "opennai/x", "--set", "limt=3", "--out", tmp_path
    )  # fmt: skip
    assert code == 2
    told = capsys.readouterr().err
    for name in ("'dlp'", "'rogue'", "'opennai'", "'limt'"):
        assert name in told
    assert len(told.splitlines()) == 4


@pytest.mark.parametrize("command", ["run", "score", "report", "list", "doctor"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert dplbench(command, "--help") == 0
    assert "Usage: dplbench" in capsys.readouterr().out


def test_wrong_usage_is_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert dplbench("list", "cakes") == 2
    assert dplbench("run", "--limit", "many") == 2
    assert dplbench("score") == 2


@pytest.mark.parametrize(("what", "shows"), [
    ("datasets", "sample"), ("methods", "kmeans_center"), ("metrics", "rougeL"), ("experiments", "quickstart"),
])  # fmt: skip
def test_list_shows_what_there_is(what: str, shows: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert dplbench("list", what) == 0
    assert shows in capsys.readouterr().out


def test_doctor_says_what_is_here_and_fails_on_what_is_asked_for_and_missing(
    no_wordnet: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    assert dplbench("doctor") == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "dataset sample" in shown
    assert "20 samples, 20 users, 16 items" in shown
    assert "nltk.downloader" in shown
    assert dplbench("doctor", "--model", "anthropic/x") == 3


def test_a_folder_that_is_no_run_is_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dplbench("score", tmp_path) == 2
    assert dplbench("report", tmp_path) == 2
    assert all("dplbench: " in line for line in capsys.readouterr().err.splitlines())


def records(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_any_systems_output_is_scored(tmp_path: Path) -> None:
    file = records(
        tmp_path / "theirs.jsonl",
        {"id": "a", "prediction": "one two three four five", "reference": "one two three four five"},
        {"id": "b", "prediction": "", "reference": "one"},
    )
    assert dplbench("score", "--predictions", file, "--metric", "rouge1", "--metric", "bleu", "--out", tmp_path / "s.csv") == 0
    lines = (tmp_path / "s.csv").read_text().splitlines()
    assert lines[:3] == ["id,metric,value", "a,rouge1,1.0", "b,rouge1,0.0"]
    assert lines[-1].startswith(",bleu,")


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "holds no record"),
        ([{"id": "a", "prediction": "x"}], "line 1: lacks reference"),
        ([{"id": "a", "prediction": "x", "reference": "y"}] * 2, "line 2: id 'a' occurs twice"),
        ([["a", "b"]], "JSON object"),
    ],
)
def test_records_that_cannot_be_scored_are_named(rows: list[object], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dplbench("score", "--predictions", records(tmp_path / "x.jsonl", *rows)) == 2
    assert says in capsys.readouterr().err


def test_the_command_itself_answers() -> None:
    command = [sys.executable, "-c", "from benchmarks.cli import main; main()", "--help"]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "doctor" in found.stdout


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("in the way")
    assert dplbench("run", "--out", tmp_path / "file") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "--store" in line
