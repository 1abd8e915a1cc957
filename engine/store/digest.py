"""What the worklist needs of a prediction: its top result, how severe and how uncertain. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.records import GradeScores, Prediction

GRADE_NAMES = ("no DR", "mild", "moderate", "severe", "proliferative")
"""Grades 0–4 in a word (ICDR, Wilkinson et al., Ophthalmology 2003)."""

UNGRADABLE = "ungradable"
"""Top line of an image whose grade is withheld; as uncertain as can be, so that a reader sees it early."""


@dataclass(frozen=True, slots=True)
class Digest:
    """A prediction in one line.

    Attributes
    ----------
    rank
        Which system's result stands for a case that has several: grade 4, ranking 3, diagnosis 2,
        similarity 1, masks 0 (ours).
    severity
        Expected grade / 4, or the top score of a ranking; None for the others (ours).
    uncertainty
        0–1, see `uncertainty`; None where the system gives nothing to judge it by.
    """

    rank: int
    top: str
    score: float | None
    uncertainty: float | None
    severity: float | None
    grade: int | None = None


def grade_text(grade: int) -> str:
    """``2 moderate``."""
    return f"{grade} {GRADE_NAMES[grade]}" if 0 <= grade < len(GRADE_NAMES) else str(grade)


def digest(prediction: Prediction) -> Digest:
    """The line of a prediction."""
    if prediction.grade is not None:
        return _graded(prediction.grade)
    if prediction.withheld is not None:
        return Digest(4, UNGRADABLE, None, 1.0, None)
    if prediction.labels:
        best = max(prediction.labels, key=lambda label: _sortable(label.score))
        doubt = margin_uncertainty([label.score for label in prediction.labels])
        return Digest(3, best.name, finite(best.score), doubt, finite(best.score))
    if prediction.diagnosis is not None:
        said = prediction.diagnosis
        text = said.target if said.positive else f"no {said.target}"
        return Digest(2, text, finite(said.score), None, None)
    if prediction.similar:
        nearest = max(prediction.similar, key=lambda named: _sortable(named.score))
        doubt = margin_uncertainty([named.score for named in prediction.similar])
        return Digest(1, nearest.name, finite(nearest.score), doubt, None)
    return Digest(0, "", None, None, None)


def _graded(grade: GradeScores) -> Digest:
    chances = [p for p in grade.probabilities if math.isfinite(p)]
    score = grade.probabilities[grade.grade] if 0 <= grade.grade < len(grade.probabilities) else math.nan
    expected = sum(g * p for g, p in enumerate(chances)) if chances else float(grade.grade)
    return Digest(
        4, grade_text(grade.grade), finite(score), entropy_uncertainty(chances), expected / 4, grade.grade
    )


def entropy_uncertainty(probabilities: Sequence[float]) -> float | None:
    """Entropy over its maximum: 0 when one class has it all, 1 when all are equal."""
    if len(probabilities) < 2:
        return None
    entropy = -sum(p * math.log(p) for p in probabilities if p > 0)
    return min(max(entropy / math.log(len(probabilities)), 0.0), 1.0)


def margin_uncertainty(scores: Sequence[float]) -> float | None:
    """For scores that are no probabilities: 1 − (best − second) / (best − worst); 1 when all tie (ours)."""
    ordered = sorted((s for s in scores if math.isfinite(s)), reverse=True)
    if len(ordered) < 2:
        return None
    spread = ordered[0] - ordered[-1]
    return 1.0 - (ordered[0] - ordered[1]) / spread if spread > 0 else 1.0


def named_scores(prediction: Prediction) -> dict[str, float]:
    """Every score that cases can be sorted by: labels, similar diseases, diagnosis, ``referable`` DR."""
    found = {label.name: label.score for label in prediction.labels}
    found.update({named.name: named.score for named in prediction.similar})
    if prediction.diagnosis is not None:
        found[prediction.diagnosis.target] = prediction.diagnosis.score
    if prediction.grade is not None and len(prediction.grade.probabilities) > 2:
        found["referable"] = sum(prediction.grade.probabilities[2:])
    return {name: float(score) for name, score in found.items() if math.isfinite(score)}


def finite(value: float) -> float | None:
    """The value, or None for NaN and infinities, which no database sorts alike."""
    return float(value) if math.isfinite(value) else None


def _sortable(value: float) -> float:
    return value if math.isfinite(value) else -math.inf
