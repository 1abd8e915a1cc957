"""Seen, unseen and harmonic mean AUROC of a method over its runs, with intervals over patients and seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from engine.metrics.auroc import harmonic_mean, mean_auroc, per_class_auroc

LEVEL = 0.95
MEASURES = ("seen", "unseen", "harmonic_mean")


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What one trained method said of a test set.

    Attributes
    ----------
    scores, targets
        ``[N, L]``, of which the first ``seen`` labels were trained; a NaN score: the method has no opinion.
    patients
        N names: what a resample draws.
    """

    scores: NDArray[np.floating]
    targets: NDArray[np.floating]
    seen: int
    patients: tuple[str, ...]

    def subset(self, kept: NDArray[np.bool_]) -> Run:
        """The images where ``kept`` ``[N]`` is True."""
        patients = tuple(p for p, k in zip(self.patients, kept, strict=True) if k)
        return Run(self.scores[kept], self.targets[kept], self.seen, patients)


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """A mean over runs with its intervals; NaN where they cannot be had.

    Attributes
    ----------
    low, high
        95 % percentile interval of the mean over the runs, resampling patients.
    seed_low, seed_high
        95 % t interval over the runs' values; NaN for a single run.
    drawn
        The resampled means ``[R]``, so that methods can be compared on the same resamples.
    """

    value: float
    low: float
    high: float
    seed_low: float
    seed_high: float
    drawn: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """All figures of a method.

    Attributes
    ----------
    measures
        ``seen``, ``unseen`` and ``harmonic_mean``.
    per_class
        AUROC of each label, mean over runs, ``[L]``; NaN without positives.
    """

    measures: dict[str, Estimate]
    per_class: NDArray[np.float64]
    runs: int


def figures(runs: Sequence[Run], rounds: int = 500, seed: int = 0) -> Figures:
    """Figures of the runs of one method, whose label sets have the same size.

    Every run is resampled by the same random numbers, so two methods that were tested on the same images
    are compared image by image.
    """
    each = [per_class_auroc(run.scores, run.targets) for run in runs]
    drawn = [_resampled(run, rounds, seed) for run in runs]
    values = [_measures(row[None], run.seen)[:, 0] for row, run in zip(each, runs, strict=True)]
    resampled = np.mean([_measures(d, run.seen) for d, run in zip(drawn, runs, strict=True)], axis=0)
    stacked = np.array(values)  # [runs, 3]
    return Figures(
        {name: _estimate(stacked[:, k], resampled[k]) for k, name in enumerate(MEASURES)},
        _nanmean(np.array(each)),
        len(runs),
    )


def difference(first: Estimate, second: Estimate) -> tuple[float, float, float]:
    """First less second with the 95 % interval over common resamples."""
    low, high = _ends(first.drawn - second.drawn)
    return first.value - second.value, low, high


def weighted_auroc(
    scores: NDArray[np.floating], targets: NDArray[np.generic], weights: NDArray[np.integer]
) -> NDArray[np.float64]:
    """AUROC of resamples, each given by how often it holds every image.

    Parameters
    ----------
    scores, targets
        ``[N]``.
    weights
        ``[R, N]``, 0 and up.

    Returns
    -------
    NDArray
        ``[R]``; NaN where positives or negatives are missing, or a score is NaN.
    """
    if np.isnan(scores).any():
        return np.full(len(weights), np.nan)
    order = np.argsort(scores, kind="stable")
    first = np.flatnonzero(np.r_[True, np.diff(scores[order]) != 0])  # of each group of equal scores
    positive = np.asarray(targets)[order] > 0.5
    ordered = weights[:, order].astype(np.float64)
    above = np.add.reduceat(ordered * positive, first, axis=1)
    below = np.add.reduceat(ordered * ~positive, first, axis=1)
    won = (above * (np.cumsum(below, axis=1) - 0.5 * below)).sum(1)
    pairs = above.sum(1) * below.sum(1)
    found: NDArray[np.float64] = np.divide(won, pairs, out=np.full(len(weights), np.nan), where=pairs > 0)
    return found


def patient_weights(patients: Sequence[str], rounds: int, seed: int) -> NDArray[np.int64]:
    """How often each image is in each of ``rounds`` resamples of whole patients, ``[rounds, N]``."""
    _, group = np.unique(np.asarray(patients), return_inverse=True)
    count = int(group.max()) + 1 if len(group) else 0
    rng = np.random.default_rng(seed)
    often = rng.multinomial(count, np.full(count, 1 / max(count, 1)), size=rounds)
    return np.asarray(often[:, group], np.int64)


def _resampled(run: Run, rounds: int, seed: int) -> NDArray[np.float64]:
    """AUROC of every label in every resample, ``[rounds, L]``."""
    weights = patient_weights(run.patients, rounds, seed)
    columns = range(run.scores.shape[1])
    return np.stack([weighted_auroc(run.scores[:, c], run.targets[:, c], weights) for c in columns], 1)


def _measures(per_class: NDArray[np.float64], seen: int) -> NDArray[np.float64]:
    """Seen, unseen and harmonic mean ``[3, R]`` of AUROCs ``[R, L]``."""
    found = np.array([(mean_auroc(row[:seen]), mean_auroc(row[seen:])) for row in per_class]).T
    harmonic = [harmonic_mean(float(s), float(u)) for s, u in found.T]
    return np.vstack([found, harmonic])


def _estimate(values: NDArray[np.float64], drawn: NDArray[np.float64]) -> Estimate:
    mean = float(values.mean())
    low, high = _ends(drawn)
    if len(values) < 2:
        return Estimate(mean, low, high, float("nan"), float("nan"), drawn)
    reach = float(student.ppf((1 + LEVEL) / 2, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    return Estimate(mean, low, high, mean - reach, mean + reach, drawn)


def _ends(drawn: NDArray[np.float64]) -> tuple[float, float]:
    found = drawn[~np.isnan(drawn)]
    if not found.size:
        return float("nan"), float("nan")
    low, high = np.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _nanmean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over rows of what is not NaN; NaN where nothing is (and no warning)."""
    there = ~np.isnan(values)
    total = np.where(there, values, 0).sum(0)
    count = there.sum(0)
    mean: NDArray[np.float64] = np.divide(total, count, out=np.full(values.shape[1], np.nan), where=count > 0)
    return mean
