import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmarks.comparisons import COLUMNS, compare
from benchmarks.metrics import parse_metric
from benchmarks.statistics import holm, summarize

PLACES = [("d", "m")]
ROUGE = parse_metric("rouge1")


def frame(values: dict[str, dict[str, list[float]]], metric: str = "rouge1") -> pd.DataFrame:
    """Scores in long form from method -> user -> values of that user's samples."""
    rows = [
        ("d", "m", method, 0, f"{user}:{n}", user, metric, value)
        for method, users in values.items()
        for user, own in users.items()
        for n, value in enumerate(own)
    ]
    columns = ["dataset", "model", "method", "replicate", "sample_id", "user_id", "metric", "value"]
    return pd.DataFrame(rows, columns=columns)


def noise(seed: int, users: int, shift: float = 0.0, samples: int = 1) -> dict[str, list[float]]:
    rng = np.random.default_rng(seed)
    return {f"u{n}": list(shift + rng.normal(0.5, 0.1, size=samples)) for n in range(users)}


def only(table: pd.DataFrame) -> Any:
    (row,) = table.itertuples()
    return row


def test_summary_has_mean_spread_and_interval() -> None:
    users = noise(1, 50)
    row = only(summarize(frame({"a": users}), PLACES, [ROUGE], ["a"], 42))
    values = [value for own in users.values() for value in own]
    assert row.n == 50
    assert row.mean == pytest.approx(np.mean(values))
    assert row.sd == pytest.approx(np.std(values, ddof=1))
    error = np.std(values, ddof=1) / np.sqrt(50)
    assert row.ci_low == pytest.approx(row.mean - 1.96 * error, abs=0.2 * error)
    assert row.ci_high == pytest.approx(row.mean + 1.96 * error, abs=0.2 * error)


def test_users_are_the_unit_not_samples() -> None:
    once = only(summarize(frame({"a": noise(1, 30)}), PLACES, [ROUGE], ["a"], 42))
    copied = {user: own * 20 for user, own in noise(1, 30).items()}
    often = only(summarize(frame({"a": copied}), PLACES, [ROUGE], ["a"], 42))
    assert often.n == 600
    assert (often.ci_low, often.ci_high) == pytest.approx((once.ci_low, once.ci_high))


def test_no_sample_and_one_user_are_told_as_unknown() -> None:
    table = summarize(frame({"a": {"u": [0.5]}}), PLACES, [ROUGE], ["a", "b"], 42)
    assert list(table["n"]) == [1, 0]
    assert table["mean"].iloc[0] == 0.5
    assert table[["ci_low", "ci_high"]].isna().all(axis=None)
    assert np.isnan(table["mean"].iloc[1])
    nothing = summarize(frame({}), PLACES, [ROUGE], ["a"], 42)
    assert list(nothing["n"]) == [0]


def test_the_same_scores_give_the_same_numbers_in_any_order() -> None:
    scores = frame({"a": noise(1, 20), "b": noise(2, 20)})
    shuffled = scores.sample(frac=1, random_state=1)
    arguments = (PLACES, [ROUGE], ["a", "b"])
    pd.testing.assert_frame_equal(summarize(scores, *arguments, 42), summarize(shuffled, *arguments, 42))
    pd.testing.assert_frame_equal(compare(scores, *arguments, "a", 42), compare(shuffled, *arguments, "a", 42))


def test_pairing_finds_what_unpaired_spread_hides() -> None:
    base = noise(1, 20)
    better = {user: [value + 0.01 for value in own] for user, own in base.items()}
    row = only(compare(frame({"a": better, "b": base}), PLACES, [ROUGE], ["a", "b"], "b", 42))
    assert row.difference == pytest.approx(0.01)
    assert 0.0099 < row.ci_low <= row.ci_high < 0.0101
    assert row.p < 0.001
    assert (row.wins, row.losses, row.ties, row.n) == (20, 0, 0, 20)


def test_only_samples_that_both_finished_are_compared() -> None:
    row = only(compare(frame({"a": noise(1, 12), "b": noise(2, 9)}), PLACES, [ROUGE], ["a", "b"], "b", 42))
    assert row.n == 9


def test_nothing_to_compare_is_no_error() -> None:
    row = only(compare(frame({"a": noise(1, 5)}), PLACES, [ROUGE], ["a", "b"], "b", 42))
    assert row.n == 0
    assert np.isnan(row.difference)
    assert np.isnan(row.p_adjusted)
    assert list(compare(frame({"a": noise(1, 5)}), PLACES, [ROUGE], ["a"], "a", 42).columns) == list(COLUMNS)


def test_p_is_the_randomization_tests_against_all_swaps() -> None:
    gains = np.array([0.30, 0.25, -0.05, 0.20, 0.10, 0.15, 0.02, -0.01])
    base = {f"u{n}": [0.5] for n in range(len(gains))}
    better = {f"u{n}": [0.5 + gain] for n, gain in enumerate(gains)}
    swaps = np.array(list(itertools.product([-1, 1], repeat=len(gains))))
    exact = (np.abs((swaps * gains).mean(axis=1)) >= gains.mean() - 1e-12).mean()
    row = only(compare(frame({"a": better, "b": base}), PLACES, [ROUGE], ["a", "b"], "b", 42))
    assert row.p == pytest.approx(exact, abs=0.01)


def test_bleu_is_compared_by_its_corpus_value() -> None:
    bleu = parse_metric("bleu")
    real = ["the slow record about rain and tea in the night"] * 10
    written = {"a": [*real[:8], "nothing alike", "at all"], "b": ["the slow record about nothing"] * 10}
    parts = []
    for method, own in written.items():
        scores = bleu.score(own, real)
        for name, column in {"bleu": scores.values, **{f"bleu.{k}": v for k, v in scores.statistics.items()}}.items():
            parts.append(frame({method: {f"u{n}": [value] for n, value in enumerate(column)}}, name))
    scores = pd.concat(parts)
    summary = summarize(scores, PLACES, [bleu], ["a", "b"], 42).set_index("method")
    import sacrebleu

    for method, own in written.items():
        assert summary.loc[method, "mean"] == pytest.approx(sacrebleu.corpus_bleu(own, [real]).score)
    row = only(compare(scores, PLACES, [bleu], ["a", "b"], "b", 42))
    assert row.difference == pytest.approx(summary.loc["a", "mean"] - summary.loc["b", "mean"])
    assert row.ci_low < row.difference < row.ci_high


def test_holm_is_the_textbooks() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == pytest.approx([1.0, 1.0])
    assert holm([]) == []


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    covered = 0
    for seed in range(100):
        row = only(summarize(frame({"a": noise(seed, 40)}), PLACES, [ROUGE], ["a"], seed))
        covered += row.ci_low <= 0.5 <= row.ci_high
    assert 88 <= covered <= 100


def test_p_values_are_rarely_small_where_nothing_differs() -> None:
    small = 0
    for seed in range(60):
        scores = frame({"a": noise(seed, 20), "b": noise(seed + 1000, 20)})
        small += only(compare(scores, PLACES, [ROUGE], ["a", "b"], "b", seed)).p < 0.05
    assert small <= 9
