"""What this machine has, and the line that brings what is missing."""

import importlib.util
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Literal

from benchmarks.datasets import known_datasets, load_dataset
from benchmarks.metrics import known_metrics
from dpl.errors import DPLError
from dpl.llm.client import LLM
from dpl.llm.local import PACKAGED, check_local


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: `ok`, `optional` (not here, and nothing asked needs it), or `missing`; and what to do."""

    state: Literal["ok", "optional", "missing"]
    what: str
    told: str


def examine(models: Sequence[str] = ()) -> list[Finding]:
    """Returns what is here: Python, LiteLLM, the local models, every dataset and metric, and the models asked about."""
    return [*_software(), *_local(), *_datasets(), *_metrics(), *_models(models)]


def _software() -> Iterator[Finding]:
    yield Finding("ok", "Python", platform.python_version())
    for package in ("dplbench", "litellm"):
        yield Finding("ok", package, version(package))


def _local() -> Iterator[Finding]:
    if importlib.util.find_spec("xllamacpp") is None:
        yield Finding("optional", "local models", "pip install 'dplbench[local]'")
        return
    yield Finding("ok", "xllamacpp", version("xllamacpp"))
    for name in PACKAGED:
        try:
            check_local(name)
        except DPLError as error:
            yield Finding("optional", f"local/{name}", str(error))
        else:
            yield Finding("ok", f"local/{name}", "weights found")


def _datasets() -> Iterator[Finding]:
    for name in (name for name, source in known_datasets().items() if not source.takes):
        try:
            dataset = load_dataset(name)
        except DPLError as error:
            yield Finding("missing", f"dataset {name}", str(error))
        else:
            counts = f"{len(dataset.samples)} samples, {len(dataset.corpus.by_user)} users, {len(dataset.corpus.items)} items"
            yield Finding("ok", f"dataset {name}", counts)


def _metrics() -> Iterator[Finding]:
    for name, metric in known_metrics().items():
        used, note = metric.usable()
        yield Finding("ok" if note is None else "optional", f"metric {name}", note or used.signature)


def _models(names: Sequence[str]) -> Iterator[Finding]:
    for name in names:
        try:
            LLM(name).check()
        except DPLError as error:
            yield Finding("missing", f"model {name}", str(error))
        else:
            yield Finding("ok", f"model {name}", "can be asked")
