"""Statistics: how good each method is, how it compares with the reference method, and how sure that is.

Users are the unit: all reviews of a user are resampled, or swapped, together. Everything is a pure function of the scores.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.metrics import Metric
from dpl.randomness import derive_seed

Array = NDArray[np.float64]

DRAWS = 10_000
CHUNK = 1_000
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class UserSums:
    """One method's scores on one metric, added up by user.

    `columns` holds what the metric's value is computed from, each of shape (users,); `counts` the number of samples of each user.
    """

    metric: Metric
    columns: Mapping[str, Array]
    counts: Array

    def value(self, weights: Array) -> Array:
        """Returns the metric's value with each user counted `weights` times; shape (draws, users) in, (draws,) out; NaN for no sample."""
        return self.of({name: weights @ column for name, column in self.columns.items()}, weights @ self.counts)

    def total(self) -> float:
        """Returns the metric's value over all samples; NaN for no sample."""
        return float(self.value(np.ones((1, len(self.counts))))[0])

    def of(self, sums: Mapping[str, Array], counts: Array) -> Array:
        """Returns the metric's value for sums over samples, shape (draws,)."""
        if self.metric.statistics:
            return np.where(counts > 0, self.metric.corpus(sums), np.nan)
        with np.errstate(invalid="ignore", divide="ignore"):
            return sums["value"] / counts


def user_sums(scores: pd.DataFrame, metric: Metric, users: Sequence[str]) -> UserSums:
    """Returns the scores of one method on one metric, added up by user.

    Args:
        scores: the method's rows of the long form, of all metrics.
        metric: the metric.
        users: the users in their order; those without scores count nothing.
    """
    sources = {name: f"{metric.name}.{name}" for name in metric.statistics} or {"value": metric.name}
    summed = scores.groupby(["metric", "user_id"])["value"].agg(["sum", "count"])

    def column(source: str, what: str) -> Array:
        if source not in summed.index.get_level_values("metric"):
            return np.zeros(len(users))
        return summed.loc[source][what].reindex(pd.Index(users), fill_value=0).to_numpy(dtype=np.float64)

    columns = {name: column(source, "sum") for name, source in sources.items()}
    return UserSums(metric, columns, column(metric.name, "count"))


def _resampled(users: int, seed: int) -> Iterator[Array]:
    """Yields, in chunks of shape (draws, users), how often each user is drawn with replacement."""
    rng = np.random.default_rng(seed)
    for _ in range(0, DRAWS, CHUNK):
        yield rng.multinomial(users, np.full(users, 1 / users), size=CHUNK).astype(np.float64)


def interval(values: Array) -> tuple[float, float]:
    """Returns the percentile interval of bootstrap values."""
    outside = (1 - CONFIDENCE) / 2
    low, high = np.nanquantile(values, [outside, 1 - outside])
    return float(low), float(high)


def bootstrap(sums: Sequence[UserSums], users: int, seed: int) -> Array:
    """Returns the values of several methods over the same draws of users, shape (methods, DRAWS); so differences are paired."""
    chunks = [np.stack([one.value(weights) for one in sums]) for weights in _resampled(users, seed)]
    return np.concatenate(chunks, axis=1)


def randomization_p(first: UserSums, second: UserSums, seed: int) -> float:
    """Returns the two-sided p-value of Fisher's randomization test: how often swapping users at random gives as large a difference."""
    users = len(first.counts)
    observed = first.total() - second.total()
    rng = np.random.default_rng(seed)
    extreme = 0
    for _ in range(0, DRAWS, CHUNK):
        swapped = rng.integers(0, 2, size=(CHUNK, users)).astype(np.float64)
        sums = [
            {name: (1 - swapped) @ a.columns[name] + swapped @ b.columns[name] for name in a.columns}
            for a, b in ((first, second), (second, first))
        ]
        counts = [(1 - swapped) @ a.counts + swapped @ b.counts for a, b in ((first, second), (second, first))]
        differences = first.of(sums[0], counts[0]) - second.of(sums[1], counts[1])
        extreme += int((np.abs(differences) >= abs(observed) - 1e-12).sum())
    return (1 + extreme) / (1 + DRAWS)


def holm(p: Sequence[float]) -> list[float]:
    """Returns p-values adjusted for being a family (Holm, 1979)."""
    order = np.argsort(p)
    adjusted = np.empty(len(p))
    largest = 0.0
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, (len(p) - rank) * p[index]))
        adjusted[index] = largest
    return [float(value) for value in adjusted]


def summarize(
    scores: pd.DataFrame, places: Iterable[tuple[str, str]], metrics: Sequence[Metric], methods: Sequence[str], seed: int
) -> pd.DataFrame:
    """Returns each method's value on each metric with a bootstrap interval clustered by user.

    Args:
        scores: in long form, see `benchmarks.scoring.score`.
        places: the datasets and models, in the order of the rows.
        metrics: in the order of the rows.
        methods: in the order of the rows; one without any score has NaN and n = 0.
        seed: of the draws.

    Returns:
        One row a dataset, model, method and metric: n (samples), mean (of a corpus metric: its value), sd (of samples; NaN for corpus
        metrics), ci_low, ci_high (95 %; NaN with fewer than two users).
    """
    rows = []
    for dataset, model in places:
        group = scores[(scores["dataset"] == dataset) & (scores["model"] == model)]
        users = sorted(group["user_id"].unique())
        of_method = {method: group[group["method"] == method] for method in methods}
        for metric in metrics:
            sums = [user_sums(of_method[method], metric, users) for method in methods]
            drawn = bootstrap(sums, len(users), derive_seed(seed, "bootstrap", dataset, model)) if users else [np.empty(0)] * len(sums)
            for method, one, values in zip(methods, sums, drawn, strict=True):
                own = of_method[method]
                sd = np.nan if metric.statistics else own.loc[own["metric"] == metric.name, "value"].std(ddof=1)
                low, high = interval(values) if (one.counts > 0).sum() > 1 else (np.nan, np.nan)
                rows.append((dataset, model, method, metric.name, int(one.counts.sum()), one.total(), sd, low, high))
    return pd.DataFrame(rows, columns=["dataset", "model", "method", "metric", "n", "mean", "sd", "ci_low", "ci_high"])
