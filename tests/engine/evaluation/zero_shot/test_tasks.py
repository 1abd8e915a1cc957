"""One method on one task: seeded, inductive, and able to learn what can be learnt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.evaluation.zero_shot.encoding import Features
from engine.evaluation.zero_shot.methods import METHODS
from engine.evaluation.zero_shot.settings import HeadSettings
from engine.evaluation.zero_shot.tasks import Task, scores, standard_words
from engine.metrics.auroc import per_class_auroc

QUICK = HeadSettings(style="true", steps=4, batch=16)
SEEN = 6


def linear_task(images: int = 90, seed: int = 0) -> Task:
    """Labels are directions of a space that images are sums of, so words say all of them."""
    rng = np.random.default_rng(seed)
    words = rng.normal(0, 1, (8, 4)).astype(np.float32)
    turn = rng.normal(0, 1, (4, 12)).astype(np.float32)

    def some(labels: int, count: int) -> Features:
        targets = np.zeros((count, 8), np.float32)
        targets[np.arange(count), rng.integers(0, labels, count)] = 1
        vectors = (targets @ words @ turn + rng.normal(0, 0.3, (count, 12))).astype(np.float32)
        maps = np.repeat(vectors[:, :, None, None], 2, 2).astype(np.float16)
        names = tuple(map(str, range(count)))
        return Features(maps, vectors, targets, tuple("abcdefgh"), names, names)

    return Task(some(SEEN, images).of(tuple("abcdef")), some(8, images), {"true": words})


@pytest.mark.parametrize("name", METHODS)
def test_every_method_ranks_all_labels_and_follows_its_seed(name: str) -> None:
    task = linear_task()
    found = scores(task, METHODS[name], QUICK, 1)
    assert found.shape == (90, 8) and found.dtype == np.float32
    assert np.array_equal(found, scores(task, METHODS[name], QUICK, 1), equal_nan=True)
    if METHODS[name].name == "classifier":
        assert np.isnan(found[:, SEEN:]).all() and np.isfinite(found[:, :SEEN]).all()
    else:
        assert np.isfinite(found).all()


@pytest.mark.parametrize("name", ["cxr_ml_gzsl", "cm_no_alpha", "linear_map"])
def test_unseen_labels_are_found_where_words_say_what_images_show(name: str) -> None:
    task = linear_task()
    found = scores(task, METHODS[name], replace(QUICK, steps=60, batch=32, lr=2e-3), 0)
    each = per_class_auroc(found, task.test.targets)
    assert each[:SEEN].mean() > 0.9
    assert each[SEEN:].mean() > 0.75


def test_words_are_centred_and_scaled_by_the_seen_ones() -> None:
    words = np.random.default_rng(0).normal(3, 0.1, (5, 7)).astype(np.float32)
    found = standard_words(words, 3)
    assert found[:3].mean(0) == pytest.approx(np.zeros(7), abs=1e-5)
    assert np.square(found[:3]).mean() == pytest.approx(1, abs=1e-4)
    changed = words.copy()
    changed[3:] += 5
    assert np.array_equal(standard_words(changed, 3)[:3], found[:3])
    assert np.array_equal(standard_words(np.ones((2, 3), np.float32), 2), np.zeros((2, 3)))
