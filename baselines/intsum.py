"""Integrated summarization: a summary of the user, made once whatever is to be written, beside a few retrieved reviews."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from dpl.corpus import Corpus
from dpl.generation import write_review
from dpl.method import Knobs, knob, register
from dpl.prompts import Prompts
from dpl.records import Prediction, Sample
from dpl.retrieval import RETRIEVALS, key_samples
from dpl.trace import Completer, Trace

PROMPTS = Prompts().also(Path(__file__).parent / "prompts")


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class IntSum(Knobs):
    """Offline task-aware summary plus retrieval (Richardson et al., arXiv 2310.20081); one call a sample and one a user.

    The summary's prompt does not name the target, so all samples of a user with the same history share one stored answer.
    """

    name: ClassVar[str] = "intsum"
    sees: ClassVar[str] = "own history"
    paper: ClassVar[str] = "arXiv 2310.20081"

    prompts: Prompts = PROMPTS
    k: int = knob(8, "earlier reviews shown beside the summary", low=1, high=64)
    retrieval: str = knob("bm25", "how they are chosen", choices=RETRIEVALS)
    summarized: int = knob(32, "newest earlier reviews that the summary is made from", low=1, high=500)

    async def generate(self, sample: Sample, corpus: Corpus, llm: Completer) -> Prediction:
        """Returns the review for `sample`; see `Method.generate`."""
        trace = Trace.of(llm)
        reviews = key_samples(trace, sample, corpus, self.k, by=self.retrieval)
        if not reviews:
            return trace.prediction(await write_review(trace, self.prompts, sample))
        newest = key_samples(trace, sample, corpus, self.summarized, by="recency", among=sample.history)
        summary = await trace.ask(self.prompts, "user_summary", reviews=newest[::-1])
        return trace.prediction(await write_review(trace, self.prompts, sample, reviews, summary))
