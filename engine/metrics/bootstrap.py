"""Percentile bootstrap intervals, resampling patients rather than images."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % interval (unless another level was asked for)."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f}–{self.high:.3f})"


def interval(
    metric: Callable[[NDArray[np.int64]], float],
    groups: Sequence[Hashable],
    *,
    rounds: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """A metric with its percentile bootstrap interval.

    Parameters
    ----------
    metric
        Indices of samples (with repetition) -> figure; NaN where the resample lacks a class: such rounds are
        left out.
    groups
        Patient of each sample: a resample draws patients and takes all their samples.

    Returns
    -------
    Interval
        ``low`` and ``high`` are NaN when no round gave a figure.
    """
    members: dict[Hashable, list[int]] = {}
    for index, group in enumerate(groups):
        members.setdefault(group, []).append(index)
    parts = [np.array(part) for part in members.values()]
    value = metric(np.arange(len(groups)))
    if not parts:
        return Interval(value, float("nan"), float("nan"))
    rng = np.random.default_rng(seed)
    drawn = (rng.integers(len(parts), size=len(parts)) for _ in range(rounds))
    figures = np.array([metric(np.concatenate([parts[k] for k in draw])) for draw in drawn])
    figures = figures[~np.isnan(figures)]
    if not figures.size:
        return Interval(value, float("nan"), float("nan"))
    low, high = np.quantile(figures, [(1 - level) / 2, (1 + level) / 2])
    return Interval(value, float(low), float(high))
