from __future__ import annotations

import pytest

from engine.inference.grading_reasons import disagreement, expected_grade, other_eye
from engine.records import Laterality, LateralityCheck


def test_expected_grade() -> None:
    assert expected_grade((0.5, 0.0, 0.5, 0.0, 0.0)) == pytest.approx(1.0)


def test_no_word_where_both_agree() -> None:
    assert disagreement(2, 2, [1, 1], [0.4, 0.2]) == ""


def test_a_region_that_turns_the_grade_is_named() -> None:
    assert "without region 1 or 3 it would stay 1" in disagreement(1, 2, [1, 2, 1], [0.4, 0.1, 0.3])


@pytest.mark.parametrize(("main", "whole", "effects"), [(1, 3, [0.1, 0.4]), (3, 1, [-0.1, -0.4])])
def test_else_the_region_that_pulls_hardest_that_way(main: int, whole: int, effects: list[float]) -> None:
    text = disagreement(main, whole, [whole, whole], effects)
    assert f"region 2 does most of it ({effects[1]:+.2f}" in text


@pytest.mark.parametrize("effects", [[], [0.01, -0.6]])
def test_else_it_says_that_none_does(effects: list[float]) -> None:
    assert "no single region" in disagreement(1, 3, [3] * len(effects), effects)


def test_the_other_eye_is_named_and_nothing_is_said_without_it() -> None:
    right, left, unknown = Laterality.RIGHT, Laterality.LEFT, Laterality.UNKNOWN
    assert "Said to be a right eye" in other_eye(LateralityCheck(right, left))
    for stated, seen in ((right, right), (unknown, left), (right, unknown), (unknown, unknown)):
        assert other_eye(LateralityCheck(stated, seen)) == ""
