"""The difference stage: how a user's review of an item differs from other users' reviews of it, in the model's words."""

from collections.abc import Sequence
from dataclasses import dataclass

from dpl.corpus import Corpus
from dpl.embedding import review_vectors, stacked
from dpl.peers import choose_peers
from dpl.prompts import Prompts
from dpl.randomness import derive_random
from dpl.records import Item, Review, Sample
from dpl.retrieval import KeySample, key_samples
from dpl.trace import Trace


@dataclass(frozen=True, slots=True)
class Dimension:
    """A side of writing on which users are compared; the prompt shows the name as a heading."""

    name: str
    description: str


# The three standards that arXiv 2503.02450 compares users on.
DIMENSIONS = (
    Dimension("Writing style", "the choice of words, the length and build of sentences, spelling and punctuation."),
    Dimension("Emotional style", "the temper and how strongly feeling is shown."),
    Dimension("Semantic style", "what is talked about, how much is told, and how one thought leads to the next."),
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A user's review beside the chosen other reviews of the same item."""

    item: Item
    review: Review
    peers: tuple[Review, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What sets the user's review of an item apart."""

    item: Item
    text: str


def comparisons(
    trace: Trace,
    sample: Sample,
    corpus: Corpus,
    *,
    n: int,
    k: int,
    strategy: str,
    embedder: str,
    retrieval: str,
    seed: int,
) -> list[Comparison]:
    """Chooses the n earlier reviews to compare on, and for each the k other reviews to compare it with.

    As in the released DPL code, reviews of items with at least k other reviewers are asked first. Where there are fewer than n of them,
    reviews of items with fewer other reviewers fill up, and the shortage is noted.

    Returns:
        At most n comparisons, the best key sample first; reviews of items that nobody else reviewed are not among them unless the
        strategy is `none`, which needs nobody.
    """
    others = {review.asin: corpus.peers(review.asin, without=sample.user_id) for review in sample.history}
    needed = 0 if strategy == "none" else k
    rich = [review for review in sample.history if len(others[review.asin]) >= needed]
    poor = [review for review in sample.history if 0 < len(others[review.asin]) < needed]
    chosen = key_samples(trace, sample, corpus, n, by=retrieval, among=rich)
    if len(chosen) < n:
        chosen += key_samples(trace, sample, corpus, n - len(chosen), by=retrieval, among=poor)
    if len(chosen) < n:
        trace.note(f"differences: {len(chosen)} earlier reviews with compared users instead of {n}")
    return [_compare(trace, corpus, key, others[key.review.asin], k, strategy, embedder, seed) for key in chosen]


def _compare(
    trace: Trace,
    corpus: Corpus,
    key: KeySample,
    others: Sequence[Review],
    k: int,
    strategy: str,
    embedder: str,
    seed: int,
) -> Comparison:
    review = key.review
    if strategy == "none" or not others:
        return Comparison(key.item, review, ())
    vectors = review_vectors(corpus, embedder)
    positions = choose_peers(
        strategy,
        vectors[review.text],
        stacked(vectors, others),
        k,
        derive_random(seed, "peers", review.user_id, review.asin),
    )
    if len(positions) < k:
        trace.note(f"peers: {len(positions)} compared users instead of {k} for item {review.asin}")
    return Comparison(key.item, review, tuple(others[position] for position in positions))


async def extract_difference(trace: Trace, prompts: Prompts, comparison: Comparison) -> Difference:
    """Asks the model how the user's review differs from the compared ones along `DIMENSIONS`.

    Raises:
        ModelError: no usable answer.
    """
    text = await trace.ask(
        prompts,
        "difference",
        dimensions=DIMENSIONS,
        item=comparison.item,
        review=comparison.review,
        peers=comparison.peers,
    )
    return Difference(comparison.item, text)
