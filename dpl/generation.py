"""The last stage of every method: the review itself, written from one prompt skeleton and cleaned by one function."""

import re
from collections.abc import Sequence

from dpl.errors import ModelError
from dpl.prompts import Prompts
from dpl.records import Sample
from dpl.retrieval import KeySample
from dpl.trace import Trace

THOUGHTS = re.compile(r"<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
FENCE = re.compile(r"\A```[a-z]*\n(.*?)\n?```\Z", re.DOTALL)
LABEL = re.compile(r"\A[\s*_#\[]*(?:the |customer's |my )?review(?: text)?[\s*_\]]*:[\s*_]*", re.IGNORECASE)
QUOTES = {'"': '"', "\u201c": "\u201d"}


async def write_review(
    trace: Trace, prompts: Prompts, sample: Sample, reviews: Sequence[KeySample] = (), summary: str | None = None
) -> str:
    """Returns the review the model writes for `sample`, without what it put around it.

    Args:
        trace: asks the model; notes what was cleaned away.
        prompts: holds the skeleton, the same for every method.
        sample: the review to write.
        reviews: the user's own earlier reviews to show.
        summary: what is known of how the user writes.

    Raises:
        ModelError: no usable answer.
    """
    if not sample.history:
        trace.note("history: none; written without knowing the user")
    answer = await trace.ask(prompts, "generation", sample=sample, reviews=reviews, summary=summary)
    text, removed = clean(answer)
    if removed:
        trace.note(f"answer: removed {', '.join(removed)}")
    if not text:
        raise ModelError("stage generation: nothing is left of the answer but what models put around a review")
    return text


def clean(answer: str) -> tuple[str, list[str]]:
    """Returns a model's answer without what is not the review, and the names of what was taken away.

    Reasoning tags, a code fence, a label in front ("Review:") and quotation marks around the whole are not the review.
    """
    text, removed = answer.strip(), []
    for name, cleaned in (
        ("reasoning", lambda text: THOUGHTS.sub("", text)),
        ("code fence", lambda text: FENCE.sub(r"\1", text)),
        ("label", lambda text: LABEL.sub("", text)),
        ("quotation marks", _unquoted),
    ):
        shorter = cleaned(text).strip()
        if shorter != text:
            removed.append(name)
            text = shorter
    return text, removed


def _unquoted(text: str) -> str:
    closing = QUOTES.get(text[:1])
    inside = text[1:-1]
    # Marks inside mean that the first and the last do not belong together.
    if closing and text.endswith(closing) and len(text) > 1 and not set(inside) & {text[0], closing}:
        return inside
    return text
