"""How well pairs are told apart: accuracy, recall and F1 (paper 000, table 3)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class PairScores:
    """Of pairs called the same disease from a probability on; NaN where a ratio has no denominator."""

    accuracy: float
    recall: float
    precision: float
    f1: float
    pairs: int


def pair_scores(
    probability: NDArray[np.floating], same: NDArray[np.bool_], threshold: float = 0.5
) -> PairScores:
    """Scores of P(same) against the truth, both ``[N]``."""
    said = np.asarray(probability) >= threshold
    same = np.asarray(same, bool)
    hit = int((said & same).sum())
    f1_whole = int(said.sum()) + int(same.sum())
    return PairScores(
        float((said == same).mean()) if len(same) else math.nan,
        hit / same.sum() if same.any() else math.nan,
        hit / said.sum() if said.any() else math.nan,
        2 * hit / f1_whole if f1_whole else math.nan,
        len(same),
    )
