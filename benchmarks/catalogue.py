"""What can be named in an experiment, as rows of text."""

import inspect
from collections.abc import Callable, Mapping

import yaml

from benchmarks.datasets import known_datasets
from benchmarks.experiment import shipped_experiments
from benchmarks.methods import known_methods
from benchmarks.metrics import known_metrics
from dpl.method import allowed

Rows = tuple[tuple[str, ...], list[tuple[str, ...]]]


def _first_line(documented: object) -> str:
    return (inspect.getdoc(documented) or "").partition("\n")[0]


def methods() -> Rows:
    """Returns every method with its knobs, what it may see, and its paper."""
    rows: list[tuple[str, ...]] = [
        (
            name,
            "\n".join(f"{knob}={default}  {declared['help']} ({allowed(declared)})" for knob, (default, declared) in cls.settings().items())
            or "-",
            cls.sees,
            cls.paper,
        )
        for name, cls in known_methods().items()
    ]
    return ("method", "knobs", "sees", "paper"), rows


def metrics() -> Rows:
    """Returns every metric with what it measures and its range."""
    return ("metric", "what", "range"), [(name, metric.help, f"0 to {metric.best:g}") for name, metric in known_metrics().items()]


def datasets() -> Rows:
    """Returns every dataset with its first line of documentation."""
    return ("dataset", "what"), [(source.usage, _first_line(source.load)) for source in known_datasets().values()]


def experiments() -> Rows:
    """Returns every shipped experiment with its description."""
    return ("experiment", "what"), [
        (name, str(yaml.safe_load(path.read_text(encoding="utf-8")).get("description", "")).strip())
        for name, path in shipped_experiments().items()
    ]


CATALOGUES: Mapping[str, Callable[[], Rows]] = {
    "datasets": datasets,
    "methods": methods,
    "metrics": metrics,
    "experiments": experiments,
}
