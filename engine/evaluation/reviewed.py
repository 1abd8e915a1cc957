"""How well a model agrees with the reviewers, on cases that no training has seen."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.metrics.auroc import auroc
from engine.metrics.kappa import accuracy, quadratic_kappa
from engine.records import Prediction, ReviewedImage

REFERABLE = 2  # grade from which a patient is referred (records.GradeScores)


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """An image with the reviewers' word and a model's."""

    reviewed: ReviewedImage
    prediction: Prediction


@dataclass(frozen=True, slots=True)
class Tally:
    """What the measures need of a `Judged`, without its arrays: hundreds of large masks fit in memory.

    Attributes
    ----------
    grades
        (reader, model), where both gave one.
    findings
        Finding -> (present by the reader, the model's score), of those that both know.
    masks
        Lesion code -> (pixels in both masks, pixels of the two masks added up).
    """

    patient_key: str
    grades: tuple[int, int] | None = None
    findings: Mapping[str, tuple[bool, float]] = field(default_factory=dict)
    masks: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def tally(judged: Judged) -> Tally:
    """Count one image."""
    reviewed, said = judged.reviewed, judged.prediction
    scores = {s.name: s.score for s in said.labels}
    known = {n: (yes, scores[n]) for n, yes in reviewed.findings.items() if n in scores}
    masks = {}
    for code, mask in reviewed.masks.items():
        if code in said.masks:
            level = max(1, math.ceil(255 * said.thresholds.get(code, 0.5)))
            lesion = said.masks[code] >= level
            both = int(np.count_nonzero(lesion & mask))
            masks[code] = (both, int(np.count_nonzero(lesion)) + int(np.count_nonzero(mask)))
    graded = reviewed.grade is not None and said.grade is not None
    pair = (reviewed.grade, said.grade.grade) if graded else None  # type: ignore[union-attr]
    return Tally(reviewed.patient_key, pair, known, masks)  # type: ignore[arg-type]


def measures(judged: Iterable[Judged]) -> dict[str, Any]:
    """Agreement in the terms of each kind of label; see `figures`."""
    return figures([tally(one) for one in judged])


def figures(tallies: Sequence[Tally]) -> dict[str, Any]:
    """Agreement in the terms of each kind of label; a part without labels is left out.

    Returns
    -------
    dict
        ``images``; for grades ``accuracy``, ``kappa`` (quadratic), ``referable_accuracy``,
        ``referable_sensitivity`` and ``referable_specificity``; for findings ``finding_accuracy`` (share of
        judged finding pairs present/absent of one image that are ranked rightly) and ``auroc LABEL``; for
        masks ``dice CODE``, pooled over pixels. A value that the cases cannot give (one class only) is None.
    """
    found: dict[str, Any] = {"images": len(tallies)}
    return found | _grades(tallies) | _findings(tallies) | _masks(tallies)


def _grades(tallies: Sequence[Tally]) -> dict[str, Any]:
    pairs = [t.grades for t in tallies if t.grades is not None]
    if not pairs:
        return {}
    truth, said = np.array(pairs).T
    ill, told = truth >= REFERABLE, said >= REFERABLE
    return {
        "accuracy": number(accuracy(truth, said)),
        "kappa": number(quadratic_kappa(truth, said)),
        "referable_accuracy": number(accuracy(ill, told)),
        "referable_sensitivity": number(accuracy(ill[ill], told[ill])),
        "referable_specificity": number(accuracy(ill[~ill], told[~ill])),
    }


def _findings(tallies: Sequence[Tally]) -> dict[str, Any]:
    truth: dict[str, list[bool]] = defaultdict(list)
    scores: dict[str, list[float]] = defaultdict(list)
    right = total = 0.0
    for one in tallies:
        for name, (present, score) in one.findings.items():
            truth[name].append(present)
            scores[name].append(score)
        there = [score for present, score in one.findings.values() if present]
        absent = [score for present, score in one.findings.values() if not present]
        for p in there:
            total += len(absent)
            right += sum(1.0 if p > n else 0.5 if p == n else 0.0 for n in absent)
    if not truth:
        return {}
    by_label = {f"auroc {name}": number(auroc(scores[name], truth[name])) for name in sorted(truth)}
    return {"finding_accuracy": right / total if total else None, **by_label}


def _masks(tallies: Sequence[Tally]) -> dict[str, Any]:
    both: dict[str, int] = defaultdict(int)
    either: dict[str, int] = defaultdict(int)
    for one in tallies:
        for code, (common, sum_of_both) in one.masks.items():
            both[code] += common
            either[code] += sum_of_both
    return {f"dice {c}": 2 * both[c] / either[c] if either[c] else None for c in sorted(either)}


def number(value: float) -> float | None:
    """A float as JSON knows it: None for NaN."""
    return None if math.isnan(value) else float(value)
