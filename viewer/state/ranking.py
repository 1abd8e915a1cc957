"""The ranked findings of an open chest case; their order is frozen while the case is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.records import LabelScore

NUMBERED = 9  # findings that a digit key toggles


@dataclass(frozen=True, slots=True)
class RankedFinding:
    """One line of the ranking.

    Attributes
    ----------
    score
        Relevance: a cosine or a negative distance, no probability. None when only a reader named it.
    fraction
        Length of the bar, 0–1: the score between the lowest and highest of this case.
    mark
        Reader's word: present, absent, or None for unknown (never touched).
    limit
        Where the label's threshold lies on the bar, 0–1; None where none was chosen.
    above
        Whether the score reaches that threshold; None where there is none.
    """

    name: str
    score: float | None
    fraction: float
    seen: bool
    typed: bool
    mark: bool | None = None
    limit: float | None = None
    above: bool | None = None

    @property
    def badge(self) -> str:
        """``seen``, ``unseen`` (no training image carried it) or ``typed, unseen`` (a reader's word)."""
        return "seen" if self.seen else "typed, unseen" if self.typed else "unseen"


def rank(
    labels: Sequence[LabelScore], marks: Mapping[str, bool], thresholds: Mapping[str, float] | None = None
) -> tuple[RankedFinding, ...]:
    """Findings by falling score; those that only a reader named come last, by name.

    Parameters
    ----------
    thresholds
        Label -> score from which it counts as present, as chosen for this version of the model.
    """
    limits = thresholds or {}
    ordered = sorted(labels, key=lambda label: (-label.score, label.name))
    low = min((label.score for label in labels), default=0.0)
    span = max((label.score for label in labels), default=0.0) - low
    ranked = [
        RankedFinding(
            label.name,
            label.score,
            (label.score - low) / span if span > 0 else 1.0,
            label.seen,
            label.typed,
            marks.get(label.name),
            _fraction(limits.get(label.name), low, span),
            label.score >= limits[label.name] if label.name in limits else None,
        )
        for label in ordered
    ]
    named = {label.name for label in labels}
    alone = [RankedFinding(n, None, 0.0, True, False, marks[n]) for n in sorted(set(marks) - named)]
    return (*ranked, *alone)


def _fraction(limit: float | None, low: float, span: float) -> float | None:
    """Where a threshold lies between the lowest and highest score of a case, at its ends when beyond."""
    return None if limit is None or span <= 0 else min(max((limit - low) / span, 0.0), 1.0)


def freeze(shown: Sequence[RankedFinding], fresh: Sequence[RankedFinding]) -> tuple[RankedFinding, ...]:
    """New values in the order already shown; what is new stands at the end in its own order."""
    by_name = {finding.name: finding for finding in fresh}
    kept = [by_name.pop(old.name) for old in shown if old.name in by_name]
    return (*kept, *(finding for finding in fresh if finding.name in by_name))


def next_mark(mark: bool | None) -> bool | None:
    """What a digit key makes of a mark: unknown, present, absent, unknown again."""
    return {None: True, True: False, False: None}[mark]


def find(findings: Sequence[RankedFinding], text: str) -> int | None:
    """Position of the best match for a typed name: its beginning first, then any part."""
    wanted = text.strip().casefold()
    if not wanted:
        return None
    names = [finding.name.casefold() for finding in findings]
    starts = [i for i, name in enumerate(names) if name.startswith(wanted)]
    parts = [i for i, name in enumerate(names) if wanted in name]
    return next(iter(starts or parts), None)
