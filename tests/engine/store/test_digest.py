"""One line of a prediction."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.records import Diagnosis, GradeScores, LabelScore, ModelVersion, NamedScore, Prediction
from engine.store.digest import (
    digest,
    entropy_uncertainty,
    grade_text,
    margin_uncertainty,
    named_scores,
)

MODEL = ModelVersion("x", "v1", "0" * 64)
FINITE = st.floats(-1e6, 1e6)


@given(st.lists(FINITE, min_size=2, max_size=20))
def test_margin_lies_between_0_and_1(scores: list[float]) -> None:
    found = margin_uncertainty(scores)
    assert found is not None
    assert 0 <= found <= 1


def test_margin_at_its_limits() -> None:
    assert margin_uncertainty([1.0, 0.0]) == 0
    assert margin_uncertainty([1.0, 1.0, 0.0]) == 1
    assert margin_uncertainty([2.0, 2.0]) == 1
    assert margin_uncertainty([3.0, 2.0, 1.0]) == pytest.approx(0.5)
    assert margin_uncertainty([1.0]) is None
    assert margin_uncertainty([1.0, math.nan]) is None


def test_entropy_at_its_limits() -> None:
    assert entropy_uncertainty([1, 0, 0]) == 0
    assert entropy_uncertainty([0.25] * 4) == pytest.approx(1)
    assert entropy_uncertainty([1.0]) is None


def test_severity_is_the_expected_grade() -> None:
    line = digest(Prediction(MODEL, grade=GradeScores(1, (0.0, 0.5, 0.5, 0.0, 0.0))))
    assert line.severity == pytest.approx(1.5 / 4)
    assert (line.top, line.score, line.grade) == ("1 mild", 0.5, 1)


def test_odd_grades_do_not_break() -> None:
    line = digest(Prediction(MODEL, grade=GradeScores(7, ())))
    assert (line.top, line.score, line.uncertainty) == ("7", None, None)
    assert grade_text(4) == "4 proliferative"


def test_other_systems() -> None:
    labels = (LabelScore("Mass", math.nan), LabelScore("Edema", -3.0), LabelScore("Hernia", -5.0))
    line = digest(Prediction(MODEL, labels=labels))
    assert (line.top, line.score, line.severity) == ("Edema", -3.0, -3.0)
    line = digest(Prediction(MODEL, diagnosis=Diagnosis("AMD", 0.2, False)))
    assert (line.top, line.uncertainty) == ("no AMD", None)
    assert digest(Prediction(MODEL, similar=(NamedScore("a", 0.1), NamedScore("b", 0.4)))).top == "b"
    assert digest(Prediction(MODEL)).top == ""


def test_named_scores() -> None:
    said = Prediction(
        MODEL,
        grade=GradeScores(2, (0.1, 0.2, 0.3, 0.2, 0.2)),
        labels=(LabelScore("Mass", 1.0), LabelScore("Nan", math.nan)),
        similar=(NamedScore("AMD", 0.5),),
        diagnosis=Diagnosis("glaucoma", -1.0, False),
    )
    assert named_scores(said) == pytest.approx({"Mass": 1.0, "AMD": 0.5, "glaucoma": -1.0, "referable": 0.7})
