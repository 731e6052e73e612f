"""The page: one self-contained HTML file with the results and every written review beside the real one.

Reviews are strangers' text: Jinja escapes all of it, and a content security policy allows nothing but the page's own style and script.
"""

import base64
import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from reports.tables import COMPARISON_HEADINGS, SPENDING_HEADINGS, comparison_rows, lines, number, places, records

HERE = Path(__file__).parent


def write_page(
    path: Path,
    *,
    summary: pd.DataFrame,
    comparisons: pd.DataFrame,
    samples: pd.DataFrame,
    manifest: Mapping[str, Any],
    figures: Sequence[Path],
) -> Path:
    """Writes the page, whole or not at all.

    Args:
        path: the file.
        summary: columns as for `reports.tables.terminal_table`.
        comparisons: columns as for `reports.tables.comparison_table`; may be empty.
        samples: one row a prediction: dataset, model, method, replicate, sample_id, user_id, status, error, text, notes (texts), stages
            (mappings of stage, tokens_in, tokens_out, seconds and prompts: messages and answer), item_title, item_description, rating,
            title, reference and scores (by metric).
        manifest: name, description, created, models, datasets, methods, collect_seconds, warnings (texts), signatures (by metric).
        figures: SVG files.

    Returns:
        The file.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"number": number, "known": _known}
    style, script = ((HERE / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    text = environment.get_template("page.html.jinja").render(
        # The project's own files, and the only text that is not escaped.
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        style_hash=_hash(style),
        script_hash=_hash(script),
        manifest=manifest,
        figures=[(_data_uri(figure), figure.stem) for figure in figures],
        results=[(heading, list(rows["metric"].unique()), lines(rows)) for heading, rows in places(summary)],
        spending=SPENDING_HEADINGS,
        comparisons=list(comparison_rows(comparisons)),
        comparison_headings=COMPARISON_HEADINGS,
        methods=list(samples["method"].unique()) if len(samples) else [],
        cards=_cards(samples),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    # A lone surrogate in a review has no UTF-8; it is shown as a question mark.
    draft.write_bytes(text.encode("utf-8", "replace"))
    draft.replace(path)
    return path


def _cards(samples: pd.DataFrame) -> list[tuple[dict[Any, Any], list[dict[Any, Any]]]]:
    """Returns, for each sample of each dataset, model and replicate, what is known of it and what every method wrote."""
    if not len(samples):
        return []
    groups = samples.groupby(["dataset", "model", "replicate", "sample_id"], sort=False)
    return [(written[0], written) for written in (records(group) for _, group in groups)]


def _known(value: Any) -> bool:
    """Returns whether there is a value: neither None nor NaN."""
    return not (value is None or pd.isna(value))


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _data_uri(figure: Path) -> str:
    # As an image, not inline: an SVG's own style attributes would need an exception in the policy.
    return "data:image/svg+xml;base64," + base64.b64encode(figure.read_bytes()).decode()
