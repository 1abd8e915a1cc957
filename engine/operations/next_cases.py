"""Which unreviewed cases a retraining would learn most from, each with a word that says why.

Ours, after uncertainty sampling with diversity (Settles, *Active Learning*, 2012, chapters 2, 3): a case is
worth more the less sure the model is of it, the more two systems disagree on it, and the less its kind has
been reviewed. Kinds are clusters of the stored embeddings; the queue takes the best of each in turn, so that
one confusing kind does not fill it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.progress import Progress, silent
from engine.records import REVIEWED_STATES, CaseState, Modality
from engine.store.project import Project, open_project
from engine.store.rows import CaseQuery

LIMIT = 300  # length of a queue: a day's reviewing; ours
POOL = 2000  # cases that are weighed: the least sure ones, and as many of the rest; ours
SAME_LABELS = {"referable": "diabetic retinopathy"}
"""Names under which two systems speak of one thing (folded case)."""
EMBEDDERS = {
    Modality.FUNDUS: ("zoom_in_net", "disease_similarity"),
    Modality.CHEST: ("cxr_ml_gzsl", "cm_dml_gzsl"),
}


@dataclass(frozen=True, slots=True)
class QueueConfig:
    """How much each reason weighs; all of it ours.

    Attributes
    ----------
    uncertainty, disagreement, novelty
        Weights of the three reasons, each 0–1.
    per_cluster
        Cases of a cluster on average; at most ``clusters`` clusters.
    """

    uncertainty: float = 0.5
    disagreement: float = 0.3
    novelty: float = 0.2
    per_cluster: int = 12
    clusters: int = 40


@dataclass(frozen=True, slots=True)
class Candidate:
    """An unreviewed case as the queue sees it; all three reasons 0–1, `cluster` -1 without embedding."""

    case_id: int
    uncertainty: float
    disagreement: float
    novelty: float
    cluster: int = -1


@dataclass(frozen=True, slots=True)
class Queued:
    """A place in the queue; ``reason`` is what weighed most: uncertain, systems disagree, new kind."""

    case_id: int
    value: float
    reason: str


def next_cases(
    project: str,
    modality: str,
    limit: int = LIMIT,
    url: str | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """The review queue of a project.

    Returns
    -------
    dict
        ``queue``: [case id, value, reason] in order; ``weighed``: how many cases were compared.
    """
    store = open_project(Path(project), url)
    try:
        found = candidates(store, Modality(modality), progress=progress)
        queue = ordered(found)[:limit]
        return {"queue": [[q.case_id, q.value, q.reason] for q in queue], "weighed": len(found)}
    finally:
        store.close()


def candidates(
    store: Project,
    modality: Modality,
    config: QueueConfig = QueueConfig(),
    progress: Progress = silent,
) -> list[Candidate]:
    """Unreviewed cases of a modality with their three reasons."""
    open_states = frozenset({CaseState.PREDICTED, CaseState.IN_REVIEW})
    query = CaseQuery(states=open_states, modality=modality, sort="uncertainty", descending=True)
    pool = _pool(store.case_ids(query))
    progress(0, 3, "reading what the models say")
    rows = {row.id: row.uncertainty for row in store.case_rows(pool)}
    ids = [case_id for case_id in pool if case_id in rows]
    doubts = np.array([0.0 if math.isnan(rows[i]) else rows[i] for i in ids])
    quarrels = disagreements(store.case_scores(ids), ids)
    progress(1, 3, "comparing the images")
    places, novel = _kinds(store, modality, ids, config)
    progress(3, 3, "ordering")
    return [
        Candidate(case_id, float(doubts[n]), float(quarrels[n]), float(novel[n]), int(places[n]))
        for n, case_id in enumerate(ids)
    ]


def _pool(ids: Sequence[int]) -> list[int]:
    """The first half of the pool as they come, the rest evenly from what is left."""
    if len(ids) <= 2 * POOL:
        return list(ids)
    rest = ids[POOL:]
    step = len(rest) / POOL
    return [*ids[:POOL], *(rest[int(n * step)] for n in range(POOL))]


def disagreements(
    scores: Mapping[int, Mapping[tuple[str, str], float]], ids: Sequence[int]
) -> NDArray[np.float64]:
    """How far two systems place a case apart, 0–1, float64 ``[n]``; 0 where only one speaks of it.

    Scores of two systems are on two scales, so each label's scores become ranks among these cases; a case's
    figure is the largest difference of ranks over the labels that both systems give.
    """
    columns: dict[str, dict[str, NDArray[np.float64]]] = defaultdict(dict)
    for label, system in sorted({name for said in scores.values() for name in said}):
        values = [scores.get(i, {}).get((label, system), math.nan) for i in ids]
        name = label.casefold()
        columns[SAME_LABELS.get(name, name)][system] = _ranks(np.array(values))
    worst = np.zeros(len(ids))
    for by_system in columns.values():
        if len(by_system) > 1:
            both = np.stack(list(by_system.values()))
            spread = both.max(axis=0) - both.min(axis=0)  # NaN where one of them is silent
            worst = np.fmax(worst, spread)
    return worst


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rank of each value among the known ones, 0–1, ties at their mean; NaN stays NaN."""
    known = np.flatnonzero(~np.isnan(values))
    ranks = np.full(len(values), math.nan)
    if len(known) > 1:
        distinct, inverse, counts = np.unique(values[known], return_inverse=True, return_counts=True)
        middle = np.cumsum(counts) - (counts + 1) / 2
        ranks[known] = (middle / (len(known) - 1))[inverse] if len(distinct) > 1 else 0.5
    return ranks


def _kinds(
    store: Project, modality: Modality, ids: Sequence[int], config: QueueConfig
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Cluster of each case (-1 without embedding), and how little of it was reviewed, 0–1."""
    places, novel = np.full(len(ids), -1), np.zeros(len(ids))
    for system in EMBEDDERS.get(modality, ()):
        known = store.case_embeddings(system, ids)
        if len(known) < 2:
            continue
        query = CaseQuery(states=REVIEWED_STATES, modality=modality, sort="reviewed", descending=True)
        seen = store.case_embeddings(system, store.case_ids(query)[:POOL])
        there = [n for n, i in enumerate(ids) if i in known]
        vectors = np.stack([known[ids[n]] for n in there])
        old = [v for v in seen.values() if v.shape == vectors.shape[1:]]
        reviewed = np.stack(old) if old else np.zeros((0, vectors.shape[1]), np.float32)
        clusters, share = kinds(vectors, reviewed, config)
        places[there], novel[there] = clusters, share
        break
    return places, novel


def kinds(
    vectors: NDArray[np.float32], reviewed: NDArray[np.float32], config: QueueConfig = QueueConfig()
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Clusters of embeddings ``[n, d]``, and 1 / (1 + reviewed cases of the same cluster) of each.

    Centres are chosen by farthest-first traversal (Gonzalez, Theoretical Computer Science 38, 1985) on
    standardised embeddings: it needs no start and no library, and the same cases give the same clusters.
    """
    whole = np.concatenate([vectors, reviewed]).astype(np.float64)
    spread = whole.std(axis=0)
    whole = (whole - whole.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    count = min(max(len(vectors) // config.per_cluster, 2), config.clusters, len(vectors))
    first = int(((whole[: len(vectors)]) ** 2).sum(axis=1).argmin())  # the most ordinary case
    nearest, distance = np.zeros(len(whole), np.int64), _squared(whole, whole[first])
    for number in range(1, count):
        centre = int(distance[: len(vectors)].argmax())
        new = _squared(whole, whole[centre])
        closer = new < distance
        nearest[closer], distance = number, np.minimum(distance, new)
    places = nearest[: len(vectors)]
    if not len(reviewed):
        return places, np.zeros(len(places))  # nothing was reviewed: all are new, which tells none apart
    known = np.bincount(nearest[len(vectors) :], minlength=count)
    return places, np.asarray(1.0 / (1.0 + known[places]), np.float64)


def _squared(points: NDArray[np.float64], centre: NDArray[np.float64]) -> NDArray[np.float64]:
    difference = points - centre
    return np.asarray(np.einsum("nd,nd->n", difference, difference))


def ordered(found: Sequence[Candidate], config: QueueConfig = QueueConfig()) -> list[Queued]:
    """The queue: round after round the best case left of every cluster, each round by falling value."""
    weights = (config.uncertainty, config.disagreement, config.novelty)
    queued: dict[int, list[Queued]] = defaultdict(list)
    for case in found:
        parts = [
            w * v for w, v in zip(weights, (case.uncertainty, case.disagreement, case.novelty), strict=True)
        ]
        word = ("uncertain", "systems disagree", "new kind")[max(range(3), key=parts.__getitem__)]
        queued[case.cluster].append(Queued(case.case_id, sum(parts), word))
    placed: list[tuple[int, Queued]] = []
    for of_cluster in queued.values():
        best = sorted(of_cluster, key=lambda q: (-q.value, q.case_id))
        placed += enumerate(best)
    placed.sort(key=lambda pair: (pair[0], -pair[1].value, pair[1].case_id))
    return [replace(case, value=round(case.value, 4)) for _, case in placed]
