import pytest
from rank_bm25 import BM25Okapi

from dpl.corpus import Corpus
from dpl.records import Item, Review
from dpl.retrieval import bm25_order, key_samples
from dpl.trace import Trace


def test_bm25_is_rank_bm25_over_headline_and_description(corpus: Corpus) -> None:
    sample = corpus.sample("ann", corpus.item("NEW"), title="On R2 and moving")
    query = ["On", "R2", "and", "moving", "Twelve", "slow", "songs", "about", "moving", "house"]
    documents = [f"On R{n} A record of {word} songs".split() for n, word in enumerate(["slow", "fast", "sad", "odd", "short"])]
    scores = BM25Okapi(documents).get_scores(query)
    expected = [f"R{n}" for n in sorted(range(5), key=lambda n: -scores[n])]
    assert [key.review.asin for key in key_samples(Trace(None), sample, corpus, 5)] == expected


def test_equal_scores_keep_the_order_given() -> None:
    assert bm25_order(["x"], [["a"], ["a"], ["a"]]) == [0, 1, 2]
    assert bm25_order(["x"], [[], []]) == [0, 1]
    assert bm25_order([], []) == []


def test_recency_is_newest_first(corpus: Corpus) -> None:
    sample = corpus.sample("ann", corpus.item("NEW"))
    assert [key.review.asin for key in key_samples(Trace(None), sample, corpus, 2, by="recency")] == ["R4", "R3"]


def test_random_is_the_same_in_every_run_and_differs_by_sample(corpus: Corpus) -> None:
    def drawn(user: str) -> list[str]:
        sample = corpus.sample(user, corpus.item("NEW"))
        return [key.review.asin for key in key_samples(Trace(None), sample, corpus, 4, by="random")]

    assert drawn("ann") == drawn("ann")
    assert len({tuple(drawn(user)) for user in corpus.by_user}) > 1


@pytest.mark.parametrize("by", ["bm25", "recency", "random"])
def test_a_short_history_is_used_whole_and_noted(corpus: Corpus, by: str) -> None:
    trace = Trace(None)
    assert len(key_samples(trace, corpus.sample("ann", corpus.item("NEW")), corpus, 8, by=by)) == 5
    assert trace.notes == ["history: 5 usable reviews instead of 8"]


def test_blank_reviews_are_never_shown() -> None:
    corpus = Corpus([Review("ann", "A", "words")])
    sample = corpus.sample("ann", Item("B"))
    blank = Review("ann", "C", " ")
    from dataclasses import replace

    assert [k.review.asin for k in key_samples(Trace(None), replace(sample, history=(blank, *sample.history)), corpus, 2)] == ["A"]
