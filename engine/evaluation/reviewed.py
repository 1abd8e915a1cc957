"""How well a model agrees with the reviewers, on cases that no training has seen."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.metrics.kappa import accuracy, quadratic_kappa
from engine.metrics.roc import auc
from engine.records import Prediction, ReviewedImage


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """An image with the reviewers' word and a model's."""

    reviewed: ReviewedImage
    prediction: Prediction


def measures(judged: Sequence[Judged]) -> dict[str, Any]:
    """Agreement in the terms of each kind of label; a part without labels is left out.

    Returns
    -------
    dict
        ``images``; for grades ``accuracy``, ``kappa`` (quadratic), ``referable_accuracy``; for findings
        ``finding_accuracy`` (share of judged finding pairs present/absent of one image that are ranked
        rightly) and ``auroc LABEL``; for masks ``dice CODE``, pooled over pixels. A value that the cases
        cannot give (one class only) is None.
    """
    found: dict[str, Any] = {"images": len(judged)}
    return found | _grades(judged) | _findings(judged) | _masks(judged)


def _grades(judged: Sequence[Judged]) -> dict[str, Any]:
    pairs = [
        (j.reviewed.grade, j.prediction.grade.grade)
        for j in judged
        if j.reviewed.grade is not None and j.prediction.grade is not None
    ]
    if not pairs:
        return {}
    truth, said = (np.array(column) for column in zip(*pairs, strict=True))
    return {
        "accuracy": number(accuracy(truth, said)),
        "kappa": number(quadratic_kappa(truth, said)),
        "referable_accuracy": number(accuracy(truth >= 2, said >= 2)),
    }


def _findings(judged: Sequence[Judged]) -> dict[str, Any]:
    truth: dict[str, list[bool]] = defaultdict(list)
    scores: dict[str, list[float]] = defaultdict(list)
    right = total = 0.0
    for item in judged:
        said = {s.name: s.score for s in item.prediction.labels}
        known = {name: present for name, present in item.reviewed.findings.items() if name in said}
        for name, present in known.items():
            truth[name].append(present)
            scores[name].append(said[name])
        present_scores = [said[name] for name, present in known.items() if present]
        absent_scores = [said[name] for name, present in known.items() if not present]
        for p in present_scores:
            total += len(absent_scores)
            right += sum(1.0 if p > n else 0.5 if p == n else 0.0 for n in absent_scores)
    if not truth:
        return {}
    by_label = {f"auroc {name}": number(auc(truth[name], scores[name])) for name in sorted(truth)}
    return {"finding_accuracy": right / total if total else None, **by_label}


def _masks(judged: Sequence[Judged]) -> dict[str, Any]:
    both: dict[str, int] = defaultdict(int)
    either: dict[str, int] = defaultdict(int)
    for item in judged:
        for code, mask in item.reviewed.masks.items():
            if code not in item.prediction.masks:
                continue
            threshold = item.prediction.thresholds.get(code, 0.5)
            said = item.prediction.masks[code] >= max(1, math.ceil(255 * threshold))
            both[code] += int(np.count_nonzero(said & mask))
            either[code] += int(np.count_nonzero(said)) + int(np.count_nonzero(mask))
    if not either:
        return {}
    return {f"dice {c}": 2 * both[c] / either[c] if either[c] else None for c in sorted(either)}


def number(value: float) -> float | None:
    """A float as JSON knows it: None for NaN."""
    return None if math.isnan(value) else float(value)
