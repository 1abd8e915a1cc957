from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from engine.records import LabelScore
from viewer.state.rankings import Moved, compared, spearman


def labels(**scores: float) -> list[LabelScore]:
    return [LabelScore(name, score) for name, score in scores.items()]


def test_what_moved_farthest_comes_first():
    one = labels(Mass=0.9, Edema=0.8, Hernia=0.7, Nodule=0.1)
    two = labels(Nodule=5.0, Edema=4.0, Hernia=3.0, Mass=-9.0)
    moved = compared(one, two)
    assert moved[:2] == (Moved("Mass", 1, 4), Moved("Nodule", 4, 1))
    assert [row.by for row in moved] == [-3, 3, 0, 0]


def test_labels_that_one_does_not_know_move_nothing():
    one = labels(Typed=2.0, Mass=0.9, Edema=0.8)
    two = labels(Mass=0.3, Edema=0.2, Other=0.9)
    assert compared(one, two) == (Moved("Mass", 1, 1), Moved("Edema", 2, 2))
    assert compared(one, []) == ()


def test_correlation_against_scipy():
    rng = np.random.default_rng(3)
    for n in (2, 5, 14):
        first, second = rng.permutation(n), rng.permutation(n)
        one = [LabelScore(f"l{k}", float(v)) for k, v in enumerate(first)]
        two = [LabelScore(f"l{k}", float(v)) for k, v in enumerate(second)]
        assert spearman(compared(one, two)) == pytest.approx(spearmanr(first, second).statistic)
    assert spearman(()) is None and spearman((Moved("a", 1, 1),)) is None
