from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from viewer.state.session import ReviewSession, weighted_kappa


def test_kappa_against_an_independent_implementation():
    rng = np.random.default_rng(1)
    for _ in range(20):
        model = rng.integers(0, 5, 40)
        reader = np.clip(model + rng.integers(-1, 2, 40), 0, 4)
        pairs = [(int(a), int(b)) for a, b in zip(model, reader, strict=True)]
        expected = cohen_kappa_score(model, reader, weights="quadratic", labels=range(5))
        assert weighted_kappa(pairs) == pytest.approx(expected)


def test_kappa_at_its_limits():
    assert weighted_kappa([]) is None
    assert weighted_kappa([(2, 2), (2, 2)]) is None
    assert weighted_kappa([(0, 0), (4, 4)]) == pytest.approx(1.0)
    assert weighted_kappa([(0, 4), (4, 0)]) == pytest.approx(-1.0)


def test_a_session_keeps_the_last_grade_and_takes_grades_back():
    session = ReviewSession()
    session.graded(7, 2, 1)
    session.graded(7, 2, 3)
    session.graded(8, None, 3)
    assert session.grades == {7: (2, 3)}
    session.graded(7, 2, None)
    assert session.kappa is None
