"""Scoring what any system wrote: a JSONL file of id, prediction and reference in, a CSV of id, metric and value out."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.datasets.published import read_jsonl
from benchmarks.preparation import usable_metrics
from dpl.errors import ConfigurationError

FIELDS = ("id", "prediction", "reference")
DEFAULT = ("rouge1", "rougeL", "meteor", "bleu")


def score_file(path: Path, metrics: Sequence[str], out: Path) -> None:
    """Writes one row a record and metric; corpus metrics have a last row with an empty id.

    Args:
        path: the records.
        metrics: names; none takes `DEFAULT`.
        out: the CSV.

    Raises:
        ConfigurationError: no such file or metric, no record, a damaged one, or an id that occurs twice.
    """
    import numpy as np
    import pandas as pd

    from reports.tables import write_csv

    if not path.is_file():
        raise ConfigurationError(f"no file {path}; give a JSONL file with the fields {', '.join(FIELDS)}")
    usable, _ = usable_metrics(metrics or DEFAULT)
    records = _records(path)
    ids = [str(record["id"]) for record in records]
    parts = []
    for metric in usable:
        scores = metric.score([str(record["prediction"]) for record in records], [str(record["reference"]) for record in records])
        parts.append(pd.DataFrame({"id": ids, "metric": metric.name, "value": scores.values}))
        if metric.statistics:
            sums = {name: np.array([sum(column)], dtype=np.float64) for name, column in scores.statistics.items()}
            parts.append(pd.DataFrame({"id": [""], "metric": [metric.name], "value": metric.corpus(sums)}))
    write_csv(pd.concat(parts, ignore_index=True), out)


def _records(path: Path) -> list[dict[str, object]]:
    records = [dict(record) for record in read_jsonl(path)]
    if not records:
        raise ConfigurationError(f"{path} holds no record")
    seen: set[str] = set()
    for number, record in enumerate(records, 1):
        lacking = [name for name in FIELDS if not isinstance(record.get(name), str | int)]
        if lacking:
            raise ConfigurationError(f"{path}, line {number}: lacks {', '.join(lacking)}; a record has {', '.join(FIELDS)}")
        if str(record["id"]) in seen:
            raise ConfigurationError(f"{path}, line {number}: id {record['id']!r} occurs twice; ids must differ")
        seen.add(str(record["id"]))
    return records
