"""Frames such as a run makes, without a run."""

import pandas as pd
import pytest


@pytest.fixture
def summary() -> pd.DataFrame:
    """Three methods on two metrics; dpl is best on both, rag failed twice, non_personalized has an unknown cost."""
    nan = float("nan")
    rows = []
    for method, failed, mean, tokens, cost in (
        ("non_personalized", 0, 0.2, nan, nan),
        ("rag:k=2", 2, 0.25, 12345.0, 0.0),
        ("dpl:n=2,k=2", 0, 0.3, 7.0, 0.5),
    ):
        for metric, scale in (("rouge1", 1), ("bleu", 100)):
            low, high = ((mean + shift) * scale for shift in (-0.1, 0.1))
            rows.append(("sample", "m", method, metric, 10 - failed, failed, mean * scale, 0.1, low, high, 10, tokens, 900.0, cost))
    names = "dataset model method metric n failed mean sd ci_low ci_high calls tokens_in tokens_out cost_usd"
    return pd.DataFrame(rows, columns=names.split())


@pytest.fixture
def comparisons() -> pd.DataFrame:
    """One difference that is known, and one about which nothing is."""
    nan = float("nan")
    rows = [
        ("sample", "m", "rouge1", "rag:k=2", "dpl:n=2,k=2", -0.05, -0.09, -0.01, 0.02, 0.04, -0.6, 2, 7, 1, 10),
        ("sample", "m", "rouge1", "x", "dpl:n=2,k=2", nan, nan, nan, nan, nan, nan, 0, 0, 0, 0),
    ]
    names = "dataset model metric method against difference ci_low ci_high p p_adjusted effect wins losses ties n"
    return pd.DataFrame(rows, columns=names.split())
