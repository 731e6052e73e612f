"""The manifest: all that is needed to say what a run was, and to run it again."""

import platform
import subprocess
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.preparation import Prepared
from benchmarks.runs import Outcome
from dpl.llm.responses import ResponseStore

LIBRARIES = (
    "dplbench",
    "litellm",
    "nltk",
    "numpy",
    "pandas",
    "rank-bm25",
    "rouge-score",
    "sacrebleu",
    "scikit-learn",
    "scipy",
    "xllamacpp",
)
CODE = Path(__file__).parent.parent


def manifest(prepared: Prepared, store: str) -> dict[str, Any]:
    """Returns the manifest of a run that is about to begin; `store` is the response store's path as seen from the run folder."""
    experiment = prepared.experiment
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "digest": prepared.digest,
        "experiment": experiment.model_dump(mode="json"),
        "methods": {name: {knob: getattr(method, knob) for knob in method.settings()} for name, method in prepared.methods.items()},
        "datasets": {
            dataset.name: {
                "fingerprint": dataset.fingerprint,
                "samples": len(dataset.samples),
                "users": len(dataset.corpus.by_user),
                "items": len(dataset.corpus.items),
                "blank_reviews": dataset.corpus.blank,
                "notes": dataset.notes,
            }
            for dataset in prepared.datasets
        },
        "seeds": {"sampling": experiment.sampling.seed, "statistics": experiment.seed},
        "prompts": prepared.prompt_hashes,
        "metrics": {metric.name: metric.signature for metric in prepared.metrics},
        "warnings": [*prepared.substitutes, *_cautions(experiment.models)],
        "store": store,
        "versions": {"python": platform.python_version(), **_versions()},
        "git": _git_state(),
        "collect_seconds": 0.0,
    }


def reported_models(outcomes: Iterable[Outcome], store: ResponseStore) -> Mapping[str, Any]:
    """Returns, by model asked for, the names that providers reported and the sampling parameters they do not take."""
    reported: dict[str, dict[str, set[str]]] = {}
    for outcome in outcomes:
        entry = reported.setdefault(outcome.key.model, {"reported": set(), "dropped": set()})
        for key in (key for stage in outcome.stages for key in stage.keys):
            completion = store.get(key)
            if completion is not None:
                entry["reported"].add(completion.model)
                entry["dropped"].update(completion.dropped)
    return {model: {name: sorted(values) for name, values in entry.items()} for model, entry in reported.items()}


def _cautions(models: Iterable[str]) -> list[str]:
    return [
        f"{model} is a very small model that writes poorly: its numbers show that the way works, not what any method is worth."
        for model in models
        if model.startswith("local/smollm2")
    ]


def _versions() -> dict[str, str]:
    found = {}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def _git_state() -> dict[str, Any] | None:
    """Returns the commit of the code and whether it was changed since, or None where the code is no git checkout."""

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(CODE), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()  # noqa: S603 - fixed words

    try:
        if Path(git("rev-parse", "--show-toplevel")) != CODE:
            return None  # installed somewhere inside another project's checkout
        return {"commit": git("rev-parse", "HEAD"), "changed": bool(git("status", "--porcelain", "--untracked-files=no"))}
    except (OSError, subprocess.SubprocessError):
        return None
