import re
from collections import Counter, defaultdict

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from benchmarks.datasets import Dataset, load_dataset


@pytest.fixture(scope="module")
def sample() -> Dataset:
    return load_dataset("sample")


def everything(sample: Dataset) -> list[tuple[str, str, str]]:
    """All (user, item, text), those to predict among them."""
    past = [(review.user_id, review.asin, review.text) for own in sample.corpus.by_user.values() for review in own]
    return past + [(one.user_id, one.item.asin, sample.references[one.id]) for one in sample.samples]


def test_it_is_as_large_as_it_says(sample: Dataset) -> None:
    reviews = everything(sample)
    assert len({user for user, _, _ in reviews}) >= 20
    assert len(sample.samples) >= 20
    assert len(sample.corpus.items) >= 16
    by_user, by_item = defaultdict(set), defaultdict(set)
    for user, item, _ in reviews:
        by_user[user].add(item)
        by_item[item].add(user)
    assert min(map(len, by_user.values())) >= 10
    assert min(map(len, by_item.values())) >= 8
    assert all(item.title and item.description for item in sample.corpus.items.values())


def test_every_review_has_40_to_80_words(sample: Dataset) -> None:
    assert {len(text.split()) for _, _, text in everything(sample)} <= set(range(40, 81))


def test_no_sentence_occurs_twice(sample: Dataset) -> None:
    sentences = Counter()
    for _, _, text in everything(sample):
        for sentence in re.split(r"(?<=[.!?])\s+|\n+", text):
            if words := re.sub(r"\W+", " ", sentence.lower()).strip():
                sentences[words] += 1
    assert [sentence for sentence, times in sentences.items() if times > 1] == []


def test_a_character_n_gram_classifier_knows_the_authors_of_held_out_reviews(sample: Dataset) -> None:
    past = [(review.user_id, review.text) for own in sample.corpus.by_user.values() for review in own]
    held_out = [(one.user_id, sample.references[one.id]) for one in sample.samples]
    classifier = make_pipeline(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), lowercase=False, sublinear_tf=True, min_df=2),
        LogisticRegression(C=100, max_iter=2000),
    )
    classifier.fit([text for _, text in past], [user for user, _ in past])
    named = classifier.predict([text for _, text in held_out])
    right = sum(guess == user for guess, (user, _) in zip(named, held_out, strict=True))
    assert right / len(held_out) >= 0.6


def test_reviews_to_predict_are_the_newest_and_their_items_have_peers(sample: Dataset) -> None:
    for one in sample.samples:
        assert all((review.timestamp or 0) < (one.timestamp or 0) for review in one.history)
        assert all(len(sample.corpus.peers(review.asin, without=one.user_id)) >= 4 for review in one.history)
