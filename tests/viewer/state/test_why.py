from __future__ import annotations

from engine.records import Box, GradeScores, LabelScore
from viewer.state.why import lesion_shares, listed, why_finding, why_grade

BOXES = (Box(0, 0, 10, 10, 0.4), Box(20, 20, 30, 30, 0.2))


def grade(main: tuple[float, ...], full: tuple[float, ...], fellow: bool = True) -> GradeScores:
    return GradeScores(2, full, main_probabilities=main, fellow_used=fellow)


def test_a_lesion_is_in_a_box_when_its_center_is_half_open():
    centers = {"HE": [(0.0, 0.0)], "EX": [(10.0, 5.0)], "MA": [(29.9, 20.0), (5.0, 5.0)]}
    assert lesion_shares(BOXES, centers) == {"HE": [1], "MA": [1, 2]}


def test_what_the_regions_hold_and_what_they_changed():
    text = why_grade(
        grade((0.0, 0.1, 0.71, 0.19, 0.0), (0.01, 0.06, 0.64, 0.29, 0.0)),
        BOXES,
        {"HE": [(1.0, 1.0), (25.0, 25.0)], "EX": [(2.0, 2.0), (21.0, 21.0)]},
    )
    assert text == (
        "Haemorrhages and hard exudates in regions 1 and 2. "
        "M-Net alone says 2 (0.71), the zoomed regions raise 3 to 0.29. The fellow eye took part."
    )


def test_nothing_is_made_up():
    flat = (0.2, 0.2, 0.2, 0.2, 0.2)
    assert why_grade(grade((), flat, fellow=False), (), {}) == (
        "No region responded. Graded without the fellow eye."
    )
    assert "No segmented lesion lies in the regions." in why_grade(
        grade(flat, flat), BOXES, {"HE": [(99.0, 99.0)]}
    )
    assert "change nothing" in why_grade(grade(flat, flat), BOXES, {})


def test_different_regions_are_told_apart():
    text = why_grade(grade((), (1, 0, 0, 0, 0)), BOXES, {"SE": [(1.0, 1.0)], "NV": [(25.0, 25.0)]})
    assert text.startswith("Soft exudates in region 1; neovascularisation in region 2.")


def test_findings_say_how_they_are_known():
    assert why_finding(LabelScore("Edema", 0.5, seen=False), 2, 14) == (
        "Evidence for Edema: relevance 0.50, 2 of 14, unseen in training"
    )
    assert "typed by a reader" in why_finding(LabelScore("X", 0.5, typed=True), 1, 1)


def test_lists():
    assert [listed(x) for x in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
