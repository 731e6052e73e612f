import math
import re
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from reports.tables import comparison_rows, comparison_table, dollars, markdown_table, number, terminal_table, write_csv


def shown(renderable: object, width: int = 100, *, styled: bool = False) -> str:
    console = Console(width=width, force_terminal=styled, color_system="standard" if styled else None, highlight=False)
    with console.capture() as capture:
        console.print(renderable)
    return capture.get()


def test_the_terminal_shows_values_intervals_and_what_they_took(summary: pd.DataFrame) -> None:
    lines = shown(terminal_table(summary)).splitlines()
    assert lines[0].strip() == "sample · m"
    assert lines[1].split() == ["method", "rouge1", "bleu", "n", "calls", "tokens", "cost"]
    assert lines[4].split() == ["rag", "0.250", "25.00", "8", "10", "12,345", "in", "free"]
    assert lines[5].split() == ["k=2", "0.150–0.350", "15.00–35.00", "2", "failed", "900", "out"]
    assert "unknown in" in lines[2]
    assert lines[2].rstrip().endswith("unknown")
    assert lines[6].rstrip().endswith("$0.5000")


def test_the_best_is_bold_and_failures_are_red(summary: pd.DataFrame) -> None:
    styled = shown(terminal_table(summary), styled=True)
    bold = [text.strip() for text in re.findall(r"\x1b\[1m([^\x1b]*)", styled)]
    assert {"0.300", "30.00"} <= set(bold)
    assert {"0.250", "25.00", "0.200"}.isdisjoint(bold)
    assert re.search(r"\x1b\[31m\s*2 failed", styled)


def test_nothing_is_cut_at_100_columns(summary: pd.DataFrame) -> None:
    wide = pd.concat([summary.assign(metric=summary["metric"] + suffix) for suffix in ("", "_a")])
    assert "…" not in shown(terminal_table(wide))


def test_no_failures_no_word_of_them(summary: pd.DataFrame) -> None:
    assert "failed" not in shown(terminal_table(summary.assign(failed=0)))


def test_what_is_unknown_is_a_dash_not_a_zero(summary: pd.DataFrame) -> None:
    nothing = summary.assign(mean=math.nan, ci_low=math.nan, ci_high=math.nan, n=0)
    text = shown(terminal_table(nothing))
    assert "nan" not in text
    assert "–" not in text
    assert text.split().count("-") == 6


def test_markdown_holds_the_same(summary: pd.DataFrame) -> None:
    lines = markdown_table(summary).splitlines()
    assert lines[0] == "**sample · m** (value, 95 % interval)"
    assert lines[4] == "| `non_personalized` | 0.200 0.100–0.300 | 20.00 10.00–30.00 | 10 | 10 | unknown in, 900 out | unknown |"
    assert lines[5].startswith("| `rag:k=2` | 0.250 0.150–0.350 | 25.00 15.00–35.00 | 8, 2 failed | 10 |")
    assert lines[6].startswith("| `dpl:n=2,k=2` | **0.300** 0.200–0.400 | **30.00**")


def test_every_dataset_and_model_has_a_table(summary: pd.DataFrame) -> None:
    both = pd.concat([summary, summary.assign(model="other | model")])
    assert markdown_table(both).count("| method |") == 2
    assert "sample · other | model" in shown(terminal_table(both))


def test_comparisons_have_signs_and_dashes(comparisons: pd.DataFrame) -> None:
    ((heading, rows),) = comparison_rows(comparisons)
    assert heading == "sample · m"
    assert rows[0] == ["rouge1", "rag:k=2 vs dpl:n=2,k=2", "−0.050", "−0.090 to −0.010", "0.0200", "0.0400", "2 / 1 / 7"]
    assert rows[1] == ["rouge1", "x vs dpl:n=2,k=2", "-", "-", "-", "-", "0 / 0 / 0"]
    assert "−0.050" in shown(comparison_table(comparisons))
    assert shown(comparison_table(comparisons.iloc[:0])).strip() == ""


@pytest.mark.parametrize(("value", "text"), [(0.0, "free"), (math.nan, "unknown"), (0.00012, "$0.0001"), (12.5, "$12.5000")])
def test_unknown_is_not_free(value: float, text: str) -> None:
    assert dollars(value) == text


def test_numbers_have_the_digits_of_their_metric() -> None:
    assert (number(0.12345, "rouge1"), number(12.345, "bleu"), number(math.nan, "bleu")) == ("0.123", "12.35", "-")


def test_csv_keeps_every_digit_and_its_bytes(summary: pd.DataFrame, tmp_path: Path) -> None:
    frame = summary.assign(mean=1 / 3)
    for name in ("a.csv", "b.csv"):
        write_csv(frame, tmp_path / "deep" / name)
    first, second = ((tmp_path / "deep" / name).read_bytes() for name in ("a.csv", "b.csv"))
    assert first == second
    assert b"\r" not in first
    assert (pd.read_csv(tmp_path / "deep" / "a.csv")["mean"] == 1 / 3).all()
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == ["a.csv", "b.csv"]
