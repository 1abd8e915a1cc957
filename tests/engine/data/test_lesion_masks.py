from __future__ import annotations

import cv2
import numpy as np
import pytest
from scipy import ndimage

from engine.data.lesion_masks import (
    component_points,
    draw_phantoms,
    make_sample,
    manifest_samples,
    phantom_samples,
    read_mask,
    read_rgb,
    row_masks,
)
from engine.data.manifest import ManifestRow, read_manifest
from engine.errors import BadMask, UnreadableImage

LESIONS = ("MA", "HE", "SE", "EX", "NV")


def test_component_points_are_one_a_component():
    mask = np.random.default_rng(0).random((40, 50)) < 0.2
    labels, count = ndimage.label(mask, np.ones((3, 3)))
    points = component_points(mask)
    assert sorted(labels[y, x] for x, y in points) == list(range(1, count + 1))
    assert component_points(np.zeros((3, 3), bool)).shape == (0, 2)


def test_unlabelled_and_absent_are_told_apart():
    phantom = next(iter(draw_phantoms(1, 5)))
    masks = {"MA": np.asarray(phantom.masks["MA"]), "EX": np.zeros(phantom.rgb.shape[:2], bool)}
    sample = make_sample("p", phantom.rgb, masks, LESIONS, 300)
    assert sample.known == {"MA", "EX"}
    assert set(sample.centres) == {"MA"}
    assert sample.mask(0).any()
    assert not sample.mask(3).any()


def test_phantoms_depend_on_seed_and_place_alone():
    first, second = phantom_samples(2, 1, LESIONS, 200), phantom_samples(1, 1, LESIONS, 200)
    assert np.array_equal(first[0].pixels, second[0].pixels)
    assert not np.array_equal(first[0].packed, first[1].packed)
    assert first[0].known == set(LESIONS)


def test_a_mask_of_another_size_names_image_and_lesion():
    with pytest.raises(BadMask, match="left eye, HE"):
        make_sample(
            "left eye", np.full((60, 60, 3), 90, np.uint8), {"HE": np.zeros((9, 9), bool)}, LESIONS, 64
        )


def test_masks_are_one_channel_of_0_and_255(tmp_path):
    path = tmp_path / "mask.png"
    cv2.imwrite(str(path), np.array([[0, 255], [255, 0]], np.uint8))
    assert np.array_equal(read_mask(path), [[False, True], [True, False]])
    cv2.imwrite(str(path), np.array([[0, 76]], np.uint8))
    with pytest.raises(BadMask, match="other than"):
        read_mask(path)
    cv2.imwrite(str(path), np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(BadMask, match="colour"):
        read_mask(path)
    path.write_bytes(b"no image")
    with pytest.raises(UnreadableImage):
        read_mask(path)
    with pytest.raises(UnreadableImage):
        read_rgb(tmp_path / "missing.jpg")


def test_an_absent_mask_file_means_no_such_lesion(tmp_path):
    image, mask = tmp_path / "a.png", tmp_path / "a_MA.png"
    cv2.imwrite(str(image), np.full((80, 100, 3), 120, np.uint8))
    marked = np.zeros((80, 100), np.uint8)
    marked[40:44, 50:54] = 255
    cv2.imwrite(str(mask), marked)
    row = ManifestRow("fundus_lesion_seg", image, "p", masks={"MA": mask})
    masks = row_masks(row, ("MA", "HE"))
    assert masks["MA"].sum() == 16
    assert not masks["HE"].any()
    (sample,) = manifest_samples([row], LESIONS, ("MA", "HE"), 100)
    assert sample.known == {"MA", "HE"}
    assert sample.centres["MA"].shape == (1, 2)


def test_real_masks_fit_their_images(shared_data):
    rows = [row for row in read_manifest(shared_data) if row.task == "fundus_lesion_seg"][:2]
    for sample in manifest_samples(rows, LESIONS, ("MA", "HE", "SE", "EX"), 400):
        assert 390 <= sample.pixels.shape[1] <= 410
        assert "NV" not in sample.known
        assert len(sample.centres["MA"]) > 3
