"""Metrics: how like the real review a written one is. Every module here adds one or more by name."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.discovery import import_all
from dpl.errors import ConfigurationError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scores:
    """What a metric says of some samples.

    `values` holds one value a sample. A metric of a whole corpus gives `statistics` too: by column, one entry a sample, whose sums over
    any set of samples determine the metric's value for that set; so it can be resampled without the texts.
    """

    values: Sequence[float]
    statistics: Mapping[str, Sequence[float]] = field(default_factory=dict)


class Metric(ABC):
    """A metric.

    `name` is what it is called by and `best` its largest value. `statistics` names the columns that a corpus metric is computed from;
    where it is empty, the value of a set of samples is the mean of theirs.
    """

    name: str
    help: str
    best: float = 1.0
    statistics: tuple[str, ...] = ()

    @property
    @abstractmethod
    def signature(self) -> str:
        """What makes values comparable: parameters, library and version, sample or corpus level."""

    @abstractmethod
    def score(self, predictions: Sequence[str], references: Sequence[str]) -> Scores:
        """Returns the scores of predictions against the real reviews, in their order."""

    def corpus(self, sums: Mapping[str, "Array"]) -> "Array":
        """Returns the values of sets of samples from the sums of their statistics; shape (sets,) in and out."""
        raise NotImplementedError(f"{self.name} is a mean over samples")

    def usable(self) -> "tuple[Metric, str | None]":
        """Returns the metric that this machine can compute in this one's place, mostly itself; if another, also why and what mends it."""
        return self, None


METRICS: dict[str, Metric] = {}


def register(metric: Metric) -> Metric:
    """Makes a metric known by its name."""
    METRICS[metric.name] = metric
    return metric


def known_metrics() -> Mapping[str, Metric]:
    """Returns every metric by name, sorted."""
    import_all("benchmarks.metrics")
    return dict(sorted(METRICS.items()))


def parse_metric(name: str) -> Metric:
    """Returns the metric of a name.

    Raises:
        ConfigurationError: there is none.
    """
    metrics = known_metrics()
    if name not in metrics:
        raise ConfigurationError.unknown("metric", name, metrics)
    return metrics[name]
