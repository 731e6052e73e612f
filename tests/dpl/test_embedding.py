import numpy as np

from dpl.corpus import Corpus
from dpl.embedding import review_vectors, stacked, tfidf_svd


def test_vectors_are_unit_and_near_for_near_texts() -> None:
    texts = ["rain on the roof all night", "rain on a roof at night", "profit grew by nine percent", "the profit grew by ten percent"]
    vectors = tfidf_svd(texts)
    assert vectors.shape[0] == 4
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    near = vectors @ vectors.T
    assert near[0, 1] > near[0, 2]
    assert near[2, 3] > near[1, 2]


def test_texts_without_words_are_zero_vectors_not_errors() -> None:
    assert not tfidf_svd(["!!", "??"]).any()
    assert tfidf_svd(["word"]).shape == (1, 1)


def test_a_corpus_is_embedded_once_each_text_once(corpus: Corpus) -> None:
    vectors = review_vectors(corpus, "tfidf-svd")
    assert review_vectors(corpus, "tfidf-svd") is vectors
    reviews = corpus.by_user["ann"]
    assert stacked(vectors, reviews).shape[0] == len(reviews)
