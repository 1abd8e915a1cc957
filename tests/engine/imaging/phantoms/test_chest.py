"""Chest phantoms: seeded, exact boxes, findings that change the film where they say and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine import vocabulary
from engine.imaging.phantoms.chest import BITS, FINDINGS, chest, sample_chest

SIZE = 256
BODY_CHANGES = {"Cardiomegaly", "Emphysema", "Fibrosis"}  # these change the body's own shape too


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
def test_opacities_are_brighter_and_pneumothorax_is_darker(name: str) -> None:
    for finding, sign in ((name, 1), ("Pneumothorax", -1)):
        spec = replace(sampled(finding), noise=0.0, tilt=0.0)
        film, without = chest(spec, SIZE), chest(replace(spec, findings=(), names=()), SIZE)
        core = film.weights[finding] > 0.8
        change = film.pixels.astype(int)[core] - without.pixels.astype(int)[core]
        assert sign * float(change.mean()) > 0


def test_cardiothoracic_ratio_tells_a_large_heart() -> None:
    def ratio(findings: list[str]) -> float:
        spec = replace(sample_chest(np.random.default_rng(3), findings, devices=False), tilt=0.0)
        heart = (chest(replace(spec, noise=0.0), SIZE)).weights.get("Cardiomegaly")
        return (
            spec.heart_ratio
            if heart is None
            else float((heart > 0.5).any(axis=0).sum()) / (2 * spec.lung_width * SIZE)
        )

    assert ratio(["Cardiomegaly"]) > 0.52
    assert ratio([]) < 0.5


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
