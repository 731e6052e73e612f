"""Key samples: which of a user's earlier reviews a method looks at for a new one."""

from collections.abc import Sequence
from dataclasses import dataclass

from dpl.corpus import Corpus
from dpl.randomness import derive_random
from dpl.records import Item, Review, Sample
from dpl.trace import Trace

RETRIEVALS = ("bm25", "recency", "random")


@dataclass(frozen=True, slots=True)
class KeySample:
    """An earlier review together with what is known of its item."""

    review: Review
    item: Item


def key_samples(
    trace: Trace, sample: Sample, corpus: Corpus, n: int, *, by: str = "bm25", among: Sequence[Review] | None = None
) -> list[KeySample]:
    """Returns the n earlier reviews that fit best, best first; fewer, with a note, where the user has not written as many.

    Args:
        trace: where a shortage is noted.
        sample: the review to write.
        corpus: where the items are described.
        n: how many, at least 1.
        by: `bm25` (arXiv 2503.02450: the query is the target's headline and description, a document is a review's headline and its
            item's description), `recency` (newest first) or `random` (drawn for this sample).
        among: the reviews to choose from; None takes the whole history.
    """
    candidates = [review for review in (sample.history if among is None else among) if review.text.strip()]
    if among is None and len(candidates) < n:
        trace.note(f"history: {len(candidates)} usable reviews instead of {n}")
    chosen = _ranked(sample, corpus, candidates, n, by)
    return [KeySample(review, corpus.item(review.asin)) for review in chosen]


def _ranked(sample: Sample, corpus: Corpus, candidates: list[Review], n: int, by: str) -> list[Review]:
    if by == "recency":
        return candidates[::-1][:n]
    if by == "random":
        return derive_random(0, "retrieval", sample.id).sample(candidates, min(n, len(candidates)))
    query = _words(sample.title, sample.item.description)
    documents = [_words(review.title, corpus.item(review.asin).description) for review in candidates]
    return [candidates[index] for index in bm25_order(query, documents)[:n]]


def bm25_order(query: Sequence[str], documents: Sequence[Sequence[str]]) -> list[int]:
    """Returns the documents' positions by falling BM25Okapi score (rank_bm25's defaults); equal scores keep the order given."""
    if not any(documents):
        return list(range(len(documents)))
    from rank_bm25 import BM25Okapi

    scores = BM25Okapi(documents).get_scores(query)
    return sorted(range(len(documents)), key=lambda index: -scores[index])


def _words(title: str | None, description: str | None) -> list[str]:
    """White space alone separates words and case counts, as in the released DPL code."""
    return f"{title or ''} {description or ''}".split()
