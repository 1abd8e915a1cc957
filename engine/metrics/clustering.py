"""Metrics of a diagnosis made by clustering (paper 000, tables 5 and 6)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.metrics.auroc import auroc


@dataclass(frozen=True, slots=True)
class DiagnosisScores:
    """Of a two-way diagnosis; a ratio without denominator is NaN."""

    accuracy: float
    precision: float
    recall: float
    f1: float
    auc: float
    images: int


def diagnosis_scores(
    score: NDArray[np.floating], positive: NDArray[np.bool_], truth: NDArray[np.bool_]
) -> DiagnosisScores:
    """Scores of calls and margins, ``[N]`` each, against the truth.

    Parameters
    ----------
    score
        Rises with the belief in the disease, such as `engine.clustering.estimators.Clusters.margin`.
    positive
        The call itself.
    """
    positive, truth = np.asarray(positive, bool), np.asarray(truth, bool)
    hit = int((positive & truth).sum())
    both = int(positive.sum()) + int(truth.sum())
    return DiagnosisScores(
        float((positive == truth).mean()) if len(truth) else math.nan,
        hit / positive.sum() if positive.any() else math.nan,
        hit / truth.sum() if truth.any() else math.nan,
        2 * hit / both if both else math.nan,
        auroc(score, truth),
        len(truth),
    )
