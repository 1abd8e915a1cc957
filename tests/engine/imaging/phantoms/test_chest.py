"""Chest phantoms: seeded, exact boxes, findings that change the film where they say and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine import vocabulary
from engine.errors import WrongUsage
from engine.imaging.phantoms.chest import BITS, FINDINGS, chest, sample_chest
from engine.imaging.phantoms.chest_anatomy import build
from engine.imaging.phantoms.chest_findings import FOOTPRINT

SIZE = 256


def sampled(name: str, seed: int = 5):  # type: ignore[no-untyped-def]
    return sample_chest(np.random.default_rng(seed), [name], devices=False)


def test_findings_are_the_vocabularys() -> None:
    assert set(FINDINGS) == {term.name for term in vocabulary.nih_findings()}


def test_same_spec_same_film_other_seed_other_film() -> None:
    first, again, other = (chest(sampled("Mass", seed), SIZE) for seed in (1, 1, 2))
    assert np.array_equal(first.pixels, again.pixels)
    assert not np.array_equal(first.pixels, other.pixels)
    assert first.pixels.dtype == np.uint16
    assert int(first.pixels.max()) < 2**BITS


@pytest.mark.parametrize("name", FINDINGS)
def test_finding_changes_the_film_inside_its_box_only(name: str) -> None:
    spec = replace(sampled(name), noise=0.0, tilt=0.0)
    film, without = chest(spec, SIZE), chest(replace(spec, findings=(), names=()), SIZE)
    difference = np.abs(film.pixels.astype(int) - without.pixels.astype(int))
    box = film.boxes[name]
    assert 0 <= box.x0 < box.x1 <= SIZE and 0 <= box.y0 < box.y1 <= SIZE
    if name == "Cardiomegaly":
        assert difference.max() == 0  # the wide heart is the body's; its box is the heart's
        return
    inside = np.zeros((SIZE, SIZE), bool)
    margin = SIZE // 20  # soft edges and scatter reach a little beyond the footprint
    top, left = max(int(box.y0) - margin, 0), max(int(box.x0) - margin, 0)
    inside[top : int(box.y1) + margin, left : int(box.x1) + margin] = True
    strong = difference > 0.35 * difference.max()
    assert strong.any()
    assert strong[~inside].sum() <= 0.05 * strong.sum()


@pytest.mark.parametrize("name", ["Mass", "Nodule", "Consolidation", "Effusion", "Pleural Thickening"])
def test_opacities_are_brighter(name: str) -> None:
    assert change_in_core(name) > 0


@pytest.mark.parametrize("name", ["Pneumothorax", "Emphysema"])
def test_more_air_is_darker(name: str) -> None:
    assert change_in_core(name) < 0


def change_in_core(name: str) -> float:
    spec = replace(sampled(name), noise=0.0, tilt=0.0)
    film, without = chest(spec, SIZE), chest(replace(spec, findings=(), names=()), SIZE)
    core = film.weights[name] > 0.8
    return float((film.pixels.astype(int)[core] - without.pixels.astype(int)[core]).mean())


def test_boxes_are_the_footprints_bounds_after_the_tilt() -> None:
    for seed in range(4):
        film = chest(replace(sample_chest(np.random.default_rng(seed), ["Mass", "Effusion"]), tilt=4.0), 96)
        for name, weight in film.weights.items():
            rows = [r for r in range(96) for c in range(96) if weight[r, c] > FOOTPRINT]
            columns = [c for r in range(96) for c in range(96) if weight[r, c] > FOOTPRINT]
            box = film.boxes[name]
            assert (box.x0, box.y0) == (min(columns), min(rows))
            assert (box.x1, box.y1) == (max(columns) + 1, max(rows) + 1)


def test_a_nodules_box_is_where_and_as_large_as_its_spec_says() -> None:
    spec = replace(sampled("Nodule"), tilt=0.0)
    nodule = replace(spec.findings[0], side="right", zone=0.4, lateral=0.5, extent=0.16, aspect=1.0)
    spec = replace(spec, findings=(nodule,))
    lung = build(spec, SIZE).right
    box = chest(spec, SIZE).boxes["Nodule"]
    x, y = lung.at(0.4, 0.5)
    assert (box.x0 + box.x1) / 2 == pytest.approx(x * SIZE, abs=2)
    assert (box.y0 + box.y1) / 2 == pytest.approx(y * SIZE, abs=2)
    assert box.x1 - box.x0 == pytest.approx(0.16 * lung.width * SIZE, rel=0.4)


def test_every_finding_leaves_a_box_whatever_the_seed() -> None:
    rng = np.random.default_rng(8)
    for name in FINDINGS:
        for _ in range(2):
            box = chest(sample_chest(rng, [name]), 96).boxes[name]
            assert box.x1 - box.x0 >= 2 and box.y1 - box.y0 >= 1


def test_conspicuity_varies() -> None:
    def contrast(density: float) -> float:
        spec = replace(sampled("Nodule"), noise=0.0, tilt=0.0, sharpen=0.0)
        spec = replace(spec, findings=(replace(spec.findings[0], density=density),))
        film, without = chest(spec, SIZE), chest(replace(spec, findings=(), names=()), SIZE)
        return float((film.pixels.astype(int) - without.pixels.astype(int)).max()) / 2**BITS

    low, high = FINDINGS["Nodule"].density
    assert 0.01 < contrast(low) < 0.6 * contrast(high)


def test_tones_are_near_those_of_nih_films() -> None:
    films = [
        chest(sample_chest(np.random.default_rng(seed)), 96).pixels / 2**BITS * 256 for seed in range(40)
    ]
    found = np.mean([np.percentile(film, [25, 50, 75]) for film in films], axis=0)
    assert found == pytest.approx([98, 145, 182], abs=20)  # means of 281 of the NIH images that we measured


def test_too_small_a_picture_is_refused() -> None:
    with pytest.raises(WrongUsage):
        chest(sampled("Mass"), 32)


def test_right_is_on_the_left_of_the_picture() -> None:
    spec = sampled("Mass")
    for side, low, high in (("right", 0.0, 0.5), ("left", 0.5, 1.0)):
        placed = replace(spec, findings=(replace(spec.findings[0], side=side),), tilt=0.0)
        box = chest(placed, SIZE).boxes["Mass"]
        assert low < (box.x0 + box.x1) / 2 / SIZE < high


def test_sampling_covers_normals_and_all_findings() -> None:
    rng = np.random.default_rng(0)
    specs = [sample_chest(rng) for _ in range(400)]
    assert {name for spec in specs for name in spec.names} == set(FINDINGS)
    normal = sum(not spec.names for spec in specs) / len(specs)
    assert 0.25 < normal < 0.45


def test_size_scales_the_anatomy() -> None:
    spec = replace(sampled("Mass"), noise=0.0, tilt=0.0)
    small, large = chest(spec, 128).boxes["Mass"], chest(spec, 256).boxes["Mass"]
    assert abs(2 * small.x0 - large.x0) <= 8 and abs(2 * small.y1 - large.y1) <= 8
