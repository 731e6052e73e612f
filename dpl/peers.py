"""Whom to compare with: which other users' reviews of an item show best what is particular to this user's."""

import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Chooser = Callable[[Vector, NDArray[np.float64], int, random.Random], list[int]]

SEED = 42


def kmeans_center(own: "Vector", others: "NDArray[np.float64]", k: int, rng: "random.Random") -> list[int]:
    """Chooses the review nearest to the centre of each cluster that the own review is not in (arXiv 2503.02450, figure 2).

    The own and the other reviews go into k + 1 clusters (scikit-learn's K-means, random_state 42); the own review's cluster is dropped.
    Equal vectors make fewer clusters, and then fewer than k reviews are chosen.

    Args:
        own: the user's review, shape (d,).
        others: the other reviews of the item, shape (m, d), m > k.
        k: how many to choose.
        rng: not used.

    Returns:
        At most k positions in `others`, in the order of the clusters.
    """
    import numpy as np
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    points = np.vstack([own, others])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer distinct points than clusters: a defined case, see above
        clusters = KMeans(n_clusters=k + 1, random_state=SEED).fit(points)
    labels = clusters.labels_[1:]
    chosen = []
    for cluster in range(k + 1):
        members = np.flatnonzero(labels == cluster)
        if cluster == clusters.labels_[0] or members.size == 0:
            continue
        distances = np.linalg.norm(others[members] - clusters.cluster_centers_[cluster], axis=1)
        chosen.append(int(members[distances.argmin()]))
    return chosen


def random_peers(own: "Vector", others: "NDArray[np.float64]", k: int, rng: "random.Random") -> list[int]:
    """Chooses k other reviews at random; arguments and result as in `kmeans_center`."""
    return sorted(rng.sample(range(len(others)), k))


def no_peers(own: "Vector", others: "NDArray[np.float64]", k: int, rng: "random.Random") -> list[int]:
    """Chooses nobody: the same pipeline without other users."""
    return []


STRATEGIES: "Mapping[str, Chooser]" = {"kmeans_center": kmeans_center, "random": random_peers, "none": no_peers}


def choose_peers(strategy: str, own: "Vector", others: "NDArray[np.float64]", k: int, rng: "random.Random") -> list[int]:
    """Returns the positions of the chosen reviews in `others`: at most k, and all of them where there are no more than k.

    Args:
        strategy: a name in `STRATEGIES`.
        own: the user's review of the item, shape (d,).
        others: the other users' reviews of it, shape (m, d), m >= 0.
        k: how many to choose, at least 1.
        rng: draws for strategies that draw.
    """
    if len(others) <= k and strategy != "none":
        return list(range(len(others)))
    return STRATEGIES[strategy](own, others, k, rng)
