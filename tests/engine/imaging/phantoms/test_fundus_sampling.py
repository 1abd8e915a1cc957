from __future__ import annotations

import numpy as np
import pytest

from engine.errors import UnknownLabel, WrongUsage
from engine.imaging.phantoms.fundus import fundus, sample_fundus, sample_pair
from engine.imaging.phantoms.fundus_camera import NEW_CAMERA
from engine.imaging.phantoms.fundus_grading import Signs, icdr_grade
from engine.imaging.phantoms.fundus_sampling import sample_plan
from engine.imaging.phantoms.fundus_spec import LesionPlan
from engine.records import Laterality


def _planned_grade(plan: LesionPlan) -> int:
    return icdr_grade(
        Signs(
            microaneurysms=plan.microaneurysms,
            haemorrhages=plan.haemorrhages,
            soft_exudates=plan.soft,
            beading_quadrants=len(plan.beading),
            irma_quadrants=len(plan.irma),
            neovessels=plan.neovessels_disc + plan.neovessels_elsewhere > 0,
            preretinal=plan.preretinal > 0 or plan.vitreous > 0,
            nearest_exudate=2.0 if plan.dme else None,
        )
    )


@pytest.mark.parametrize("grade", range(5))
def test_plans_give_their_grade(grade: int) -> None:
    rng = np.random.default_rng(grade)
    assert {_planned_grade(sample_plan(rng, grade)) for _ in range(300)} == {grade}


@pytest.mark.parametrize("grade", range(5))
def test_rendered_grade_and_masks_follow_what_was_asked(grade: int) -> None:
    rng = np.random.default_rng(40 + grade)
    for _ in range(6):
        spec = sample_fundus(rng, grade=grade)
        phantom = fundus(spec, 192)
        assert phantom.grade == grade
        assert phantom.dme == spec.plan.dme
        assert phantom.masks["EX"].any() == (phantom.dme > 0)
        if grade < 4:
            assert not phantom.masks["NV"].any()
        if grade < 2:
            assert not phantom.masks["HE"].any()
        if grade == 0:
            assert phantom.disease == "normal"
            assert not any(mask.any() for mask in phantom.masks.values())


def test_exudates_keep_or_enter_the_disc_diameter_about_the_fovea() -> None:
    rng = np.random.default_rng(8)
    seen = set()
    while seen != {1, 2}:
        phantom = fundus(sample_fundus(rng, grade=2), 512)
        if phantom.dme == 0:
            continue
        seen.add(phantom.dme)
        rows, columns = np.nonzero(phantom.masks["EX"])
        distance = np.hypot(columns + 0.5 - phantom.fovea[0], rows + 0.5 - phantom.fovea[1]).min()
        assert (distance <= 2 * phantom.radius + 1) == (phantom.dme == 2)


def test_eyes_of_a_pair_agree() -> None:
    rng = np.random.default_rng(21)
    gaps = []
    for _ in range(1500):
        right, left = sample_pair(rng)
        assert (right.laterality, left.laterality) == (Laterality.RIGHT, Laterality.LEFT)
        assert right.camera == left.camera
        assert right.eye.colour == left.eye.colour
        assert right.seed != left.seed
        gaps.append(abs(_planned_grade(right.plan) - _planned_grade(left.plan)))
    assert np.mean(np.array(gaps) <= 1) > 0.95
    assert 0.1 < np.mean(np.array(gaps) > 0) < 0.4


def test_the_same_generator_gives_the_same_spec() -> None:
    assert sample_fundus(np.random.default_rng(2)) == sample_fundus(np.random.default_rng(2))
    assert sample_pair(np.random.default_rng(2)) == sample_pair(np.random.default_rng(2))
    assert sample_fundus(np.random.default_rng(2)) != sample_fundus(np.random.default_rng(3))


def test_camera_and_laterality_can_be_asked_for() -> None:
    spec = sample_fundus(np.random.default_rng(0), laterality=Laterality.LEFT, camera="new camera")
    assert spec.laterality is Laterality.LEFT
    assert spec.camera == NEW_CAMERA


def test_bad_wishes_are_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(WrongUsage, match="grade 5"):
        sample_fundus(rng, grade=5)
    with pytest.raises(WrongUsage, match="glaucoma of grade 2"):
        sample_fundus(rng, grade=2, disease="glaucoma")
    with pytest.raises(UnknownLabel, match="trachoma"):
        sample_fundus(rng, disease="trachoma")
    with pytest.raises(UnknownLabel, match="pinhole"):
        sample_fundus(rng, camera="pinhole")
