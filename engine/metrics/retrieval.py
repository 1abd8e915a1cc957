"""How many of the cases that are called most similar show the same disease."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray


def precision_at_k(
    embeddings: NDArray[np.floating],
    labels: NDArray[np.int64],
    k: int,
    patients: Sequence[Hashable] | None = None,
) -> float:
    """Mean over samples of the share of their ``k`` nearest others that have their label.

    Nearest by Euclidean distance; ties go to the earlier sample. A sample without ``k`` others is judged by
    those it has.

    Parameters
    ----------
    embeddings, labels
        ``[N, E]`` and ``[N]``.
    patients
        Patient of each sample: others of the same patient are left out, as in a search for similar cases.

    Returns
    -------
    float
        0–1; NaN where no sample has another to be compared with.
    """
    values = np.asarray(embeddings, np.float64)
    groups = np.arange(len(values)) if patients is None else _numbers(patients)
    shares = []
    for place, value in enumerate(values):
        distances = np.linalg.norm(values - value, axis=1)
        distances[groups == groups[place]] = np.inf
        order = np.argsort(distances, kind="stable")[:k]
        order = order[np.isfinite(distances[order])]
        if len(order):
            shares.append(float((labels[order] == labels[place]).mean()))
    return float(np.mean(shares)) if shares else math.nan


def _numbers(patients: Sequence[Hashable]) -> NDArray[np.int64]:
    known: dict[Hashable, int] = {}
    return np.array([known.setdefault(patient, len(known)) for patient in patients], np.int64)
