"""DPL, difference-aware personalization (arXiv 2503.02450): compare the user with others, sum up what differs, write with that in mind."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from dpl.corpus import Corpus
from dpl.differences import Difference, comparisons, extract_difference
from dpl.embedding import EMBEDDERS
from dpl.generation import write_review
from dpl.method import Knobs, knob, register
from dpl.peers import STRATEGIES
from dpl.records import Prediction, Sample
from dpl.retrieval import RETRIEVALS, key_samples
from dpl.summary import summarize
from dpl.trace import Completer, Trace


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class DPL(Knobs):
    """Difference-aware personalization. The defaults are the paper's; one sample takes n + 2 calls.

    A user without any earlier review gets a review written from the item, rating and title alone, which is noted.
    """

    name: ClassVar[str] = "dpl"
    sees: ClassVar[str] = "own history; other users' reviews of the same items"
    paper: ClassVar[str] = "arXiv 2503.02450"

    n: int = knob(8, "earlier reviews shown, and compared on", low=1, high=64)
    k: int = knob(4, "other users each of them is compared with", low=1, high=64)
    peers: str = knob("kmeans_center", "how the other users are chosen", choices=tuple(STRATEGIES))
    retrieval: str = knob("bm25", "how the earlier reviews are chosen", choices=RETRIEVALS)
    embedder: str = knob("tfidf-svd", "what reviews are clustered by", choices=tuple(EMBEDDERS))
    seed: int = knob(42, "of strategies that draw", low=0)

    async def generate(self, sample: Sample, corpus: Corpus, llm: Completer) -> Prediction:
        """Returns the review for `sample`; see `Method.generate`."""
        trace = Trace.of(llm)
        reviews = key_samples(trace, sample, corpus, self.n, by=self.retrieval)
        if not reviews:
            return trace.prediction(await write_review(trace, self.prompts, sample))
        differences = await self._differences(trace, sample, corpus)
        summary = await summarize(trace, self.prompts, reviews, differences)
        return trace.prediction(await write_review(trace, self.prompts, sample, reviews, summary))

    async def _differences(self, trace: Trace, sample: Sample, corpus: Corpus) -> list[Difference]:
        compared = comparisons(
            trace,
            sample,
            corpus,
            n=self.n,
            k=self.k,
            strategy=self.peers,
            embedder=self.embedder,
            retrieval=self.retrieval,
            seed=self.seed,
        )
        extractions = [extract_difference(trace, self.prompts, comparison) for comparison in compared]
        # All are waited for even if one fails: their answers are paid for, and the next run finds them stored.
        outcomes = await asyncio.gather(*extractions, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        return [outcome for outcome in outcomes if isinstance(outcome, Difference)]
