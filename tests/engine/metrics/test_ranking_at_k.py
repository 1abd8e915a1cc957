from __future__ import annotations

import math

import numpy as np
import pytest

from engine.metrics.ranking_at_k import at_k


def test_equals_a_loop():
    rng = np.random.default_rng(1)
    targets = rng.random((30, 6)) < 0.25
    scores = rng.random((30, 6))
    for k in (1, 2, 3, 6):
        hits = positives = kept = 0
        precisions, recalls, f1s = [], [], []
        for row, truth in zip(scores, targets, strict=True):
            if not truth.any():
                continue
            top = sorted(range(6), key=lambda c: -row[c])[:k]
            hit = sum(truth[c] for c in top)
            hits, positives, kept = hits + hit, positives + truth.sum(), kept + 1
            p, r = hit / k, hit / truth.sum()
            precisions.append(p)
            recalls.append(r)
            f1s.append(2 * p * r / (p + r) if p + r else 0)
        found = at_k(scores, targets, k)
        p, r = hits / (k * kept), hits / positives
        assert found.micro_precision == pytest.approx(p)
        assert found.micro_recall == pytest.approx(r)
        assert found.micro_f1 == pytest.approx(2 * p * r / (p + r))
        assert found.macro_precision == pytest.approx(np.mean(precisions))
        assert found.macro_recall == pytest.approx(np.mean(recalls))
        assert found.macro_f1 == pytest.approx(np.mean(f1s))


def test_limits():
    assert math.isnan(at_k(np.ones((2, 3)), np.zeros((2, 3)), 2).micro_f1)
    perfect = at_k(np.array([[0.9, 0.1, 0.2]]), np.array([[1, 0, 1]]), 2)
    assert (perfect.micro_precision, perfect.macro_recall, perfect.macro_f1) == (1, 1, 1)
    wrong = at_k(np.array([[0.9, 0.1]]), np.array([[0, 1]]), 1)
    assert (wrong.micro_f1, wrong.macro_f1) == (0, 0)
    with pytest.raises(ValueError, match="k is 4"):
        at_k(np.ones((1, 3)), np.ones((1, 3)), 4)
