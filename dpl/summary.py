"""The summary stage: differences and earlier reviews drawn together into one profile of how the user writes."""

from collections.abc import Sequence

from dpl.differences import Difference
from dpl.prompts import Prompts
from dpl.retrieval import KeySample
from dpl.trace import Trace


async def summarize(trace: Trace, prompts: Prompts, reviews: Sequence[KeySample], differences: Sequence[Difference]) -> str:
    """Returns the model's profile of the user.

    Raises:
        ModelError: no usable answer.
    """
    return await trace.ask(prompts, "summary", reviews=reviews, differences=differences)
