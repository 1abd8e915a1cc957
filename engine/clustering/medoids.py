"""K-medoids in NumPy: PAM, CLARA and the alternating method (paper 000, table 5).

All of them look for ``count`` samples, the medoids, whose summed distance to the samples nearest to them is
small. They differ in how hard they look: PAM tries every swap of a medoid for a sample, CLARA runs PAM on
small random samples, the alternating method moves each medoid within its own cluster only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Distances = NDArray[np.float64]
Medoids = NDArray[np.int64]

MAX_ROUNDS = 300
"""Of swaps or moves; each lowers the cost, so that this only bounds the time (ours)."""
CLARA_DRAWS = 5
"""Random samples that CLARA looks at (Kaufman & Rousseeuw 1990, chapter 3)."""
STARTS = 10
"""Random starts of the alternating method (ours)."""


def cost(distances: Distances, medoids: Medoids) -> float:
    """Summed distance of every sample to its nearest medoid; ``distances`` is ``[N, N]``."""
    return float(distances[medoids].min(axis=0).sum())


def assign(distances: Distances, medoids: Medoids) -> NDArray[np.int64]:
    """Place of the nearest medoid for each sample, ``[N]``; the lower place where two are equally near."""
    return np.asarray(distances[medoids].argmin(axis=0), np.int64)


def pairwise(features: NDArray[np.float64]) -> Distances:
    """Euclidean distances ``[N, N]`` of samples ``[N, F]``; exactly 0 between equal ones."""
    squares = (features**2).sum(axis=1)
    products = features @ features.T
    distances = np.sqrt(np.maximum(squares[:, None] + squares[None] - 2 * products, 0))
    scale = float(np.sqrt(squares.max(initial=0))) or 1.0
    distances[distances < 1e-7 * scale] = 0.0
    np.fill_diagonal(distances, 0.0)
    return np.asarray((distances + distances.T) / 2, np.float64)


def pam(distances: Distances, count: int) -> Medoids:
    """Partitioning around medoids: BUILD, then the best SWAP until none helps (Kaufman & Rousseeuw 1990).

    All swaps of a round are weighed at once (FastPAM1: Schubert & Rousseeuw 2019, section 4), in ``O(N²)``.

    Parameters
    ----------
    distances
        float64 ``[N, N]``, symmetric, 0 on the diagonal; at least ``count`` samples differ.

    Returns
    -------
    NDArray
        int64 ``[count]``, places of the medoids.
    """
    medoids = _build(distances, count)
    for _ in range(MAX_ROUNDS):
        change = _swap_changes(distances, medoids)
        place, sample = np.unravel_index(int(change.argmin()), change.shape)
        if change[place, sample] >= -1e-12 * max(cost(distances, medoids), 1e-12):
            break
        medoids[place] = sample
    return medoids


def clara(features: NDArray[np.float64], count: int, seed: int) -> Medoids:
    """PAM on `CLARA_DRAWS` samples of ``40 + 2 count``; the medoids that serve all samples best win.

    Each draw also holds the best medoids so far (Kaufman & Rousseeuw 1990, chapter 3), at first any
    ``count`` samples that differ. Needs no ``[N, N]`` table.
    """
    rng = np.random.default_rng(seed)
    size = min(40 + 2 * count, len(features))
    _, first = np.unique(features, axis=0, return_index=True)
    best = np.sort(first)[:count].astype(np.int64)
    lowest = np.inf
    for _ in range(CLARA_DRAWS):
        drawn = rng.choice(len(features), size, replace=False)
        sample = np.unique(np.concatenate([drawn, best]))
        found = sample[pam(pairwise(features[sample]), count)]
        total = float(to_samples(features, found).min(axis=1).sum())
        if total < lowest:
            best, lowest = found, total
    return best


def alternating(distances: Distances, count: int, seed: int) -> Medoids:
    """K-medoids by turns: assign, then move each medoid to its cluster's middle (Park & Jun 2009, section 2).

    The best of `STARTS` random starts that spread as in k-means++ (ours; the source starts once, from the
    most central samples, which here often share a cluster).
    """
    rng = np.random.default_rng(seed)
    found = [_alternate(distances, _spread(distances, count, rng)) for _ in range(STARTS)]
    return min(found, key=lambda medoids: cost(distances, medoids))


def to_samples(features: NDArray[np.float64], medoids: Medoids) -> Distances:
    """Distance of each sample to each medoid, ``[N, K]``, without a table of all pairs."""
    return np.stack([np.linalg.norm(features - features[m], axis=1) for m in medoids], axis=1)


def _build(distances: Distances, count: int) -> Medoids:
    """Greedy start: the most central sample, then whichever lowers the cost most."""
    chosen = [int(distances.sum(axis=0).argmin())]
    while len(chosen) < count:
        nearest = distances[chosen].min(axis=0)
        gain = np.maximum(nearest[None] - distances, 0).sum(axis=1)
        gain[chosen] = -1.0
        chosen.append(int(gain.argmax()))
    return np.array(chosen, np.int64)


def _swap_changes(distances: Distances, medoids: Medoids) -> NDArray[np.float64]:
    """Change of the cost for each medoid given up for each sample, ``[K, N]``."""
    rows = distances[medoids]
    order = np.argsort(rows, axis=0, kind="stable")
    samples = np.arange(rows.shape[1])
    nearest = rows[order[0], samples]
    second = rows[order[1], samples] if len(medoids) > 1 else np.full(rows.shape[1], np.inf)
    gain = np.minimum(distances - nearest[None], 0)  # of a sample that keeps its medoid
    shared = gain.sum(axis=1)
    change = np.empty((len(medoids), rows.shape[1]))
    for place in range(len(medoids)):
        own = order[0] == place
        lost = np.minimum(distances[:, own], second[own]) - nearest[own]
        change[place] = shared + (lost - gain[:, own]).sum(axis=1)
    change[:, medoids] = 0.0
    return change


def _alternate(distances: Distances, medoids: Medoids) -> Medoids:
    for _ in range(MAX_ROUNDS):
        labels = assign(distances, medoids)
        moved = medoids.copy()
        for place in range(len(medoids)):
            members = np.flatnonzero(labels == place)
            within = distances[np.ix_(members, members)].sum(axis=0)
            if within.min() < within[members == medoids[place]][0]:
                moved[place] = members[int(within.argmin())]
        if np.array_equal(moved, medoids):
            break
        medoids = moved
    return medoids


def _spread(distances: Distances, count: int, rng: np.random.Generator) -> Medoids:
    """Random samples, each drawn by its squared distance to those before (Arthur & Vassilvitskii 2007)."""
    chosen = [int(rng.integers(len(distances)))]
    while len(chosen) < count:
        chances = distances[chosen].min(axis=0) ** 2
        chosen.append(int(rng.choice(len(distances), p=chances / chances.sum())))
    return np.array(chosen, np.int64)
