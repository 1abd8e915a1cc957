"""Why words reach unseen labels, or do not: whether labels that are said alike look alike.

A mapping from words to looks can only carry over what both agree on. For every unseen label this compares
which seen labels are near it in words with which are near it in pictures; the latter needs the test labels,
so it is told afterwards and chooses nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from engine.evaluation.zero_shot.tasks import Task, standard_words

NEAREST = 2
PICTURES = "pictures"


def likeness(task: Task) -> dict[str, Any]:
    """How near each unseen label is to the seen ones, in pictures and in each kind of words.

    Returns
    -------
    dict
        ``nearest``: unseen label -> kind -> the two nearest seen labels; ``agreement``: kind of words ->
        Spearman correlation, over all pairs of an unseen and a seen label, of its cosines with those of the
        pictures, -1 to 1.
    """
    labels, seen = task.test.labels, task.seen
    tables = {PICTURES: _cosines(_prototypes(task), seen)}
    tables |= {name: _cosines(standard_words(words, seen), seen) for name, words in task.words.items()}
    nearest = {
        label: {
            name: [labels[k] for k in np.argsort(-table[row])[:NEAREST]] for name, table in tables.items()
        }
        for row, label in enumerate(labels[seen:])
    }
    agreement = {
        name: float(spearmanr(table.ravel(), tables[PICTURES].ravel()).statistic)
        for name, table in tables.items()
        if name != PICTURES
    }
    return {"nearest": nearest, "agreement": agreement}


def _prototypes(task: Task) -> NDArray[np.float64]:
    """Mean features of each label's test images less those of all others, ``[L, D]``."""
    shown = task.test.targets > 0.5
    vectors = task.test.vectors.astype(np.float64)
    found = np.zeros((len(task.test.labels), vectors.shape[1]))
    for label, on in enumerate(shown.T):
        if on.any() and not on.all():
            found[label] = vectors[on].mean(0) - vectors[~on].mean(0)
    return found


def _cosines(vectors: NDArray[np.floating], seen: int) -> NDArray[np.float64]:
    """Cosines ``[U, S]`` of the unseen with the seen rows."""
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return np.asarray(unit[seen:] @ unit[:seen].T, np.float64)
