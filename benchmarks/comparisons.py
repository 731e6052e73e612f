"""Comparisons: every method against the reference method on the samples that both finished, paired and clustered by user."""

import itertools
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from benchmarks.metrics import Metric
from benchmarks.statistics import bootstrap, holm, interval, randomization_p, user_sums
from dpl.randomness import derive_seed

COLUMNS = (
    "dataset", "model", "metric", "method", "against", "difference", "ci_low", "ci_high", "p", "p_adjusted", "effect",
    "wins", "losses", "ties", "n",
)  # fmt: skip
SAMPLE = ["replicate", "sample_id"]


def compare(
    scores: pd.DataFrame,
    places: Iterable[tuple[str, str]],
    metrics: Sequence[Metric],
    methods: Sequence[str],
    against: str,
    seed: int,
) -> pd.DataFrame:
    """Returns the paired differences of methods to one of them.

    Args:
        scores: in long form, see `benchmarks.scoring.score`.
        places: the datasets and models, in the order of the rows.
        metrics: in the order of the rows.
        methods: in the order of the rows.
        against: the reference method.
        seed: of the draws.

    Returns:
        One row a dataset, model, metric and other method. difference = method - against with its 95 % bootstrap interval; p by a
        randomization test, p_adjusted by Holm over the methods of that dataset, model and metric; effect is the mean of users'
        differences over their standard deviation; wins, losses and ties count users; n counts the samples both finished. Where a pair
        has no sample, or a single user, what cannot be said is NaN.
    """
    rows = []
    for dataset, model in places:
        group = scores[(scores["dataset"] == dataset) & (scores["model"] == model)]
        rows += [
            (dataset, model, metric.name, method, against, *_pair(group, metric, method, against, seed))
            for metric, method in itertools.product(metrics, methods)
            if method != against
        ]
    frame = pd.DataFrame(rows, columns=[name for name in COLUMNS if name != "p_adjusted"])
    adjusted = frame.groupby(["dataset", "model", "metric"], sort=False)["p"].transform(_adjusted)
    return frame.assign(p_adjusted=adjusted)[list(COLUMNS)]


def _adjusted(p: "pd.Series[float]") -> "pd.Series[float]":
    known = p.dropna()
    return pd.Series(holm(known.tolist()), index=known.index, dtype=float).reindex(p.index)


def _pair(group: pd.DataFrame, metric: Metric, method: str, against: str, seed: int) -> tuple[float, ...]:
    """Returns difference, ci_low, ci_high, p, effect, wins, losses, ties, n."""
    first, second = (group[group["method"] == name].set_index(SAMPLE) for name in (method, against))
    shared = first.index.intersection(second.index)
    first, second = first.loc[first.index.isin(shared)], second.loc[second.index.isin(shared)]
    users = sorted(first["user_id"].unique())
    if not users:
        return (np.nan,) * 5 + (0, 0, 0, 0)
    sums = [user_sums(rows, metric, users) for rows in (first, second)]
    difference = sums[0].total() - sums[1].total()
    low = high = p = np.nan
    if len(users) > 1:
        drawn = bootstrap(sums, len(users), derive_seed(seed, "bootstrap", method, against))
        low, high = interval(drawn[0] - drawn[1])
        p = randomization_p(sums[0], sums[1], derive_seed(seed, "randomization", method, against))
    by_user = [rows[rows["metric"] == metric.name].groupby("user_id")["value"].mean() for rows in (first, second)]
    gains = (by_user[0] - by_user[1]).to_numpy()
    spread = gains.std(ddof=1) if len(gains) > 1 else np.nan
    effect = float(gains.mean() / spread) if spread > 0 else np.nan
    wins, losses = int((gains > 0).sum()), int((gains < 0).sum())
    return difference, low, high, p, effect, wins, losses, len(gains) - wins - losses, int(sums[0].counts.sum())
