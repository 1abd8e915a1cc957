"""The findings of chest phantoms, each against what its definition says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.imaging.phantoms import chest_findings
from engine.imaging.phantoms.chest_anatomy import Anatomy, build
from engine.imaging.phantoms.chest_raster import Drawn
from engine.imaging.phantoms.chest_spec import FINDINGS, ChestSpec, FindingSpec

SIZE = 192
SPEC = ChestSpec(seed=12)


@pytest.fixture(scope="module")
def anatomy() -> Anatomy:
    return build(SPEC, SIZE)


def spec(name: str, side: str = "right", **changes: float) -> FindingSpec:
    looks = FINDINGS[name]
    middle = {k: sum(getattr(looks, k)) / 2 for k in ("zone", "lateral", "extent", "aspect", "density")}
    return FindingSpec(name, side, edge=looks.edge, texture=looks.texture, **(middle | changes))


def drawn(anatomy: Anatomy, finding: FindingSpec, seed: int = 3) -> Drawn:
    return chest_findings.draw(finding, anatomy, np.random.default_rng(seed))


def test_every_finding_has_a_painter() -> None:
    assert set(chest_findings.PAINTERS) == set(FINDINGS)


@pytest.mark.parametrize("name", [n for n in FINDINGS if n not in ("Hernia", "Cardiomegaly")])
def test_a_finding_stays_in_its_own_lung(anatomy: Anatomy, name: str) -> None:
    for side, lung in (("right", anatomy.right), ("left", anatomy.left)):
        weight = drawn(anatomy, spec(name, side)).weight
        assert weight.max() > 0.5 and weight.min() >= 0
        assert (weight[lung.mask < 0.01] < 0.02).all()


def test_nodules_are_under_3_cm_and_masses_over(anatomy: Anatomy) -> None:
    # a chest of an adult is about 28 cm wide inside, so a lung from hilum to wall about 10 cm
    assert FINDINGS["Nodule"].extent[1] * 10 < 3 <= FINDINGS["Mass"].extent[0] * 10


def test_an_effusion_blunts_the_angle_and_climbs_along_the_wall(anatomy: Anatomy) -> None:
    lung = anatomy.right
    small, large = (drawn(anatomy, spec("Effusion", aspect=a)).weight > 0.5 for a in (0.08, 0.4))
    assert small.sum() < 0.5 * large.sum()
    x = lung.wall(lung.base - 0.02)
    assert small[int((lung.base - 0.025) * SIZE), int((x + 0.008) * SIZE)]
    columns = [int((lung.hilum[0] + share * (lung.lateral_x - lung.hilum[0])) * SIZE) for share in (0.2, 0.9)]
    inner, outer = (np.flatnonzero(large[:, column]).min() for column in columns)
    assert outer < inner - 3


def test_a_pneumothorax_has_no_markings_and_grows_with_its_extent(anatomy: Anatomy) -> None:
    small, large = (drawn(anatomy, spec("Pneumothorax", extent=e)) for e in (0.2, 0.5))
    assert small.weight.sum() < 0.6 * large.weight.sum()
    beyond = large.weight > 0.98
    left = (large.opacity + anatomy.markings)[beyond]
    assert np.corrcoef(left, anatomy.markings[beyond])[0, 1] < 0.5
    rows = np.flatnonzero(beyond.any(axis=1)) / SIZE
    assert rows.min() < anatomy.right.top + 0.05  # the air rises to the apex


def test_consolidation_hides_vessels_and_infiltration_does_not(anatomy: Anatomy) -> None:
    def visible(name: str) -> float:
        finding = spec(name, zone=0.55, density=0.35)
        bare = drawn(replace(anatomy, markings=np.zeros_like(anatomy.markings)), finding)
        core = (bare.weight > 0.9) & (anatomy.markings > 0.01)
        left = drawn(anatomy, finding).opacity + anatomy.markings - bare.opacity
        return float((left[core] / anatomy.markings[core]).mean())

    assert visible("Consolidation") < 0.4
    assert visible("Infiltration") == pytest.approx(1, abs=0.05)


def test_thickening_lies_along_the_wall(anatomy: Anatomy) -> None:
    weight = drawn(anatomy, spec("Pleural Thickening", zone=0.5)).weight
    rows, columns = np.nonzero(weight > 0.5)
    away = np.abs(columns + 0.5 - anatomy.right.outer[rows] * SIZE)
    assert away.max() < 0.25 * anatomy.right.width * SIZE
    assert np.ptp(rows) > 2 * away.max()


def test_a_hernia_is_behind_the_heart_above_the_diaphragm(anatomy: Anatomy) -> None:
    weight = drawn(anatomy, spec("Hernia")).weight > 0.5
    assert (anatomy.heart[weight] > 0.5).mean() > 0.4
    rows, columns = np.nonzero(weight)
    assert abs(columns.mean() / SIZE - SPEC.center) < 0.08
    assert rows.mean() / SIZE < anatomy.left.base


def test_edema_surrounds_the_hilum_and_fibrosis_the_outer_base(anatomy: Anatomy) -> None:
    def center(name: str) -> tuple[float, float]:
        weight = drawn(anatomy, spec(name)).weight
        rows, columns = np.nonzero(weight > 0.5)
        lung = anatomy.right
        across = (columns.mean() / SIZE - lung.hilum[0]) / (lung.lateral_x - lung.hilum[0])
        return across, (rows.mean() / SIZE - lung.top) / (lung.base - lung.top)

    (near, middle), (outer, low) = center("Edema"), center("Fibrosis")
    assert near < outer and middle < 0.65 < low


def test_the_large_hearts_footprint_is_the_heart(anatomy: Anatomy) -> None:
    found = drawn(anatomy, spec("Cardiomegaly"))
    assert not found.opacity.any() and np.array_equal(found.weight, anatomy.heart)


def test_no_footprint_gives_an_empty_box() -> None:
    box = chest_findings.box_of(np.zeros((8, 8), np.float32))
    assert (box.x0, box.y0, box.x1, box.y1) == (0, 0, 0, 0)
