from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from engine.records import CaseState
from viewer.state.session import LONGEST_S, ReviewSession, weighted_kappa


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


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_time_counts_for_what_was_decided_and_breaks_do_not():
    clock = Clock()
    session = ReviewSession(clock=clock)
    for case, seconds in ((1, 10.0), (2, 4 * LONGEST_S), (3, 20.0)):
        session.opened(case)
        clock.now += seconds
    session.opened(1)
    clock.now += 5.0
    session.left(1, CaseState.ACCEPTED)
    session.left(2, CaseState.CORRECTED)
    session.left(3, CaseState.ACCEPTED)
    session.opened(None)
    assert session.times == (15.0, LONGEST_S, 20.0)
    assert session.median_seconds == 20.0
    assert session.per_hour == pytest.approx(3600 * 3 / (15 + LONGEST_S + 20))
    session.left(2, None)
    assert session.times == (15.0, 20.0)
    assert session.by_state == {CaseState.ACCEPTED: 2}


def test_the_case_that_is_open_counts_up():
    clock = Clock()
    session = ReviewSession(clock=clock)
    assert session.per_hour is None and session.median_seconds is None
    session.opened(1)
    session.left(1, CaseState.ACCEPTED)
    clock.now = 30.0
    assert session.per_hour == pytest.approx(120.0)


def test_changes_and_the_table():
    session = ReviewSession()
    for image, (model, reader) in enumerate([(2, 2), (0, 3), (1, 2)]):
        session.graded(image, model, reader, blind=image == 1)
    assert [(c.instance_id, c.model, c.reader) for c in session.changes] == [(1, 0, 3), (2, 1, 2)]
    assert session.table[2][2] == session.table[0][3] == session.table[1][2] == 1
    assert sum(map(sum, session.table)) == 3
    assert session.blind == {1} and session.blind_kappa == pytest.approx(weighted_kappa([(0, 3)]))
    session.graded(1, 0, None)
    assert session.blind == set()
