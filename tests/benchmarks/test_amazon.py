import json
from pathlib import Path

import pytest

import raw_files
from benchmarks.building.build import build
from benchmarks.building.raw import Tolerance
from benchmarks.building.rules import rules
from benchmarks.datasets import load_dataset
from command_line import dplbench
from dpl.errors import ConfigurationError, MissingRequirement
from openai_server import OpenAIServer


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("raw")
    reviews = raw_files.write(folder / "reviews.jsonl", raw_files.reviews(8_000, users=200, items=100))
    return ["--reviews", reviews, "--meta", raw_files.write(folder / "meta.jsonl", raw_files.items(100))]  # type: ignore[list-item]


def test_what_was_built_can_be_run(
    raw: list[Path], server: OpenAIServer, no_wordnet: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dplbench("data", "build", *raw, "--out", tmp_path / "built", "--min-item-users", 5) == 0
    shown = capsys.readouterr().out
    assert "test rows" in shown
    assert f"wrote {tmp_path / 'built'}" in shown
    code = dplbench(
        "run", "--dataset", f"amazon:{tmp_path / 'built'}", "--model", "openai/test-model", "--limit", 2, "--out", tmp_path / "runs"
    )  # fmt: skip
    assert code == 0
    assert f"amazon:{tmp_path / 'built'}" in capsys.readouterr().out


def test_light_builds_bring_their_peers(raw: list[Path], tmp_path: Path) -> None:
    build([str(raw[1])], [str(raw[3])], tmp_path / "b", rules("light", min_user_reviews=40), Tolerance())
    dataset = load_dataset(f"amazon:{tmp_path / 'b'}")
    targets = {sample.user_id for sample in dataset.samples}
    assert len(dataset.corpus.by_user) > len(targets)
    peers = [
        peer for sample in dataset.samples for own in sample.history for peer in dataset.corpus.peers(own.asin, without=sample.user_id)
    ]
    assert any(peer.user_id not in targets for peer in peers)


def test_a_build_that_is_not_whole_is_refused(raw: list[Path], tmp_path: Path) -> None:
    with pytest.raises(MissingRequirement, match="no finished build"):
        load_dataset(f"amazon:{tmp_path}")
    build([str(raw[1])], [str(raw[3])], tmp_path / "b", rules("full", min_item_users=5), Tolerance())
    (tmp_path / "b" / "items.parquet").write_text("damaged")
    with pytest.raises(ConfigurationError, match=r"items\.parquet is damaged"):
        load_dataset(f"amazon:{tmp_path / 'b'}")
    (tmp_path / "b" / "items.parquet").unlink()
    with pytest.raises(MissingRequirement, match=r"items\.parquet is gone"):
        load_dataset(f"amazon:{tmp_path / 'b'}")
    assert json.loads((tmp_path / "b" / "manifest.json").read_text())["outputs"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ([], 2, "give --reviews FILE and --meta FILE, or --category NAME alone"),
        (["--reviews", "none.jsonl", "--meta", "none.jsonl"], 3, "no file none.jsonl"),
        (["--reviews", "a", "--meta", "b", "--rules", "lite"], 2, "did you mean light?"),
        (["--reviews", "a", "--meta", "b", "--held-out", "1"], 2, "held_out=1 is not allowed"),
    ],
)
def test_bad_input_gets_its_exit_code_and_one_line(
    arguments: list[str], code: int, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dplbench("data", "build", *arguments, "--out", tmp_path / "out") == code
    (line,) = capsys.readouterr().err.splitlines()
    assert says in line
    assert not (tmp_path / "out").exists()
