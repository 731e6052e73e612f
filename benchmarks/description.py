"""`dplbench data describe`: how large a dataset is, and how its sizes are distributed."""

from datetime import UTC, datetime

import pandas as pd

from benchmarks.datasets import Dataset


def sizes(dataset: Dataset) -> dict[str, "pd.Series[float]"]:
    """Returns what is distributed: review lengths (words, also of those to predict), histories, and peers of each earlier review."""
    reviews = [review for own in dataset.corpus.by_user.values() for review in own]
    peers = [len(dataset.corpus.peers(review.asin, without=sample.user_id)) for sample in dataset.samples for review in sample.history]
    return {
        "words a review": pd.Series([len(review.text.split()) for review in reviews], dtype=float),
        "words a review to predict": pd.Series([len(dataset.references[sample.id].split()) for sample in dataset.samples], dtype=float),
        "earlier reviews a user to predict": pd.Series([len(sample.history) for sample in dataset.samples], dtype=float),
        "other reviewers an earlier review": pd.Series(peers, dtype=float),
        "reviews an item": pd.Series([len(about) for about in dataset.corpus.by_item.values()], dtype=float),
    }


def describe(dataset: Dataset) -> pd.DataFrame:
    """Returns one row a size: what, mean, min, p25, median, p75, max."""
    rows = []
    for what, values in sizes(dataset).items():
        quarters = values.quantile([0.0, 0.25, 0.5, 0.75, 1.0])
        rows.append((what, values.mean(), *quarters))
    return pd.DataFrame(rows, columns=["what", "mean", "min", "p25", "median", "p75", "max"])


def totals(dataset: Dataset) -> dict[str, str]:
    """Returns the counts and the time span, as text."""
    times = [review.timestamp for own in dataset.corpus.by_user.values() for review in own if review.timestamp is not None]
    days = [datetime.fromtimestamp(time / 1000, UTC).date().isoformat() for time in (min(times), max(times))] if times else []
    described = sum(bool(item.description) for item in dataset.corpus.items.values())
    return {
        "samples": f"{len(dataset.samples):,}",
        "users": f"{len(dataset.corpus.by_user):,}",
        "items": f"{len(dataset.corpus.items):,}, {described:,} with a description",
        "reviews": f"{sum(map(len, dataset.corpus.by_user.values())):,}",
        "time span": " to ".join(days) or "unknown",
    }
