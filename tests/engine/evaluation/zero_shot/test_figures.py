"""Figures of runs: weighted AUROC against repetition, intervals over patients and seeds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from engine.evaluation.zero_shot.figures import Run, difference, figures, patient_weights, weighted_auroc
from engine.metrics.auroc import auroc


def some_run(seed: int = 0, strength: float = 1.0, images: int = 60, labels: int = 4) -> Run:
    rng = np.random.default_rng(seed)
    targets = (rng.random((images, labels)) < 0.4).astype(np.float32)
    scores = strength * targets + rng.normal(0, 1, targets.shape)
    return Run(scores, targets, 3, tuple(f"p{k // 2}" for k in range(images)))


@pytest.mark.parametrize("decimals", [6, 0])  # 0: many ties
def test_weighted_auroc_is_that_of_the_repeated_images(decimals: int) -> None:
    rng = np.random.default_rng(1)
    scores = rng.normal(0, 1.5, 40).round(decimals)
    targets = rng.random(40) < 0.3
    weights = rng.integers(0, 4, (20, 40))
    found = weighted_auroc(scores, targets, weights)
    for row, value in zip(weights, found, strict=True):
        chosen = np.repeat(np.arange(40), row)
        assert value == pytest.approx(auroc(scores[chosen], targets[chosen]))


def test_weighted_auroc_without_a_class_or_an_opinion_is_nan() -> None:
    weights = np.array([[1, 0, 0], [1, 1, 1]])
    assert np.isnan(weighted_auroc(np.arange(3.0), np.array([0, 1, 1]), weights)).tolist() == [True, False]
    assert np.isnan(weighted_auroc(np.array([0.0, np.nan, 1.0]), np.array([0, 1, 1]), weights)).all()


def test_resamples_draw_whole_patients() -> None:
    weights = patient_weights(["a", "b", "a", "c"], 50, 0)
    assert weights.shape == (50, 4)
    assert (weights[:, 0] == weights[:, 2]).all()
    assert (weights[:, [0, 1, 3]].sum(1) == 3).all()
    assert len(np.unique(weights, axis=0)) > 1


def test_means_and_the_interval_over_seeds() -> None:
    runs = [some_run(seed) for seed in range(3)]
    found = figures(runs, rounds=50)
    unseen = [auroc(run.scores[:, 3], run.targets[:, 3]) for run in runs]
    estimate = found.measures["unseen"]
    assert estimate.value == pytest.approx(np.mean(unseen))
    low, high = stats.t.interval(0.95, 2, np.mean(unseen), stats.sem(unseen))
    assert (estimate.seed_low, estimate.seed_high) == pytest.approx((low, high))
    assert estimate.low < estimate.value < estimate.high
    assert found.runs == 3
    alone = figures(runs[:1], rounds=50).measures["seen"]
    assert math.isnan(alone.seed_low) and alone.low < alone.value < alone.high


def test_harmonic_mean_is_made_a_run() -> None:
    run = some_run(2)
    found = figures([run], rounds=10).measures
    seen, unseen = found["seen"].value, found["unseen"].value
    assert found["harmonic_mean"].value == pytest.approx(2 * seen * unseen / (seen + unseen))


def test_a_method_without_word_for_unseen_labels_is_measured_on_seen_ones() -> None:
    run = some_run()
    run.scores[:, 3] = np.nan
    found = figures([run], rounds=20)
    assert math.isnan(found.measures["unseen"].value) and math.isnan(found.measures["unseen"].low)
    assert found.measures["seen"].value > 0.5
    assert math.isnan(found.per_class[3])


def test_differences_are_taken_on_the_same_resamples() -> None:
    run = some_run(3)
    same = figures([run], rounds=40).measures["unseen"]
    assert difference(same, same) == (0, 0, 0)
    better = Run(run.scores + 2 * run.targets, run.targets, run.seen, run.patients)
    value, low, high = difference(figures([better], rounds=40).measures["unseen"], same)
    assert 0 < low <= value <= high


def test_subset_keeps_images_with_their_patients() -> None:
    run = some_run()
    kept = run.subset(np.arange(60) < 10)
    assert kept.scores.shape == (10, 4) and kept.patients == run.patients[:10]
