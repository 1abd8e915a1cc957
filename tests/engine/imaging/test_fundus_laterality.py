from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.data.manifest import read_manifest
from engine.imaging.fundus_laterality import Disc, find_disc, seen_laterality
from engine.imaging.fundus_view import fundus_view
from engine.imaging.phantoms.fundus import fundus, sample_fundus
from engine.records import Laterality


@pytest.mark.parametrize("grade", range(5))
def test_the_disc_of_a_phantom_is_found_and_tells_the_eye(grade: int) -> None:
    sides = {False: Laterality.RIGHT, True: Laterality.LEFT}
    for seed, mirrored in ((0, False), (1, True)):
        spec = sample_fundus(np.random.default_rng([grade, seed]), grade, laterality=sides[mirrored])
        phantom = fundus(spec, 400)
        found = find_disc(fundus_view(phantom.rgb))
        assert found is not None
        assert np.hypot(found.x - phantom.disc[0], found.y - phantom.disc[1]) < 1.2 * phantom.radius
        assert seen_laterality(found) in (sides[mirrored], Laterality.UNKNOWN)


def test_a_mirrored_image_shows_the_other_eye() -> None:
    rgb = fundus(sample_fundus(np.random.default_rng(5), 0, laterality=Laterality.RIGHT), 400).rgb
    assert seen_laterality(find_disc(fundus_view(rgb))) is Laterality.RIGHT
    mirrored = np.ascontiguousarray(rgb[:, ::-1])
    assert seen_laterality(find_disc(fundus_view(mirrored))) is Laterality.LEFT


@pytest.mark.parametrize(
    "disc",
    [
        None,
        Disc(0, 0, 0.05, 0.5, 0.9),  # too near the middle
        Disc(0, 0, 0.5, 0.02, 0.9),  # too faint
        Disc(0, 0, 0.5, 0.5, 0.1),  # another place is as bright
    ],
)
def test_silent_unless_sure(disc: Disc | None) -> None:
    assert seen_laterality(disc) is Laterality.UNKNOWN


def test_sure_discs() -> None:
    assert seen_laterality(Disc(0, 0, 0.5, 0.5, 0.9)) is Laterality.RIGHT
    assert seen_laterality(Disc(0, 0, -0.5, 0.5, 0.9)) is Laterality.LEFT


def test_nothing_in_a_black_or_tiny_image() -> None:
    assert find_disc(fundus_view(np.zeros((60, 80, 3), np.uint8))) is None
    found = find_disc(fundus_view(np.full((1, 1, 3), 90, np.uint8)))
    assert seen_laterality(found) is Laterality.UNKNOWN


def test_discs_of_real_photographs(shared_data: Path) -> None:
    rows = [row for row in read_manifest(shared_data, "fundus_lesion_seg") if "OD" in row.masks][::5]
    hits = []
    for row in rows:
        image = np.asarray(cv2.imread(str(row.path), cv2.IMREAD_COLOR_RGB))
        disc = cv2.imread(str(row.masks["OD"]), cv2.IMREAD_GRAYSCALE) > 0
        ys, xs = np.nonzero(disc)
        found = find_disc(fundus_view(image))
        assert found is not None
        hits.append(np.hypot(found.x - xs.mean(), found.y - ys.mean()) < 1.2 * np.sqrt(len(xs) / np.pi))
        side = Laterality.RIGHT if xs.mean() > image.shape[1] / 2 else Laterality.LEFT
        assert seen_laterality(found) in (side, Laterality.UNKNOWN)
    assert np.mean(hits) > 0.9
