"""Plots of results, the same bytes for the same numbers."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from reports.tables import PERCENT_METRICS, places, records

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette: told apart by colour-blind readers, and in grey by lightness.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
STYLE: Any = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.titlesize": 10,
    "figure.facecolor": "white",
    "svg.hashsalt": "dplbench",  # otherwise every drawing has other identifiers
    "svg.fonttype": "path",
}


def plot_scores(summary: pd.DataFrame, folder: Path) -> list[Path]:
    """Draws every method's value with its 95 % interval: a panel a metric, a row a dataset and model.

    Args:
        summary: columns dataset, model, method, metric, n, mean, ci_low, ci_high.
        folder: where `scores.svg` and `scores.png` are written.

    Returns:
        The two files.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = list(places(summary))
    metrics = list(summary["metric"].unique())
    most = max((group["method"].nunique() for _, group in rows), default=1)
    with mpl.rc_context(STYLE):
        size = (2.2 + 2.1 * len(metrics), max(1, len(rows)) * (1.2 + 0.3 * most))
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasAgg(figure)
        bands = figure.subfigures(max(1, len(rows)), squeeze=False)[:, 0]
        for band, (heading, group) in zip(bands, rows, strict=False):
            band.suptitle(heading, x=0.01, ha="left", fontweight="bold", fontsize=10)
            panels = band.subplots(1, len(metrics), squeeze=False)[0]
            for panel, metric in zip(panels, metrics, strict=True):
                _panel(panel, group[group["metric"] == metric], metric, names=panel is panels[0])
        return _save(figure, folder, "scores")


def plot_distributions(values: "Mapping[str, pd.Series[float]]", folder: Path) -> list[Path]:
    """Draws a histogram of each set of values, with its median marked; `distributions.svg` and `.png` in `folder`."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(2.6 * len(values), 2.4), layout="constrained")
        FigureCanvasAgg(figure)
        for axes, (name, column) in zip(figure.subplots(1, len(values), squeeze=False)[0], values.items(), strict=True):
            axes.hist(column, bins=30, color=COLOURS[0])
            axes.axvline(column.median(), color=COLOURS[1], linewidth=1.5)
            axes.set_title(f"{name}\nmedian {column.median():,.0f}", fontsize=9)
            axes.set_yticks([])
            axes.locator_params(axis="x", nbins=4)
        return _save(figure, folder, "distributions")


def _panel(axes: "Axes", rows: pd.DataFrame, metric: str, *, names: bool) -> None:
    methods = list(rows["method"])
    for position, row in enumerate(records(rows)):
        colour = COLOURS[position % len(COLOURS)]
        if pd.isna(row["mean"]):
            axes.annotate("no score", (0.5, position), xycoords=("axes fraction", "data"), ha="center", va="center", color="0.5")
            continue
        if not pd.isna(row["ci_low"]):
            axes.hlines(position, row["ci_low"], row["ci_high"], color=colour, linewidth=2)
        axes.plot(row["mean"], position, "o", color=colour, markersize=5)
    axes.set_ylim(len(methods) - 0.5, -0.5)
    axes.set_yticks(range(len(methods)), methods if names else [""] * len(methods))
    axes.tick_params(axis="y", length=0)
    axes.locator_params(axis="x", nbins=4)
    axes.grid(axis="x", color="0.9")
    axes.set_axisbelow(True)
    axes.margins(x=0.08)
    axes.set_title(metric)
    axes.set_xlabel("0 to 100" if metric in PERCENT_METRICS else "0 to 1", color="0.4")


def _save(figure: "Figure", folder: Path, name: str) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{name}.svg", folder / f"{name}.png"]
    figure.savefig(files[0], metadata={"Date": None})
    figure.savefig(files[1], dpi=150, metadata={"Software": None})
    return files
