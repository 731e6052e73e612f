"""Whole runs through the command line and LiteLLM's HTTP road, against a model on loopback."""

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from command_line import dplbench
from openai_server import OpenAIServer, Reply, echo

Capture = pytest.CaptureFixture[str]
METHODS = ["non_personalized", "rag:k=2", "intsum:k=2,summarized=2", "dpl:n=2,k=2"]
COLUMNS = (
    "dataset", "model", "method", "metric", "n", "failed", "mean", "sd", "ci_low", "ci_high",
    "calls", "tokens_in", "tokens_out", "cost_usd",
)  # fmt: skip


@pytest.fixture(autouse=True)
def quiet_nltk(no_wordnet: None) -> None:
    """METEOR is another test's matter; here it is `meteor_exact`, on every machine."""


def run(out: Path, *arguments: object) -> int:
    return dplbench("run", "--model", "openai/test-model", "--limit", 3, "--out", out, *arguments)


def folder_of(out: Path) -> Path:
    (folder,) = [path for path in out.iterdir() if path.is_dir()]
    return folder


def predictions(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "predictions.jsonl").read_text().splitlines()]


def numbers(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in ("predictions.jsonl", "scores.parquet", "summary.csv", "comparisons.csv")}


def test_a_run_leaves_all_its_files_in_the_documented_columns(server: OpenAIServer, tmp_path: Path, capsys: Capture) -> None:
    assert run(tmp_path) == 0
    folder = folder_of(tmp_path)
    assert re.fullmatch(r"quickstart-[0-9a-f]{8}", folder.name)
    written = predictions(folder)
    assert [one["method"] for one in written] == [method for method in METHODS for _ in range(3)]
    for one in written:
        assert one["status"] == "ok"
        assert one["text"].startswith("I liked it")
        assert set(one["stages"][0]) == {"stage", "keys", "tokens_in", "tokens_out", "cost_usd", "seconds"}
    assert [stage["stage"] for stage in written[-1]["stages"]] == ["difference", "summary", "generation"]
    summary = pd.read_csv(folder / "summary.csv")
    assert tuple(summary.columns) == COLUMNS
    assert list(summary["metric"].unique()) == ["rouge1", "rougeL", "meteor_exact", "bleu"]
    assert dict(zip(summary["method"], summary["calls"], strict=True)) == dict(zip(METHODS, (3, 3, 6, 12), strict=True))
    assert summary["cost_usd"].isna().all()
    scores = pd.read_parquet(folder / "scores.parquet")
    assert list(scores.columns) == ["dataset", "model", "method", "replicate", "sample_id", "user_id", "metric", "value"]
    assert len(scores[scores["metric"] == "rouge1"]) == 12
    comparisons = pd.read_csv(folder / "comparisons.csv")
    assert set(comparisons["against"]) == {"dpl:n=2,k=2"}
    assert len(comparisons) == 3 * 4
    for name in ("report.html", "figures/scores.svg", "figures/scores.png", "tables/summary.md"):
        assert (folder / name).stat().st_size > 0
    shown = capsys.readouterr()
    assert "12 samples, 24 new model calls" in shown.out
    assert str(folder / "report.html") in shown.out
    assert "12 of 12 samples, 0 failed" in shown.err


def test_the_manifest_tells_what_ran(server: OpenAIServer, tmp_path: Path) -> None:
    run(tmp_path)
    manifest = json.loads((folder_of(tmp_path) / "manifest.json").read_text())
    assert manifest["experiment"]["methods"] == METHODS
    assert manifest["models"]["openai/test-model"]["reported"] == ["test-model-2026-01-01"]
    assert manifest["methods"]["dpl:n=2,k=2"]["peers"] == "kmeans_center"
    assert len(manifest["datasets"]["sample"]["fingerprint"]) == 64
    assert {"generation.user.txt", "difference.system.txt", "user_summary.user.txt", "layout.jinja"} <= set(manifest["prompts"])
    assert manifest["metrics"]["rouge1"].startswith("rouge1|")
    assert manifest["versions"]["litellm"]
    assert manifest["seeds"] == {"sampling": 42, "statistics": 42}
    assert manifest["collect_seconds"] > 0
    assert any("meteor_exact" in warning for warning in manifest["warnings"])


def test_the_same_command_makes_no_call_and_gives_the_same_numbers(server: OpenAIServer, tmp_path: Path) -> None:
    run(tmp_path)
    before, asked = numbers(folder_of(tmp_path)), len(server.requests)
    assert run(tmp_path) == 0
    assert run(tmp_path, "--offline") == 0
    assert len(server.requests) == asked
    assert numbers(folder_of(tmp_path)) == before


def test_a_run_is_replayed_from_its_store_alone(server: OpenAIServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tmp_path / "first")
    monkeypatch.delenv("OPENAI_API_KEY")
    server.answer = lambda request: Reply(status=500)
    assert run(tmp_path / "second", "--offline", "--store", tmp_path / "first" / "responses.sqlite") == 0
    assert numbers(folder_of(tmp_path / "second")) == numbers(folder_of(tmp_path / "first"))


def test_offline_without_the_answers_fails_the_samples_and_says_why(server: OpenAIServer, tmp_path: Path, capsys: Capture) -> None:
    assert run(tmp_path, "--offline") == 5
    assert server.requests == []
    assert "run without --offline" in capsys.readouterr().err


def test_a_failed_sample_is_counted_never_scored_and_alone_tried_again(server: OpenAIServer, tmp_path: Path, capsys: Capture) -> None:
    def answer(request: dict[str, Any]) -> Reply:
        only_item = "Earlier reviews" not in request["messages"][1]["content"]
        if request["messages"][0]["content"].startswith("You write") and only_item and "Small Machines" in str(request):
            return Reply(status=400, error={"message": "no machines, please", "type": "invalid_request_error", "code": None})
        return echo(request)

    server.answer = answer
    assert run(tmp_path) == 5
    folder = folder_of(tmp_path)
    failed = [one for one in predictions(folder) if one["status"] == "failed"]
    assert failed
    assert {one["method"] for one in failed} == {"non_personalized"}
    assert all("no machines, please" in one["error"] and one["text"] is None for one in failed)
    summary = pd.read_csv(folder / "summary.csv").set_index(["method", "metric"])
    assert summary.loc[("non_personalized", "rouge1"), "failed"] == len(failed)
    assert summary.loc[("non_personalized", "rouge1"), "n"] == 3 - len(failed)
    assert summary.loc[("rag:k=2", "rouge1"), "failed"] == 0
    shown = capsys.readouterr()
    assert f"{len(failed)} failed" in shown.out
    assert "no machines, please" in shown.err
    page = (folder / "report.html").read_text()
    assert "no machines, please" in page
    server.answer, asked = echo, len(server.requests)
    assert run(tmp_path) == 0
    assert len(server.requests) - asked == len(failed)


def test_as_many_may_fail_as_allowed(server: OpenAIServer, tmp_path: Path) -> None:
    server.answer = lambda request: Reply(status=400)
    assert run(tmp_path, "--method", "rag", "--set", "max_error_rate=1.0") == 0
    summary = pd.read_csv(folder_of(tmp_path) / "summary.csv")
    assert (summary["n"] == 0).all()
    assert (summary["failed"] == 3).all()
    assert summary["mean"].isna().all()


def test_a_refused_key_stops_the_run_with_one_line(server: OpenAIServer, tmp_path: Path, capsys: Capture) -> None:
    server.answer = lambda request: Reply(status=401)
    assert run(tmp_path, "--concurrency", 1) == 3
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("dplbench:")]
    assert len(lines) == 1
    assert "key" in lines[0]
    assert len(server.requests) == 1


def test_a_method_that_breaks_fails_its_samples_alone(server: OpenAIServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from baselines.rag import RAG

    async def broken(self: RAG, *arguments: Any) -> None:
        raise ZeroDivisionError("by somebody else")

    monkeypatch.setattr(RAG, "generate", broken)
    assert run(tmp_path) == 5
    status = {(one["method"], one["status"], one["error"]) for one in predictions(folder_of(tmp_path))}
    assert ("rag:k=2", "failed", "ZeroDivisionError: by somebody else") in status
    assert ("dpl:n=2,k=2", "ok", None) in status


def test_a_run_that_was_cut_off_is_finished(server: OpenAIServer, tmp_path: Path) -> None:
    run(tmp_path / "whole")
    run(tmp_path / "cut")
    folder = folder_of(tmp_path / "cut")
    lines = (folder / "predictions.jsonl").read_text().splitlines(keepends=True)
    (folder / "predictions.jsonl").write_text("".join(lines[:5]) + lines[5][:50])
    for name in ("scores.parquet", "summary.csv", "report.html"):
        (folder / name).unlink()
    asked = len(server.requests)
    assert run(tmp_path / "cut") == 0
    assert len(server.requests) == asked  # the answers were stored
    texts = [[one["text"] for one in predictions(folder_of(tmp_path / name))] for name in ("whole", "cut")]
    assert texts[0] == texts[1]


def test_order_and_concurrency_change_nothing(server: OpenAIServer, tmp_path: Path) -> None:
    for concurrency in (1, 12):
        run(tmp_path / str(concurrency), "--concurrency", concurrency)
    first, second = (folder_of(tmp_path / name) for name in ("1", "12"))
    assert first.name == second.name
    assert (first / "summary.csv").read_bytes() == (second / "summary.csv").read_bytes()
    assert [one["text"] for one in predictions(first)] == [one["text"] for one in predictions(second)]


def test_replicates_are_asked_apart(server: OpenAIServer, tmp_path: Path) -> None:
    assert run(tmp_path, "--method", "rag", "--replicates", 2) == 0
    written = predictions(folder_of(tmp_path))
    assert [one["replicate"] for one in written] == [0, 0, 0, 1, 1, 1]
    assert {one["text"] for one in written[:3]}.isdisjoint({one["text"] for one in written[3:]})


def test_a_users_summary_is_asked_and_counted_once_for_all_repetitions_of_one_run(server: OpenAIServer, tmp_path: Path) -> None:
    run(tmp_path, "--method", "intsum:k=1", "--method", "intsum:k=2")
    summaries = [r for r in server.requests if r["messages"][0]["content"].startswith("You describe")]
    assert len(summaries) == 3


def test_no_key_reaches_a_file(server: OpenAIServer, tmp_path: Path) -> None:
    run(tmp_path)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if b"sk-planted-in-a-test" in path.read_bytes()]


def test_scoring_again_adds_a_metric_and_calls_no_model(server: OpenAIServer, tmp_path: Path) -> None:
    run(tmp_path, "--metric", "rouge1")
    folder, asked = folder_of(tmp_path), len(server.requests)
    before = pd.read_csv(folder / "summary.csv")
    assert dplbench("score", folder, "--metric", "bleu") == 0
    after = pd.read_csv(folder / "summary.csv")
    assert list(after["metric"].unique()) == ["rouge1", "bleu"]
    pd.testing.assert_frame_equal(after[after["metric"] == "rouge1"].reset_index(drop=True), before)
    assert len(server.requests) == asked


def test_reports_are_written_again_in_the_formats_asked_for(server: OpenAIServer, tmp_path: Path, capsys: Capture) -> None:
    run(tmp_path)
    folder = folder_of(tmp_path)
    page = (folder / "report.html").read_bytes()
    (folder / "report.html").unlink()
    assert dplbench("report", folder, "--format", "md") == 0
    assert not (folder / "report.html").exists()
    assert dplbench("report", folder) == 0
    assert (folder / "report.html").read_bytes() == page
    assert dplbench("report", folder, "--format", "pdf") == 2
    assert "there is csv, html, md" in capsys.readouterr().err


def test_reviews_are_escaped_on_the_page(server: OpenAIServer, tmp_path: Path) -> None:
    server.answer = lambda request: Reply("<script>alert(1)</script> fine & <b>dandy</b>")
    run(tmp_path, "--method", "rag")
    page = (folder_of(tmp_path) / "report.html").read_text()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; fine &amp; &lt;b&gt;dandy" in page


def test_half_a_character_is_no_reason_to_stop(server: OpenAIServer, tmp_path: Path) -> None:
    server.answer = lambda request: Reply("half a character: \ud800")
    assert run(tmp_path, "--method", "rag") == 0
    assert "half a character: ?" in (folder_of(tmp_path) / "report.html").read_text()


def test_a_changed_dataset_is_not_scored_as_if_it_were_the_same(
    server: OpenAIServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    from dataclasses import replace

    from benchmarks.datasets import SOURCES

    run(tmp_path, "--method", "rag")
    source = SOURCES["sample"]
    monkeypatch.setitem(SOURCES, "sample", replace(source, load=lambda _: replace(source.load(_), fingerprint="another")))
    assert dplbench("score", folder_of(tmp_path)) == 2
    assert "has changed" in capsys.readouterr().err


def test_prompts_of_ones_own_are_used_and_land_in_another_folder(server: OpenAIServer, tmp_path: Path) -> None:
    own = tmp_path / "prompts"
    own.mkdir()
    (own / "generation.user.txt").write_text("Do as you like about {{ sample.item.title }}.")
    run(tmp_path / "out", "--method", "rag")
    run(tmp_path / "out", "--method", "rag", "--set", f"prompts={own}")
    assert len([path for path in (tmp_path / "out").iterdir() if path.is_dir()]) == 2
    assert server.requests[-1]["messages"][1]["content"].startswith("Do as you like about")
