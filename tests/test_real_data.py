"""The whole way on real reviews: raw files, benchmark rows, a run with the model in this process, a report."""

import importlib.util
import json
import sqlite3
from pathlib import Path

import pytest

from benchmarks.datasets import load_dataset
from command_line import dplbench
from dpl.errors import MissingRequirement
from dpl.llm.local import find_weights


@pytest.fixture
def music(shared_data: Path, tmp_path: Path) -> Path:
    folder = shared_data / "amazon14_digital_music"
    raw = ("--reviews", folder / "reviews.jsonl.gz", "--meta", folder / "meta.jsonl.gz")
    assert dplbench("data", "build", *raw, "--rules", "light", "--out", tmp_path / "music") == 0
    return tmp_path / "music"


@pytest.mark.slow
@pytest.mark.local_model
def test_the_quickstarts_methods_run_on_eight_real_users(music: Path, wordnet: None, tmp_path: Path) -> None:
    if importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("llama.cpp is not installed: pip install 'dplbench[local]'")
    try:
        find_weights("smollm2-135m-instruct")
    except MissingRequirement as missing:
        pytest.skip(str(missing))
    assert dplbench("run", "quickstart", "--dataset", f"amazon:{music}", "--limit", 8, "--out", tmp_path / "runs") == 0
    (folder,) = [path for path in (tmp_path / "runs").iterdir() if path.is_dir()]
    written = [json.loads(line) for line in (folder / "predictions.jsonl").read_text().splitlines()]
    assert len(written) == 8 * 4
    assert {one["status"] for one in written} == {"ok"}
    requests = sqlite3.connect(tmp_path / "runs" / "responses.sqlite").execute("select request from responses").fetchall()
    asked = "\n".join(json.loads(text)["messages"][1]["content"] for (text,) in requests)
    references = load_dataset(f"amazon:{music}").references
    for one in written:
        assert references[one["sample_id"]][:100] not in asked


def test_every_user_has_a_history_and_nobodys_target_is_in_the_corpus(music: Path) -> None:
    dataset = load_dataset(f"amazon:{music}")
    texts = {review.text for own in dataset.corpus.by_user.values() for review in own}
    assert len(dataset.samples) == 133
    assert all(len(sample.history) >= 7 for sample in dataset.samples)
    assert texts.isdisjoint(dataset.references.values())


def test_the_2023_layout_is_read(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "amazon23_30users_per_category"
    raw = ("--reviews", folder / "reviews.jsonl.gz", "--meta", folder / "meta.jsonl.gz")
    relaxed = ("--min-user-reviews", 4, "--held-out", 2, "--min-text", 40, "--min-peers", 0)
    assert dplbench("data", "build", *raw, "--rules", "light", *relaxed, "--out", tmp_path / "all") == 0
    assert load_dataset(f"amazon:{tmp_path / 'all'}").samples
