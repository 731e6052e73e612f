"""Scoring: predictions and real reviews in, one row a sample and metric out. Needs no model."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from benchmarks.metrics import Metric
from benchmarks.runs import OK, Key, Outcome

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("dataset", "model", "method", "replicate", "sample_id", "user_id", "metric", "value")


def score(outcomes: Iterable[Outcome], references: Mapping[str, Mapping[str, str]], metrics: Sequence[Metric]) -> "pd.DataFrame":
    """Returns the scores of a run's finished samples in long form, one row a sample and metric.

    Args:
        outcomes: of a run; failed ones have no score.
        references: the real reviews by dataset and sample id.
        metrics: what to compute. The statistics of a corpus metric come as rows of their own, named like `bleu.sys_len`.

    Returns:
        A frame with the columns `COLUMNS`, in the order of metrics and outcomes.
    """
    import pandas as pd

    finished = [outcome for outcome in outcomes if outcome.status == OK]
    written = [outcome.text or "" for outcome in finished]
    real = [references[outcome.key.dataset][outcome.key.sample_id] for outcome in finished]
    about = pd.DataFrame([(*outcome.key, outcome.user_id) for outcome in finished], columns=[*Key._fields, "user_id"])
    parts = []
    for metric in metrics:
        scores = metric.score(written, real)
        columns = {metric.name: scores.values} | {f"{metric.name}.{name}": column for name, column in scores.statistics.items()}
        parts += [about.assign(metric=name, value=[float(value) for value in values]) for name, values in columns.items()]
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]
