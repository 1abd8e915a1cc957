from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from engine.data.fundus_grades import (
    BatchConfig,
    FundusSet,
    GradeBatches,
    draw_chances,
    manifest_set,
    phantom_set,
    surrogate_fellow,
)
from engine.data.manifest import ManifestRow
from engine.errors import TooFewSamples, UnreadableImage


def toy(grades: list[int], paired: bool = False) -> FundusSet:
    """Images whose every pixel is their index."""
    count = len(grades)
    low = np.stack([np.full((4, 4, 3), k, np.uint8) for k in range(count)])
    high = np.stack([np.full((8, 8, 3), k, np.uint8) for k in range(count)])
    fellow = np.arange(count) ^ 1 if paired else np.full(count, -1)
    labels = np.array(grades)
    return FundusSet(low, high, labels, labels % 3, tuple(f"p{k}" for k in range(count)), fellow)


def test_a_part_keeps_pairs_whose_eyes_are_both_in_it() -> None:
    images = toy([0, 1, 2, 3, 4, 0], paired=True)
    part = images.part([4, 1, 5, 2])
    assert part.patients == ("p4", "p1", "p5", "p2")
    assert np.array_equal(part.low[:, 0, 0, 0], [4, 1, 5, 2])
    assert np.array_equal(part.high[:, 0, 0, 0], [4, 1, 5, 2])
    assert np.array_equal(part.grades, [4, 1, 0, 2])
    assert np.array_equal(part.dme, part.grades % 3)
    assert np.array_equal(part.fellow, [2, -1, 0, -1])  # 0 and 3 are not in it
    assert np.array_equal(toy([0, 1]).part([1]).fellow, [-1])


def test_a_batch_depends_on_its_number_alone() -> None:
    source = GradeBatches([(toy([0, 1, 2, 3, 4]), 1.0)], BatchConfig(8, 10, colour=1.0), high=True)
    first, again, other = source(3), source(3), source(4)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["images"], other["images"])
    assert first["images"].shape == (8, 3, 4, 4)
    assert first["high"].shape == (8, 3, 8, 8)
    assert first["images"].dtype == torch.uint8


def test_labels_and_both_sizes_belong_to_the_same_image() -> None:
    images = toy([4, 0, 2, 1])
    batch = GradeBatches([(images, 1.0)], BatchConfig(16, 10), high=True)(0)
    chosen = batch["images"][:, 0, 0, 0].numpy()
    assert np.array_equal(batch["high"][:, 0, 0, 0].numpy(), chosen)
    assert np.array_equal(batch["grade"].numpy(), images.grades[chosen])
    assert np.array_equal(batch["dme"].numpy(), images.dme[chosen])


def test_fellow_eyes_come_together() -> None:
    config = BatchConfig(40, 10, fellow_kept=0.7)
    batch = GradeBatches([(toy([0, 1, 2, 3], paired=True), 1.0)], config, high=False)(1)
    chosen, fellow = batch["images"][:, 0, 0, 0].int(), batch["fellow"]
    with_one = fellow >= 0
    assert 5 < int(with_one.sum()) < 40
    assert torch.equal(chosen[fellow[with_one]], chosen[with_one] ^ 1)


def test_shares_of_the_sets() -> None:
    real, drawn = toy([0] * 3), toy([4] * 3)
    batch = GradeBatches([(real, 0.75), (drawn, 0.25)], BatchConfig(8, 10), high=False)(0)
    assert batch["grade"].tolist() == [0] * 6 + [4] * 2


def test_balance_decays() -> None:
    images = toy([0] * 90 + [4] * 10)
    config = BatchConfig(200, 11, balance=(1.0, 0.0))
    source = GradeBatches([(images, 1.0)], config, high=False)
    early, late = ((source(step)["grade"] == 4).float().mean() for step in (0, 10))
    assert 0.4 < early < 0.6
    assert late < 0.2


def test_chances_mix_even_grades_and_even_images() -> None:
    grades = np.array([0, 0, 0, 2])
    assert draw_chances(grades, 1.0) == pytest.approx([1 / 6, 1 / 6, 1 / 6, 1 / 2])
    assert draw_chances(grades, 0.0) == pytest.approx([1 / 4] * 4)
    assert draw_chances(grades, 0.3).sum() == pytest.approx(1)


def test_surrogate_fellows_have_a_similar_grade_and_are_someone_else() -> None:
    grades, rng = np.array([0, 0, 1, 3, 3]), np.random.default_rng(0)
    found = {(k, surrogate_fellow(grades, k, rng)) for k in range(5) for _ in range(60)}
    assert {pair for pair in found if pair[0] == 0} == {(0, 1), (0, 2)}
    assert {pair for pair in found if pair[0] == 3} == {(3, 4)}
    assert surrogate_fellow(np.array([0, 4]), 0, rng) == -1


def test_nothing_to_draw_from() -> None:
    with pytest.raises(TooFewSamples):
        GradeBatches([(toy([1]), 0.0)], BatchConfig(8, 10), high=False)


def test_manifest_images_are_cached_by_content(tmp_path: Path) -> None:
    image = np.zeros((120, 160, 3), np.uint8)
    cv2.circle(image, (80, 60), 55, (40, 90, 160), -1)
    path = tmp_path / "a.png"
    assert cv2.imwrite(str(path), image)
    row = ManifestRow("dr_grade", path, "p", 2, 1, sha256="abc")
    first = manifest_set([row], (32, 64))
    path.unlink()
    again = manifest_set([row], (32, 64))  # from the cache: the file is gone
    assert np.array_equal(first.low, again.low)
    assert (first.grades.tolist(), first.dme.tolist(), first.patients) == ([2], [1], ("p",))


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.jpg"
    path.write_bytes(b"no image")
    with pytest.raises(UnreadableImage) as caught:
        manifest_set([ManifestRow("dr_grade", path, "p", 1)], (16, 32))
    assert caught.value.where == str(path)


def test_phantoms_come_in_pairs_with_known_grades() -> None:
    images = phantom_set(2, (32, 96), seed=5)
    again = phantom_set(2, (32, 96), seed=5)
    assert images.fellow.tolist() == [1, 0, 3, 2]
    assert images.patients[0] == images.patients[1] != images.patients[2]
    assert set(images.grades) <= set(range(5))
    assert np.array_equal(images.grades, again.grades)
    assert images.high.shape == (4, 96, 96, 3)
