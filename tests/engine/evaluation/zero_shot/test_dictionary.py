"""The visual encoder without labels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.data.chest_set import ChestSet
from engine.evaluation.zero_shot import dictionary
from engine.evaluation.zero_shot.encoding import encode
from engine.evaluation.zero_shot.settings import DictionarySettings

SMALL = DictionarySettings(stride=2, scales=2, centres=5, images=10, patches=300, components=6, grid=2)


def some_images(count: int = 12, seed: int = 0) -> ChestSet:
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 65535, (count, 8, 8)).repeat(6, 1).repeat(6, 2).astype(np.uint16)
    targets = (rng.random((count, 3)) < 0.5).astype(np.float32)
    names = tuple(f"{seed}-{k}" for k in range(count))
    return ChestSet(pixels, targets, targets >= 0, ("a", "b", "c"), names, ("s",) * count)


def test_codes_are_the_triangle_of_distances() -> None:
    images = some_images()
    learnt = dictionary.learn(images, SMALL, 0)
    maps = learnt.maps(images)
    assert maps.shape == (12, 10, 2, 2) and (maps >= 0).all() and maps.max() > 0
    picture = images.tensor([0])[0, 0].numpy()
    slow = np.zeros((5, 22, 22))
    for row in range(22):
        for column in range(22):
            patch = picture[2 * row : 2 * row + 6, 2 * column : 2 * column + 6].ravel()
            patch = (patch - patch.mean()) / np.sqrt(patch.var() + dictionary.CONTRAST**2)
            apart = np.linalg.norm(patch @ learnt.whitening[0] - learnt.centres[0], axis=1)
            slow[:, row, column] = np.maximum(apart.mean() - apart, 0)
    assert maps[0, :5] == pytest.approx(slow.reshape(5, 2, 11, 2, 11).mean((2, 4)), abs=1e-3)


def test_it_is_learnt_by_seed_from_the_training_images_alone() -> None:
    train, test = some_images(), some_images(7, seed=1)
    first, second = encode(train, [test], SMALL, 0)
    again = encode(train, [some_images(3, seed=2), test], SMALL, 0)[2]
    assert np.array_equal(second.vectors, again.vectors)
    blind = replace(train, targets=1 - train.targets)
    assert np.array_equal(encode(blind, [test], SMALL, 0)[1].vectors, second.vectors)  # no label has a part
    assert not np.allclose(encode(train, [test], SMALL, 1)[1].vectors, second.vectors)
    assert first.vectors.shape == (12, 6) and second.maps.shape == (7, 10, 2, 2)


def test_components_are_white_over_the_training_images() -> None:
    for count in (9, 60):  # fewer and more images than features
        first, _ = encode(some_images(count), [some_images(4, 1)], SMALL, 0)
        vectors = first.vectors
        assert vectors.mean(0) == pytest.approx(np.zeros(6), abs=1e-3)
        assert vectors.T @ vectors / count == pytest.approx(np.eye(6), abs=1e-2)


def test_features_of_some_images_and_labels() -> None:
    first, _ = encode(some_images(), [some_images(2, 1)], SMALL, 0)
    kept = first.subset(np.arange(12) % 2 == 0).of(("c", "a"))
    assert kept.labels == ("c", "a") and len(kept) == 6
    assert np.array_equal(kept.targets, first.targets[::2][:, [2, 0]])
    assert kept.patients == first.patients[::2] and np.array_equal(kept.maps, first.maps[::2])
