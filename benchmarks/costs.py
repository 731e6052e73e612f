"""What methods cost: calls, tokens and dollars, each answer counted once however many samples share it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from benchmarks.runs import FAILED, Outcome

if TYPE_CHECKING:
    import pandas as pd

SPENT = ("tokens_in", "tokens_out", "cost_usd")


def costs(outcomes: Iterable[Outcome]) -> "pd.DataFrame":
    """Returns failures, calls, tokens and cost by dataset, model and method.

    An answer that several samples of a method use (a user's summary) is counted once; where a stage shares only some of its answers
    with another sample, its tokens are split evenly among them. What failed samples asked is counted, for it is paid for.

    Returns:
        Columns dataset, model, method, failed, calls, tokens_in, tokens_out, cost_usd; NaN where a provider did not tell.
    """
    import pandas as pd

    rows: list[tuple[str | int | float, ...]] = []
    seen: set[tuple[str, str, str, str]] = set()
    for outcome in outcomes:
        place = outcome.key[:3]
        rows.append((*place, int(outcome.status == FAILED), 0, 0.0, 0.0, 0.0))
        for stage in outcome.stages:
            new = {(*place, key) for key in stage.keys} - seen
            seen |= new
            if new:
                share = len(new) / len(set(stage.keys))
                spent = [share * value if (value := getattr(stage, name)) is not None else float("nan") for name in SPENT]
                rows.append((*place, 0, len(new), *spent))
    names = ["dataset", "model", "method"]
    frame = pd.DataFrame(rows, columns=[*names, "failed", "calls", *SPENT])
    # One unknown makes a sum unknown: unknown is not zero.
    return frame.groupby(names, sort=False).sum(skipna=False).reset_index()
