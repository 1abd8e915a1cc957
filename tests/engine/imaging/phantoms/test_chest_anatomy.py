"""Normal anatomy of chest phantoms: sides, contours, the heart's ratio, what is darker than what."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.imaging.phantoms.chest_anatomy import build
from engine.imaging.phantoms.chest_frame import place
from engine.imaging.phantoms.chest_sampling import sample_chest
from engine.imaging.phantoms.chest_spec import ChestSpec

SIZE = 192
SPEC = ChestSpec(seed=4)


def test_wall_and_floor_are_those_of_the_mask() -> None:
    anatomy = build(SPEC, SIZE)
    for lung in (anatomy.right, anatomy.left):
        for share in (0.3, 0.5, 0.7, 0.85):
            row = int((lung.top + share * (lung.base - lung.top)) * SIZE)
            columns = np.flatnonzero(lung.mask[row] > 0.5)
            outermost = columns[0] if lung.side == "right" else columns[-1]
            assert lung.wall((row + 0.5) / SIZE) * SIZE == pytest.approx(outermost + 0.5, abs=2)
        x = lung.hilum[0] + 0.5 * lung.sign * lung.width
        column = lung.mask[:, int(x * SIZE)] > 0.5
        assert lung.floor(x) * SIZE == max(row for row in range(SIZE) if column[row])


@pytest.mark.parametrize("seed", range(6))
def test_positions_by_zone_and_lateral_are_in_the_lung(seed: int) -> None:
    anatomy = build(sample_chest(np.random.default_rng(seed), []), SIZE)
    for lung in (anatomy.right, anatomy.left):
        for zone in (0.15, 0.5, 0.78):
            for lateral in (0.25, 0.5, 0.9):
                x, y = lung.at(zone, lateral)
                assert lung.mask[int(y * SIZE), int(x * SIZE)] > 0.5


@pytest.mark.parametrize("ratio", [0.38, 0.46, 0.55, 0.65])
def test_heart_over_lungs_is_the_cardiothoracic_ratio(ratio: float) -> None:
    anatomy = build(replace(SPEC, heart_ratio=ratio), SIZE)
    lungs = np.maximum(anatomy.right.mask, anatomy.left.mask) > 0.5
    chest = max(np.ptp(np.flatnonzero(row)) for row in lungs if row.any())
    heart = max(np.ptp(np.flatnonzero(row)) for row in anatomy.heart > 0.5 if row.any())
    assert heart / chest == pytest.approx(ratio, abs=0.025)


def test_heart_lies_more_to_the_left_and_on_the_diaphragm() -> None:
    anatomy = build(SPEC, SIZE)
    columns = np.flatnonzero((anatomy.heart > 0.5).any(axis=0)) / SIZE - SPEC.center
    assert columns.max() > 1.3 * -columns.min() > 0
    low = np.flatnonzero((anatomy.heart > 0.5).any(axis=1)).max() / SIZE
    dome = SPEC.left_base - SPEC.dome
    assert dome < low < SPEC.left_base + 0.02


def test_air_is_darker_than_lung_than_mediastinum() -> None:
    anatomy = build(replace(SPEC, arms=0.6), SIZE)

    def at(u: float, v: float) -> float:
        x, y = (round(p * SIZE) for p in place(SPEC, u, v))
        return float(np.median(anatomy.opacity[y - 3 : y + 4, x - 3 : x + 4]))

    outside, lung, middle, belly = at(-1.5, 0.9), at(-0.6, 0.5), at(0.0, 0.7), at(-0.4, 1.15)
    assert outside < lung < 0.6 * middle
    assert belly > 1.8 * lung
    assert at(0.0, 0.05) < at(-0.12, 0.05)  # the trachea's air beside the paratracheal tissue


def test_air_is_what_the_lungs_take_away() -> None:
    anatomy = build(SPEC, SIZE)
    lungs = np.maximum(anatomy.right.mask, anatomy.left.mask)
    assert (anatomy.air[lungs < 0.01] < 0.01).all()
    assert anatomy.air.max() < 0.64
    airless = build(replace(SPEC, lucency=0.0), SIZE)
    assert np.allclose(anatomy.opacity + anatomy.air, airless.opacity, atol=0.02)


def test_more_markings_breasts_and_bone_make_it_denser() -> None:
    plain = build(SPEC, SIZE).opacity
    for change in ({"markings": 1.5}, {"breast": 0.8}, {"bone": 1.5}):
        assert build(replace(SPEC, **change), SIZE).opacity.sum() > plain.sum()
