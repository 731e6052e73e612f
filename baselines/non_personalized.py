"""The floor: a review written from the item, the rating and the title, knowing nothing else of the user."""

from dataclasses import dataclass
from typing import ClassVar

from dpl.corpus import Corpus
from dpl.generation import write_review
from dpl.method import Knobs, register
from dpl.records import Prediction, Sample
from dpl.trace import Completer, Trace


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class NonPersonalized(Knobs):
    """Item, rating and title only; one call a sample."""

    name: ClassVar[str] = "non_personalized"
    sees: ClassVar[str] = "nothing of the user but rating and title"
    paper: ClassVar[str] = "-"

    async def generate(self, sample: Sample, corpus: Corpus, llm: Completer) -> Prediction:
        """Returns the review for `sample`; see `Method.generate`."""
        trace = Trace.of(llm)
        return trace.prediction(await write_review(trace, self.prompts, sample))
