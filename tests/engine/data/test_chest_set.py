from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from engine.data.chest_input import bits_of, read_grey, standardise, to_uint8, to_uint16
from engine.data.chest_labels import exhaustive_targets, parse_labels, reviewed_targets
from engine.data.chest_set import (
    Augmentation,
    ChestSet,
    augment,
    batch_source,
    batches_an_epoch,
    from_rows,
    independence_weights,
)
from engine.data.manifest import ManifestRow
from engine.errors import BadTable, UnreadableImage
from engine.io.dicom_writing import DicomIdentity, write_dicom
from engine.records import Modality

LABELS = ("Mass", "Nodule")


def make(count=10, size=16, sources=None, targets=None):
    rng = np.random.default_rng(0)
    targets = rng.random((count, 2)) < 0.4 if targets is None else targets
    return ChestSet(
        rng.integers(0, 65535, (count, size, size), np.uint16),
        np.asarray(targets, np.float32),
        np.ones((count, 2), np.bool_),
        LABELS,
        tuple(str(k) for k in range(count)),
        tuple(sources or ["a"] * count),
    )


def test_labels_as_sources_spell_them():
    assert parse_labels(["Pleural_Thickening", "Mass"], "x") == {"Pleural Thickening", "Mass"}
    assert parse_labels(["No Finding"], "x") == frozenset()
    for bad in (["Dragon"], ["No Finding", "Mass"], ["Mass", ""], ["x" * 10_000]):
        with pytest.raises(BadTable, match="row 3") as caught:
            parse_labels(bad, "row 3")
        assert len(str(caught.value)) < 300


def test_targets_of_an_exhaustive_reading():
    targets, known = exhaustive_targets([frozenset({"Mass"}), frozenset()], (*LABELS, "Tuberculosis"), LABELS)
    assert targets.tolist() == [[1, 0, 0], [0, 0, 0]]
    assert known.tolist() == [[True, True, False], [True, True, False]]
    assert exhaustive_targets([], LABELS, LABELS)[0].shape == (0, 2)


def test_targets_of_a_review_know_only_what_was_touched():
    targets, known = reviewed_targets([{"Mass": True}, {"lung nodule": False, "dragon lung": True}], LABELS)
    assert targets.tolist() == [[1, 0], [0, 0]]
    assert known.tolist() == [[True, False], [False, True]]
    typed = reviewed_targets([{"dragon lung": True}], (*LABELS, "dragon lung"))
    assert (typed[0][0, 2], typed[1][0, 2]) == (1, True)


def test_standardise_ignores_gain_and_offset_and_keeps_the_frame():
    rng = np.random.default_rng(1)
    pixels = rng.random((60, 90)).astype(np.float32)
    first = standardise(pixels, 32)
    assert first.shape == (32, 32)
    assert (float(first.min()), float(first.max())) == (0, 1)
    np.testing.assert_allclose(standardise(pixels * 0.25 + 0.5, 32), first, atol=1e-4)
    corner = np.zeros((60, 90), np.float32)
    corner[:10, :10] = 1
    small = standardise(corner, 32)
    assert small[0, 0] == pytest.approx(1)
    assert small[-1, -1] == small[0, -1] == small[-1, 0] == 0
    assert (standardise(np.full((9, 9), 0.3, np.float32), 4) == 0).all()


@pytest.mark.parametrize(("dtype", "top"), [(np.uint8, 255), (np.uint16, 65535)])
def test_read_grey_keeps_the_bit_depth(tmp_path, dtype, top):
    path = tmp_path / "image.png"
    cv2.imwrite(str(path), np.array([[0, top], [top // 2, top]], dtype))
    np.testing.assert_allclose(read_grey(path), [[0, 1], [(top // 2) / top, 1]], atol=1e-6)
    path.write_bytes(b"no image")
    with pytest.raises(UnreadableImage):
        read_grey(path)


def test_from_rows(tmp_path):
    path = tmp_path / "image.png"
    cv2.imwrite(str(path), np.arange(64, dtype=np.uint8).reshape(8, 8))
    seen = []
    rows = [ManifestRow("t", path, "p", labels=("Mass",), source_repo="s")]
    chest = from_rows(rows, LABELS, 8, lambda done, total, text="", **_: seen.append((done, total)))
    assert len(chest) == 1
    assert chest.targets.tolist() == [[1, 0]]
    assert (chest.patients, chest.sources) == (("p",), ("s",))
    assert seen[-1] == (1, 1)
    np.testing.assert_array_equal(chest.images[0], to_uint8(standardise(read_grey(path), 8)))
    again = []
    from_rows(rows, LABELS, 8, lambda *a, **_: again.append(a))
    assert not again  # the cache was found


def test_parts_of_a_folder_share_one_memory_map(tmp_path, monkeypatch):
    monkeypatch.setenv("LYNCEUS_CACHE", str(tmp_path / "cache"))
    rows = []
    for k in range(4):
        path = tmp_path / f"{k}.png"
        cv2.imwrite(str(path), np.roll(np.eye(8, dtype=np.uint8) * 255, k, axis=0))
        rows.append(ManifestRow("t", path, "p"))
    alone = from_rows(rows[2:], LABELS, 8, among=rows)  # no map of the folder yet: one of its own
    first = from_rows(rows[:2], LABELS, 8, among=rows, whole=True)
    second = from_rows(rows[2:], LABELS, 8, among=rows)
    assert first.images.arrays[0].filename == second.images.arrays[0].filename
    assert len(list((tmp_path / "cache").rglob("*.npy"))) == 2
    for chest in (alone, second):
        assert all((a == b).all() for a, b in zip(chest.images, alone.images, strict=True))
    np.testing.assert_array_equal(first.images[1], to_uint8(standardise(read_grey(rows[1].path), 8)))


def test_more_than_8_bits_are_kept_and_a_changed_file_is_read_again(tmp_path):
    path = tmp_path / "image.png"
    cv2.imwrite(str(path), np.arange(64, dtype=np.uint16).reshape(8, 8) * 1000)
    rows = [ManifestRow("t", path, "p", labels=("Mass",))]
    first = from_rows(rows, LABELS, 8)
    np.testing.assert_array_equal(first.images[0], to_uint16(standardise(read_grey(path), 8)))
    cv2.imwrite(str(path), np.arange(64, dtype=np.uint16)[::-1].copy().reshape(8, 8) * 999)
    assert from_rows(rows, LABELS, 8).images[0][0, 0] > first.images[0][0, 0]


def test_a_set_with_a_broken_image_leaves_no_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("LYNCEUS_CACHE", str(tmp_path / "cache"))
    good, bad = tmp_path / "a.png", tmp_path / "b.png"
    cv2.imwrite(str(good), np.eye(8, dtype=np.uint8))
    bad.write_bytes(b"\xff\xd8 no image")
    with pytest.raises(UnreadableImage, match=r"b\.png"):
        from_rows([ManifestRow("t", p, "p") for p in (good, bad)], LABELS, 8)
    assert not list((tmp_path / "cache").rglob("*.npy"))


def test_a_dicom_file_is_read_by_its_own_reader(tmp_path):
    film = tmp_path / "film.dcm"
    values = np.arange(256, dtype=np.uint16).reshape(16, 16) * 16
    identity = DicomIdentity("P", "20260101", "1.2.3", Modality.CHEST, view="PA", bits=12)
    write_dicom(film, values, identity)
    np.testing.assert_allclose(read_grey(film), values / 4095, atol=1e-6)
    assert (bits_of(film), bits_of(tmp_path / "film.dcm")) == (16, 16)


def test_a_row_knows_what_its_source_speaks_of(tmp_path):
    path = tmp_path / "image.png"
    cv2.imwrite(str(path), np.eye(8, dtype=np.uint8))
    spoken = ManifestRow("t", path, "p", labels=("Mass",), known=frozenset({"Mass"}))
    chest = from_rows([spoken], LABELS, 8)
    assert (chest.targets.tolist(), chest.known.tolist()) == ([[1, 0]], [[True, False]])


def test_subset_and_joined():
    chest = make(6)
    part = chest.subset(np.array([True, False, True, False, False, False]))
    assert part.patients == ("0", "2")
    both = part.joined(chest)
    assert len(both) == 8
    np.testing.assert_array_equal(both.images[1], chest.images[2])


def test_a_batch_is_a_function_of_its_number_and_an_epoch_sees_every_image():
    chest = make(10)
    weights = independence_weights(chest, 0)
    varied = Augmentation(crop=12, rotate=10, zoom=0.2, stretch=0.1, gamma=0.3, contrast=0.2, erase=0.3)
    source = batch_source(chest, 4, varied, 7, weights)
    again = batch_source(chest, 4, varied, 7, weights)
    for number in (5, 0, 3):
        for key, value in source(number).items():
            torch.testing.assert_close(value, again(number)[key], equal_nan=True)
    assert batches_an_epoch(chest, 4) == 3
    plain = batch_source(chest, 4, Augmentation(crop=16, flip=False), 7, weights)
    whole = torch.cat([plain(k)["images"][:, 0] for k in range(3)])
    firsts = {tuple(np.round(i[0].tolist(), 4)) for i in whole}
    assert firsts == {tuple(np.round((i[0] / 65535).tolist(), 4)) for i in chest.images}
    assert [int(source(k)["epoch"]) for k in (0, 2, 3)] == [0, 0, 1]
    assert not torch.equal(source(0)["images"], source(3)["images"])


def test_batches_larger_than_the_set():
    chest = make(3)
    batch = batch_source(chest, 8, Augmentation(crop=8), 0, independence_weights(chest, 0))(0)
    assert batch["images"].shape == (3, 1, 8, 8)


def test_crop_flip_and_turn_place_pixels_right():
    image = np.zeros((16, 16), np.uint16)
    image[2:6, 9:13] = 65535
    rng = np.random.default_rng(0)
    same = augment(image, Augmentation(crop=16, flip=False), rng)
    np.testing.assert_allclose(same, image / 65535)
    seen = {tuple(augment(image, Augmentation(crop=16), rng).argmax(0) > 0) for _ in range(20)}
    assert seen == {tuple(image.argmax(0) > 0), tuple(image[:, ::-1].argmax(0) > 0)}
    crop = augment(image, Augmentation(crop=10, flip=False), rng)
    assert crop.shape == (10, 10)
    assert 0 <= crop.min() <= crop.max() <= 1


def test_independence_weights_part_label_and_source():
    targets = np.zeros((100, 2))
    sources = ["a"] * 50 + ["b"] * 50
    targets[:30, 0] = 1  # 30 of 50 in a
    targets[50:65, 0] = 1  # 15 of 50 in b
    targets[::2, 1] = 1  # alike in both
    chest = make(100, sources=sources, targets=targets)
    weights = independence_weights(chest, 1.0)
    share = {}
    for name in "ab":
        rows = np.array(sources) == name
        share[name] = (weights[rows, 0] * targets[rows, 0]).sum() / weights[rows, 0].sum()
    assert share["a"] == pytest.approx(share["b"], abs=0.05)
    np.testing.assert_allclose(weights[:, 1], 1, atol=0.05)
    assert (independence_weights(chest, 0.0) == 1).all()
    assert weights.max() <= 4
    chest.known[3] = False
    assert (independence_weights(chest, 0.5)[3] == 0).all()
