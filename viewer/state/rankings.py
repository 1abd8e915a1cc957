"""Two rankings of one image beside each other: which labels moved, and how alike they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.records import LabelScore


@dataclass(frozen=True, slots=True)
class Moved:
    """A label that both rank; places count from 1."""

    name: str
    here: int
    there: int

    @property
    def by(self) -> int:
        """Places it stands higher in the other ranking."""
        return self.here - self.there


def compared(here: Sequence[LabelScore], there: Sequence[LabelScore]) -> tuple[Moved, ...]:
    """The labels that both know, those that moved farthest first.

    Places count among these only: what one model does not know moves nothing.
    """
    common = {label.name for label in here} & {label.name for label in there}
    first, second = _places(here, common), _places(there, common)
    moved = [Moved(name, first[name], second[name]) for name in common]
    return tuple(sorted(moved, key=lambda row: (-abs(row.by), row.here)))


def spearman(moved: Sequence[Moved]) -> float | None:
    """Rank correlation 1 − 6 Σ d² / n (n² − 1), without ties; None for fewer than two labels."""
    n = len(moved)
    if n < 2:
        return None
    return 1.0 - 6.0 * sum(row.by**2 for row in moved) / (n * (n**2 - 1))


def _places(labels: Sequence[LabelScore], known: set[str]) -> dict[str, int]:
    ordered = sorted((x for x in labels if x.name in known), key=lambda label: (-label.score, label.name))
    return {label.name: place for place, label in enumerate(ordered, start=1)}
