"""Tables of results: for the terminal, in Markdown, and as CSV."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Group
from rich.table import Table
from rich.text import Text

PERCENT_METRICS = ("bleu",)
"""Metrics of the range 0..100; all others are fractions."""

COMPARISON_HEADINGS = ("metric", "methods", "difference", "95 % interval", "p", "p (Holm)", "users won / tied / lost")
SPENDING_HEADINGS = ("n", "calls", "tokens", "cost")


@dataclass(frozen=True, slots=True)
class Cell:
    """A method's value on a metric, as text: the value, its interval (empty where unknown), and whether it is the column's best."""

    value: str
    interval: str
    best: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A method's row: its cells by metric, and what it took, by heading; each text may have a second line."""

    method: str
    cells: dict[str, Cell]
    spent: dict[str, str]
    failed: bool


def number(value: float, metric: str) -> str:
    """Returns a value with as many digits as its metric's range asks for; `-` where there is none."""
    if pd.isna(value):
        return "-"
    return f"{value:.2f}" if metric in PERCENT_METRICS else f"{value:.3f}"


def interval(low: float, high: float, metric: str) -> str:
    """Returns an interval's two ends with a dash between them, or nothing where it is unknown."""
    return "" if pd.isna(low) else f"{number(low, metric)}–{number(high, metric)}"


def amount(value: float) -> str:
    """Returns a count with a separator for thousands, or `unknown`."""
    return "unknown" if pd.isna(value) else f"{value:,.0f}"


def dollars(value: float) -> str:
    """Returns a cost: `unknown` where no price is known, which is not `free`."""
    if pd.isna(value):
        return "unknown"
    return "free" if value == 0 else f"${value:.4f}"


def places(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yields a heading and the rows of each dataset and model, in their order."""
    for (dataset, model), rows in frame.groupby(["dataset", "model"], sort=False):
        yield f"{dataset} · {model}", rows


def records(frame: pd.DataFrame) -> list[dict[Any, Any]]:
    """Returns a frame's rows."""
    return frame.to_dict("records")


def lines(rows: pd.DataFrame) -> list[Line]:
    """Returns the rows of one dataset and model as text, one line a method."""
    best = rows.groupby("metric")["mean"].max()
    found: dict[str, Line] = {}
    for row in records(rows):
        line = found.setdefault(row["method"], Line(row["method"], {}, _spent(row), bool(row["failed"] > 0)))
        line.cells[row["metric"]] = Cell(
            value=number(row["mean"], row["metric"]),
            interval=interval(row["ci_low"], row["ci_high"], row["metric"]),
            best=bool(row["mean"] == best[row["metric"]]),
        )
    return list(found.values())


def _spent(row: dict[Any, Any]) -> dict[str, str]:
    failed = f"\n{amount(row['failed'])} failed" if row["failed"] > 0 else ""
    return {
        "n": f"{amount(row['n'])}{failed}",
        "calls": amount(row["calls"]),
        "tokens": f"{amount(row['tokens_in'])} in\n{amount(row['tokens_out'])} out",
        "cost": dollars(row["cost_usd"]),
    }


def terminal_table(summary: pd.DataFrame) -> Group:
    """Returns the results as something rich can print: one table a dataset and model.

    A cell holds the value with its 95 % interval below; the best of a column is bold. Failed samples stand below n, in red.

    Args:
        summary: columns dataset, model, method, metric, n, failed, mean, ci_low, ci_high, calls, tokens_in, tokens_out, cost_usd.
    """
    return Group(*(_terminal(heading, rows) for heading, rows in places(summary)))


def _table(heading: str) -> Table:
    return Table(
        title=heading, title_justify="left", title_style="bold", box=None, header_style="bold", padding=(0, 1, 0, 0), pad_edge=False
    )


def _terminal(heading: str, rows: pd.DataFrame) -> Table:
    table = _table(heading)
    table.add_column("method", overflow="fold")
    metrics = list(rows["metric"].unique())
    for name in (*metrics, *SPENDING_HEADINGS):
        table.add_column(name, justify="right", no_wrap=True)
    for line in lines(rows):
        scored = [_terminal_cell(line.cells.get(metric)) for metric in metrics]
        spent = [Text(line.spent[name], style="red" if name == "n" and line.failed else "") for name in SPENDING_HEADINGS]
        name, _, knobs = line.method.partition(":")
        table.add_row(Text(name).append(f"\n{knobs}", style="dim"), *scored, *spent)
    return table


def _terminal_cell(cell: Cell | None) -> Text:
    if cell is None:
        return Text("-")
    text = Text(cell.value, style="bold" if cell.best else "")
    return text.append(f"\n{cell.interval}", style="not bold dim") if cell.interval else text


def markdown_table(summary: pd.DataFrame) -> str:
    """Returns the results in Markdown: what `terminal_table` shows."""
    return "\n".join(_markdown(heading, rows) for heading, rows in places(summary))


def _markdown(heading: str, rows: pd.DataFrame) -> str:
    metrics = list(rows["metric"].unique())
    table = [["method", *metrics, *SPENDING_HEADINGS], ["---", *["---:"] * (len(metrics) + len(SPENDING_HEADINGS))]]
    for line in lines(rows):
        scored = [_markdown_cell(line.cells.get(metric)) for metric in metrics]
        table.append([f"`{line.method}`", *scored, *(line.spent[name].replace("\n", ", ") for name in SPENDING_HEADINGS)])
    text = "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in table)
    return f"**{heading}** (value, 95 % interval)\n\n{text}\n"


def _markdown_cell(cell: Cell | None) -> str:
    if cell is None:
        return "-"
    return f"{f'**{cell.value}**' if cell.best else cell.value} {cell.interval}".strip()


def comparison_rows(comparisons: pd.DataFrame) -> Iterator[tuple[str, list[list[str]]]]:
    """Yields a heading and the rows of text, under `COMPARISON_HEADINGS`, of each dataset and model."""
    for heading, rows in places(comparisons):
        yield heading, [_comparison(row) for row in records(rows)]


def _comparison(row: dict[Any, Any]) -> list[str]:
    metric = row["metric"]
    low, high = (_signed(row[name], metric) for name in ("ci_low", "ci_high"))
    return [
        metric,
        f"{row['method']} vs {row['against']}",
        _signed(row["difference"], metric),
        "-" if low == "-" else f"{low} to {high}",
        *("-" if pd.isna(row[name]) else f"{row[name]:.4f}" for name in ("p", "p_adjusted")),
        f"{row['wins']} / {row['ties']} / {row['losses']}",
    ]


def comparison_table(comparisons: pd.DataFrame) -> Group:
    """Returns the paired differences as something rich can print: one table a dataset and model; nothing for no comparison.

    Args:
        comparisons: columns dataset, model, metric, method, against, difference, ci_low, ci_high, p, p_adjusted, wins, losses, ties.
    """
    tables = []
    for heading, rows in comparison_rows(comparisons):
        table = _table(heading)
        for name in COMPARISON_HEADINGS:
            table.add_column(name, justify="left" if name in ("metric", "methods") else "right")
        for texts in rows:
            table.add_row(*map(Text, texts))
        tables.append(table)
    return Group(*tables)


def _signed(value: float, metric: str) -> str:
    return "-" if pd.isna(value) else f"{'+' if value >= 0 else '−'}{number(abs(value), metric)}"


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    r"""Writes a frame as CSV: full precision, `\n` line ends, whole or not at all; equal frames give equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    frame.to_csv(draft, index=False, lineterminator="\n")
    draft.replace(path)
