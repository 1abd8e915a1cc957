"""Which map of Zoom-in-Net lies over a photograph: score S, attention A or gated G, of a grade. No Qt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

KINDS = ("gated", "attention", "score")
LEVELS = 5


@dataclass(frozen=True, slots=True)
class MapChoice:
    """The reader's choice.

    Attributes
    ----------
    kind
        One of `KINDS`.
    level
        The grade that the map speaks of; None: the one that the model gives the image.
    """

    kind: str = KINDS[0]
    level: int | None = None

    def next_kind(self) -> MapChoice:
        """Gated, attention, score, in turn."""
        return replace(self, kind=KINDS[(KINDS.index(self.kind) + 1) % len(KINDS)])

    def next_level(self) -> MapChoice:
        """The model's own grade, then 0 to 4, in turn."""
        levels = (None, *range(LEVELS))
        return replace(self, level=levels[(levels.index(self.level) + 1) % len(levels)])

    def name(self, grade: int | None) -> str:
        """Key of `engine.records.Prediction.maps`; without a grade, grade 1 stands for *some* retinopathy."""
        level = self.level if self.level is not None else grade
        return f"{self.kind}/{1 if level is None else level}"


def levels_of(maps: Iterable[str], kind: str) -> tuple[int, ...]:
    """Grades that a prediction has a map of that kind for."""
    found = (name.partition("/") for name in maps)
    return tuple(sorted(int(of) for k, _, of in found if k == kind and of.isdigit()))
