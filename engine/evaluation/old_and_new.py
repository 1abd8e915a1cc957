"""An old model against a new one on the same held-back images: intervals, flipped cases, warnings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.reviewed import REFERABLE, Tally, figures

ROUNDS = 400  # bootstrap rounds; ours: 95 % intervals to two decimals
WORSE = 0.02  # a fall that is told even where its interval holds 0; ours
FEW_PATIENTS = 20  # below, the intervals say little; ours


@dataclass(frozen=True, slots=True)
class Flip:
    """An image that the two models decide differently.

    Attributes
    ----------
    old, new, reader
        Their words; ``reader`` is empty where the reader's answer is not of that kind.
    verdict
        ``better``, ``worse``, or ``""`` where the reader's word settles nothing.
    """

    case_id: int
    instance_id: int
    old: str
    new: str
    reader: str
    verdict: str


def compared(old: Sequence[Tally], new: Sequence[Tally], rounds: int = ROUNDS) -> dict[str, Any]:
    """Both models' figures with intervals, and what got worse.

    Parameters
    ----------
    old, new
        Of the same images, in one order.

    Returns
    -------
    dict
        ``old``, ``new``: figures by name; ``intervals``: name -> ``old``, ``new`` and ``difference`` as
        [low, high] (95 %, patients resampled, both models on the same draw; None where no draw gave one);
        ``patients``; ``warnings``: sentences.
    """
    before, after = figures(old), figures(new)
    draws = _draws([one.patient_key for one in old], rounds)
    sampled = [(figures([old[i] for i in d]), figures([new[i] for i in d])) for d in draws]
    intervals = {
        name: {
            "old": _interval([a.get(name) for a, _ in sampled]),
            "new": _interval([b.get(name) for _, b in sampled]),
            "difference": _interval([_minus(b.get(name), a.get(name)) for a, b in sampled]),
        }
        for name in after
        if name != "images"
    }
    patients = len({one.patient_key for one in old})
    return {
        "old": before,
        "new": after,
        "intervals": intervals,
        "patients": patients,
        "warnings": warnings(before, after, intervals, patients, missed(old, new)),
    }


def warnings(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    intervals: Mapping[str, Mapping[str, Any]],
    patients: int,
    missed_referable: int,
) -> list[str]:
    """What a reviewer must know before using the new model, the gravest first."""
    told: list[str] = []
    if missed_referable:
        eyes = "eye" if missed_referable == 1 else "eyes"
        told.append(f"{missed_referable} referable {eyes} that the old model found, the new one misses.")
    for name, values in intervals.items():
        fall = _minus(new.get(name), old.get(name))
        if fall is None or fall >= 0:
            continue
        span = values["difference"]
        words = name[0].upper() + name[1:].replace("_", " ")
        if span is not None and span[1] < 0:
            told.append(f"{words} fell by {-fall:.3f}; the whole interval is below 0.")
        elif fall <= -WORSE:
            told.append(f"{words} fell by {-fall:.3f}; that may be chance.")
    if 0 < patients < FEW_PATIENTS:
        told.append(f"Only {patients} patients are held back: the figures are rough.")
    return told


def missed(old: Sequence[Tally], new: Sequence[Tally]) -> int:
    """Images with a referable grade that the old model called referable and the new one does not."""
    pairs = [(a.grades, b.grades) for a, b in zip(old, new, strict=True)]
    return sum(
        a is not None and b is not None and a[0] >= REFERABLE and a[1] >= REFERABLE > b[1] for a, b in pairs
    )


def _draws(groups: Sequence[str], rounds: int) -> list[NDArray[np.int64]]:
    """Indices of resampled patients with all their images; the same for the same groups."""
    members: dict[str, list[int]] = {}
    for index, group in enumerate(groups):
        members.setdefault(group, []).append(index)
    parts = [np.array(part) for part in members.values()]
    rng = np.random.default_rng(0)
    if not parts:
        return []
    return [
        np.concatenate([parts[k] for k in rng.integers(len(parts), size=len(parts))]) for _ in range(rounds)
    ]


def _interval(values: Sequence[float | None]) -> list[float] | None:
    known = [v for v in values if v is not None and not math.isnan(v)]
    if not known:
        return None
    low, high = np.quantile(known, [0.025, 0.975])
    return [float(low), float(high)]


def _minus(new: float | None, old: float | None) -> float | None:
    return None if new is None or old is None else new - old
