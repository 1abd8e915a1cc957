from __future__ import annotations

import pytest

from engine.imaging.phantoms.fundus_grading import Signs, dme_risk, icdr_grade


@pytest.mark.parametrize(
    ("signs", "grade"),
    [
        (Signs(), 0),
        (Signs(microaneurysms=1), 1),
        (Signs(microaneurysms=80), 1),
        (Signs(haemorrhages=(1, 0, 0, 0)), 2),
        (Signs(soft_exudates=1), 2),
        (Signs(microaneurysms=2, nearest_exudate=2.0), 2),
        (Signs(beading_quadrants=1), 2),
        (Signs(haemorrhages=(20, 40, 40, 40)), 2),
        (Signs(haemorrhages=(21, 21, 21, 21)), 3),
        (Signs(beading_quadrants=2), 3),
        (Signs(irma_quadrants=1), 3),
        (Signs(neovessels=True), 4),
        (Signs(preretinal=True, haemorrhages=(30, 30, 30, 30)), 4),
    ],
)
def test_grade_follows_the_international_scale(signs: Signs, grade: int) -> None:
    assert icdr_grade(signs) == grade


@pytest.mark.parametrize(("distance", "risk"), [(None, 0), (0.0, 2), (1.0, 2), (1.0001, 1), (3.0, 1)])
def test_macular_oedema_risk_follows_the_nearest_exudate(distance: float | None, risk: int) -> None:
    assert dme_risk(distance) == risk
