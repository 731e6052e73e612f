"""A run from settings to report: prepare, collect, score, report. Each step leaves its files, so that any can be repeated alone."""

import asyncio
import itertools
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.collect import collect, keys, tasks
from benchmarks.costs import costs
from benchmarks.datasets import Dataset
from benchmarks.experiment import Experiment, checked
from benchmarks.manifest import manifest, reported_models
from benchmarks.metrics import Metric
from benchmarks.preparation import Prepared, prepare, recorded_datasets, usable_metrics
from benchmarks.runs import FAILED, OK, Outcome, RunFolder
from dpl.llm.responses import ResponseStore

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Progress:
    """How far collecting is: called `begin(total, done)` once and `advance(outcome)` for each sample that finished."""

    begin: Callable[[int, int], None]
    advance: Callable[[Outcome], None]


SILENT = Progress(lambda total, done: None, lambda outcome: None)


@dataclass(frozen=True, slots=True)
class Done:
    """What a run came to: its folder, the calls it made (stored answers are none), and its samples, failed ones among them."""

    folder: RunFolder
    calls: int
    samples: int
    failed: int
    allowed: float

    @property
    def within_error_rate(self) -> bool:
        """Whether no more samples failed than the experiment allows."""
        return self.failed <= self.allowed * self.samples


def run(
    settings: Mapping[str, Any],
    *,
    out: Path = Path("runs"),
    store: Path | None = None,
    offline: bool = False,
    progress: Progress = SILENT,
) -> Done:
    """Runs an experiment, or what is left of it, then scores and reports it.

    Args:
        settings: of the experiment; see `benchmarks.experiment.Experiment`.
        out: the folder that run folders are made in.
        store: the response store's file; None takes `responses.sqlite` in `out`.
        offline: answer from the store alone.
        progress: told of each finished sample.

    Raises:
        ConfigurationError: the settings are wrong; nothing was called.
        MissingRequirement: a key, package or data are missing, or a key was refused; what was finished is kept.
    """
    path = store or out / "responses.sqlite"
    responses = ResponseStore(path)
    try:
        prepared = prepare(settings, responses, offline=offline)
        folder = RunFolder(out / prepared.folder_name)
        outcomes = _collected(prepared, folder, path, responses, progress)
    finally:
        responses.close()
    evaluate(folder, prepared.experiment, prepared.datasets, prepared.metrics, outcomes)
    return Done(
        folder=folder,
        calls=sum(model.calls_made for model in prepared.models),
        samples=len(outcomes),
        failed=sum(outcome.status == FAILED for outcome in outcomes),
        allowed=prepared.experiment.max_error_rate,
    )


def _collected(prepared: Prepared, folder: RunFolder, path: Path, responses: ResponseStore, progress: Progress) -> list[Outcome]:
    """Collects what is missing and returns all outcomes in the experiment's order."""
    wanted = list(keys(prepared))
    known, damaged = folder.outcomes()
    done = {key for key in wanted if key in known and known[key].status == OK}
    described = manifest(prepared, os.path.relpath(path, folder.path))
    if folder.manifest_file.is_file():
        before = folder.manifest()
        described |= {name: before[name] for name in ("created", "collect_seconds") if name in before}
    if damaged:
        described["warnings"].append(f"{damaged} damaged lines of predictions.jsonl were collected again")
    folder.write_manifest(described)

    def report(outcome: Outcome) -> None:
        folder.append(outcome)
        progress.advance(outcome)

    progress.begin(len(wanted), len(done))
    started = time.perf_counter()
    try:
        asyncio.run(collect(tasks(prepared), done, prepared.experiment.concurrency, report))
    finally:
        if len(done) < len(wanted):
            described["collect_seconds"] = round(described["collect_seconds"] + time.perf_counter() - started, 3)
            folder.write_manifest(described)
    known, _ = folder.outcomes()
    outcomes = [known[key] for key in wanted]
    folder.write_outcomes(outcomes)
    models = reported_models(outcomes, responses)
    described["warnings"] += [
        f"{name} does not take {', '.join(told['dropped'])}: not sent" for name, told in models.items() if told["dropped"]
    ]
    folder.write_manifest(described | {"models": models})
    return outcomes


def evaluate(
    folder: RunFolder,
    experiment: Experiment,
    datasets: Sequence[Dataset],
    metrics: Sequence[Metric],
    outcomes: Sequence[Outcome],
) -> None:
    """Writes scores, summary, comparisons and the report of a collected run; calls no model."""
    from benchmarks.comparisons import compare
    from benchmarks.report import write_report
    from benchmarks.scoring import score
    from benchmarks.statistics import summarize
    from reports.tables import write_csv

    scores = score(outcomes, {dataset.name: dataset.references for dataset in datasets}, metrics)
    scores.to_parquet(folder.scores_file, index=False)
    places = list(itertools.product(experiment.datasets, experiment.models))
    summary = with_costs(summarize(scores, places, metrics, experiment.methods, experiment.seed), costs(outcomes))
    compared = compare(scores, places, metrics, experiment.methods, experiment.compared_with, experiment.seed)
    write_csv(summary, folder.summary_file)
    write_csv(compared, folder.comparisons_file)
    write_report(folder)


def with_costs(summary: "pd.DataFrame", spent: "pd.DataFrame") -> "pd.DataFrame":
    """Returns the summary in the documented columns, what each method cost on each of its rows."""
    columns = ["dataset", "model", "method", "metric", "n", "failed", "mean", "sd", "ci_low", "ci_high"]
    merged = summary.merge(spent, on=["dataset", "model", "method"], how="left")
    return merged[[*columns, "calls", "tokens_in", "tokens_out", "cost_usd"]]


def score_again(folder: RunFolder, metrics: Sequence[str] = ()) -> None:
    """Scores a collected run with its own metrics and some more, and reports it again.

    Raises:
        ConfigurationError: no such metric, no run, or the dataset is no longer the one that the run was collected on.
    """
    described = folder.manifest()
    experiment = checked({**described["experiment"], "metrics": [*dict.fromkeys([*described["experiment"]["metrics"], *metrics])]})
    datasets = recorded_datasets(described)
    usable, substitutes = usable_metrics(experiment.metrics)
    described["experiment"] = experiment.model_dump(mode="json")
    described["metrics"] = {metric.name: metric.signature for metric in usable}
    described["warnings"] = [*dict.fromkeys([*substitutes, *described["warnings"]])]
    folder.write_manifest(described)
    evaluate(folder, experiment, datasets, usable, list(folder.outcomes()[0].values()))
