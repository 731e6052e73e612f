"""Vectors for reviews, so that peers can be told apart by how and what they write."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from dpl.corpus import Corpus
from dpl.records import Review

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float64]

DIMENSIONS = 128
SEED = 42


def tfidf_svd(texts: Sequence[str]) -> "Vectors":
    """Returns one unit vector a text by latent semantic analysis: TF-IDF, then a truncated SVD (scikit-learn), nothing to download.

    Args:
        texts: any number of texts; the vocabulary and the SVD are made from them.

    Returns:
        Shape (len(texts), d) with d = 128, or fewer where the texts do not have that many dimensions. A text without any word in the
        vocabulary is the zero vector.
    """
    import numpy as np
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    try:
        weights = TfidfVectorizer(sublinear_tf=True).fit_transform(texts)
    except ValueError:  # not one word in all the texts (scikit-learn: "empty vocabulary")
        return np.zeros((len(texts), 1))
    d = min(DIMENSIONS, min(weights.shape) - 1)
    if d < 1:
        return np.asarray(weights.todense(), dtype=np.float64)
    reduced = TruncatedSVD(n_components=d, random_state=SEED).fit_transform(weights)
    return np.asarray(normalize(reduced), dtype=np.float64)


EMBEDDERS: Mapping[str, Callable[[Sequence[str]], "Vectors"]] = {"tfidf-svd": tfidf_svd}


def review_vectors(corpus: Corpus, embedder: str) -> Mapping[str, "NDArray[np.float64]"]:
    """Returns a vector for every review text of the corpus; equal texts are embedded once, and the corpus keeps the result."""

    def embed() -> Mapping[str, "NDArray[np.float64]"]:
        texts = sorted({review.text for reviews in corpus.by_user.values() for review in reviews})
        return dict(zip(texts, EMBEDDERS[embedder](texts), strict=True))

    return corpus.once(("review vectors", embedder), embed)


def stacked(vectors: Mapping[str, "NDArray[np.float64]"], reviews: Sequence[Review]) -> "NDArray[np.float64]":
    """Returns the vectors of some reviews as one array, shape (len(reviews), d)."""
    import numpy as np

    return np.vstack([vectors[review.text] for review in reviews])
