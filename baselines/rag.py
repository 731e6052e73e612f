"""Retrieval-augmented generation: the user's own most fitting earlier reviews, put into the prompt as they are."""

from dataclasses import dataclass
from typing import ClassVar

from dpl.corpus import Corpus
from dpl.generation import write_review
from dpl.method import Knobs, knob, register
from dpl.records import Prediction, Sample
from dpl.retrieval import RETRIEVALS, key_samples
from dpl.trace import Completer, Trace


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class RAG(Knobs):
    """In-prompt augmentation with k own reviews (LaMP, arXiv 2304.11406); one call a sample."""

    name: ClassVar[str] = "rag"
    sees: ClassVar[str] = "own history"
    paper: ClassVar[str] = "arXiv 2304.11406"

    k: int = knob(8, "earlier reviews shown", low=1, high=64)
    retrieval: str = knob("bm25", "how they are chosen", choices=RETRIEVALS)

    async def generate(self, sample: Sample, corpus: Corpus, llm: Completer) -> Prediction:
        """Returns the review for `sample`; see `Method.generate`."""
        trace = Trace.of(llm)
        reviews = key_samples(trace, sample, corpus, self.k, by=self.retrieval)
        return trace.prediction(await write_review(trace, self.prompts, sample, reviews))
