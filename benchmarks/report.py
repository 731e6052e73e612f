"""The report of a run: its files gathered into frames, which `reports` turns into tables, plots and the page."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.preparation import recorded_datasets
from benchmarks.runs import Outcome, RunFolder
from dpl.errors import ConfigurationError
from dpl.llm.responses import ResponseStore
from dpl.records import Sample, StageTrace
from reports.page import write_page
from reports.plots import plot_scores
from reports.tables import markdown_table

if TYPE_CHECKING:
    import pandas as pd

FORMATS = ("html", "md", "csv")


def read_summary(folder: RunFolder) -> "pd.DataFrame":
    """Returns the summary of a scored run.

    Raises:
        ConfigurationError: the run was not scored.
    """
    import pandas as pd

    if not folder.summary_file.is_file():
        raise ConfigurationError(f"{folder.path} holds no summary.csv; score it first: dplbench score {folder.path}")
    return pd.read_csv(folder.summary_file)


def write_report(folder: RunFolder, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Writes a scored run's figures and the formats asked for.

    Args:
        folder: of the run.
        formats: `html` for the page, `md` for tables in Markdown, `csv` for the summary that is there already.

    Returns:
        The files, figures first.

    Raises:
        ConfigurationError: an unknown format, or a run that was not scored.
    """
    import pandas as pd

    for name in formats:
        if name not in FORMATS:
            raise ConfigurationError.unknown("report format", name, FORMATS)
    summary = read_summary(folder)
    files = plot_scores(summary, folder.figures)
    if "md" in formats:
        folder.tables.mkdir(parents=True, exist_ok=True)
        table = folder.tables / "summary.md"
        table.write_text(markdown_table(summary), encoding="utf-8")
        files.append(table)
    if "csv" in formats:
        files.append(folder.summary_file)
    if "html" in formats:
        described = folder.manifest()
        figures = [file for file in files if file.suffix == ".svg"]
        page = write_page(
            folder.page_file,
            summary=summary,
            comparisons=pd.read_csv(folder.comparisons_file),
            samples=samples(folder, described),
            manifest=page_manifest(described),
            figures=figures,
        )
        files.append(page)
    return files


def page_manifest(described: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what the page tells of a run."""
    experiment = described["experiment"]
    told = {name: experiment[name] for name in ("name", "description", "datasets", "models", "methods")}
    return told | {
        "metrics": list(described["metrics"]),
        "created": described["created"],
        "collect_seconds": described["collect_seconds"],
        "warnings": described["warnings"],
        "signatures": described["metrics"],
    }


def samples(folder: RunFolder, described: Mapping[str, Any]) -> "pd.DataFrame":
    """Returns one row a prediction with all that the page shows of it; prompts and answers where the response store is at hand."""
    import pandas as pd

    targets = {
        (dataset.name, sample.id): (sample, dataset.references[sample.id])
        for dataset in recorded_datasets(described)
        for sample in dataset.samples
    }
    scores = pd.read_parquet(folder.scores_file)
    scores = scores[scores["metric"].isin(described["metrics"])]
    keys = ["dataset", "model", "method", "replicate", "sample_id"]
    values: dict[tuple[Any, ...], dict[str, float]] = {}
    for *key, metric, value in scores[[*keys, "metric", "value"]].itertuples(index=False):
        values.setdefault(tuple(key), {})[metric] = value
    store = _store(folder.path / described["store"])
    try:
        outcomes, _ = folder.outcomes()
        rows = [
            _told(outcome, values.get(tuple(outcome.key), {}), store) | _about(*targets[outcome.key.dataset, outcome.key.sample_id])
            for outcome in outcomes.values()
        ]
    finally:
        if store is not None:
            store.close()
    return pd.DataFrame(rows)


def _store(path: Path) -> ResponseStore | None:
    return ResponseStore(path) if path.is_file() else None


def _told(outcome: Outcome, scores: Mapping[str, float], store: ResponseStore | None) -> dict[str, Any]:
    return {
        **outcome.key._asdict(),
        "user_id": outcome.user_id,
        "status": outcome.status,
        "error": _whole(outcome.error),
        "text": _whole(outcome.text),
        "notes": list(outcome.notes),
        "stages": [_stage(stage, store) for stage in outcome.stages],
        "scores": dict(scores),
    }


def _about(sample: Sample, reference: str) -> dict[str, Any]:
    return {
        "item_title": _whole(sample.item.title),
        "item_description": _whole(sample.item.description),
        "rating": sample.rating,
        "title": _whole(sample.title),
        "reference": _whole(reference),
    }


def _stage(stage: StageTrace, store: ResponseStore | None) -> dict[str, Any]:
    return {
        "stage": stage.stage,
        "tokens_in": stage.tokens_in,
        "tokens_out": stage.tokens_out,
        "cost_usd": stage.cost_usd,
        "seconds": stage.seconds,
        "prompts": [] if store is None else _prompts(stage.keys, store),
    }


def _prompts(keys: Sequence[str], store: ResponseStore) -> list[dict[str, Any]]:
    stored = [(store.request(key), store.get(key)) for key in keys]
    return [{"messages": request["messages"], "answer": answer.text} for request, answer in stored if request and answer]


def _whole(text: str | None) -> str | None:
    """Returns a text with each lone surrogate, which has no UTF-8 and fits in no frame, shown as a question mark."""
    return None if text is None else text.encode("utf-8", "replace").decode()
