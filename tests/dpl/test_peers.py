import random

import numpy as np
import pytest
from sklearn.cluster import KMeans

from dpl.peers import STRATEGIES, choose_peers


def vectors(seed: int, count: int, d: int = 6) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, d))


def published_choice(own: np.ndarray, others: np.ndarray, k: int) -> list[int]:
    """The paper's procedure in the plainest words, as an independent check."""
    points = np.vstack([others, own[None]])[[len(others), *range(len(others))]]
    fitted = KMeans(n_clusters=k + 1, random_state=42).fit(points)
    chosen = []
    for cluster in range(k + 1):
        members = [i for i in range(1, len(points)) if fitted.labels_[i] == cluster]
        if cluster != fitted.labels_[0] and members:
            chosen.append(min(members, key=lambda i: float(np.linalg.norm(points[i] - fitted.cluster_centers_[cluster]))) - 1)
    return chosen


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("k", [1, 2, 4])
def test_kmeans_center_is_what_scikit_learn_and_the_nearest_to_each_other_centre_give(seed: int, k: int) -> None:
    own, others = vectors(seed, 1)[0], vectors(seed + 100, 12)
    assert choose_peers("kmeans_center", own, others, k, random.Random(0)) == published_choice(own, others, k)


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
@pytest.mark.parametrize("count", [0, 1, 2, 3, 9])
def test_every_strategy_chooses_at_most_k_different_reviews(strategy: str, count: int) -> None:
    chosen = choose_peers(strategy, vectors(1, 1)[0], vectors(2, count), 3, random.Random(0))
    assert len(set(chosen)) == len(chosen) <= 3
    assert all(0 <= position < count for position in chosen)
    if strategy == "none":
        assert chosen == []
    elif count <= 3:
        assert chosen == list(range(count))


def test_equal_vectors_give_fewer_peers_and_no_warning() -> None:
    others = np.ones((6, 4))
    chosen = choose_peers("kmeans_center", np.zeros(4), others, 3, random.Random(0))
    assert len(chosen) == 1


def test_random_depends_on_the_generator_alone() -> None:
    own, others = vectors(1, 1)[0], vectors(2, 30)
    draws = [choose_peers("random", own, others, 4, random.Random(seed)) for seed in (1, 1, 2)]
    assert draws[0] == draws[1] != draws[2]
