import math
from pathlib import Path

import pandas as pd
import pytest

from reports.plots import plot_scores


def test_a_plot_is_the_same_bytes_every_time(summary: pd.DataFrame, tmp_path: Path) -> None:
    first, second = (plot_scores(summary, tmp_path / name) for name in ("a", "b"))
    assert [file.name for file in first] == ["scores.svg", "scores.png"]
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


def test_other_numbers_make_another_plot(summary: pd.DataFrame, tmp_path: Path) -> None:
    plot_scores(summary, tmp_path / "a")
    plot_scores(summary.assign(mean=summary["mean"] * 1.1), tmp_path / "b")
    assert (tmp_path / "a" / "scores.svg").read_bytes() != (tmp_path / "b" / "scores.svg").read_bytes()


@pytest.mark.parametrize("methods", [1, 20])
def test_any_number_of_methods_long_names_and_missing_values_are_drawn(methods: int, summary: pd.DataFrame, tmp_path: Path) -> None:
    one = summary[summary["method"] == "rag:k=2"]
    many = pd.concat([one.assign(method=f"a_method_with_a_long_name:{n}=knob") for n in range(methods)])
    many.loc[many["metric"] == "bleu", ["mean", "ci_low", "ci_high"]] = math.nan
    both = pd.concat([many, many.assign(model="another")])
    files = plot_scores(both, tmp_path)
    assert all(file.stat().st_size > 1000 for file in files)
