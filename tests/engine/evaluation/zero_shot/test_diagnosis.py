"""Whether words and pictures agree."""

from __future__ import annotations

import numpy as np

from engine.evaluation.zero_shot import report
from engine.evaluation.zero_shot.diagnosis import likeness
from engine.evaluation.zero_shot.encoding import Features
from engine.evaluation.zero_shot.tasks import Task

LABELS = ("a", "b", "c", "like a", "like b")


def some_task() -> Task:
    rng = np.random.default_rng(0)
    looks = rng.normal(0, 1, (3, 10))
    looks = np.concatenate([looks, looks[:2] + rng.normal(0, 0.1, (2, 10))])
    targets = np.eye(5, dtype=np.float32)[np.arange(100) % 5]
    vectors = (targets @ looks + rng.normal(0, 0.2, (100, 10))).astype(np.float32)
    names = tuple(map(str, range(100)))
    test = Features(np.zeros((100, 1, 1, 1), np.float16), vectors, targets, LABELS, names, names)
    words = {"true": looks.astype(np.float32), "wrong": looks[[0, 1, 2, 2, 2]].astype(np.float32)}
    return Task(test.of(LABELS[:3]), test, words)


def test_true_words_agree_with_pictures_and_wrong_ones_do_not() -> None:
    found = likeness(some_task())
    for label, near in (("like a", "a"), ("like b", "b")):
        assert found["nearest"][label]["pictures"][0] == near
        assert found["nearest"][label]["true"][0] == near
        assert found["nearest"][label]["wrong"][0] == "c"
    assert found["agreement"]["true"] > 0.8 > found["agreement"]["wrong"]


def test_a_label_without_images_has_no_likeness() -> None:
    task = some_task()
    task.test.targets[:, 4] = 0
    assert set(likeness(task)["nearest"]) == {"like a", "like b"}


def test_it_is_written_as_a_table() -> None:
    text = report.likeness(likeness(some_task()))
    assert "| like a | a, " in text and "agreement" in text
    assert text.count("\n|") == 5  # head, rule, two labels, agreement
