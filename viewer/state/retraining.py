"""State of a retraining as the dialog shows it: phase, live curve, old against new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from viewer.language import translate


class Phase(StrEnum):
    """Where a retraining stands."""

    READY = "ready"
    RUNNING = "running"
    CANCELLING = "cancelling"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One line of old against new."""

    name: str
    old: float | None
    new: float | None

    @property
    def difference(self) -> float | None:
        """New minus old."""
        return None if self.old is None or self.new is None else self.new - self.old


@dataclass(slots=True)
class Retraining:
    """One retraining under way.

    Attributes
    ----------
    curve
        Name of a value -> (step, value) points, as they came.
    result
        What the operation gave back: version, trained_on, held_back, old, new, flipped.
    """

    system: str = ""
    phase: Phase = Phase.READY
    done: int = 0
    total: int = 0
    text: str = ""
    curve: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    result: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""

    def start(self, system: str) -> None:
        """Begin anew."""
        self.system, self.phase, self.error = system, Phase.RUNNING, ""
        self.done = self.total = 0
        self.text, self.curve, self.result = "starting", {}, {}

    def progress(self, done: int, total: int, text: str, values: Mapping[str, float]) -> None:
        """A report of the worker."""
        self.done, self.total, self.text = done, total, text
        for name, value in values.items():
            self.curve.setdefault(name, []).append((done, float(value)))

    def finish(self, result: Mapping[str, Any]) -> None:
        """It ended well."""
        self.phase, self.result, self.text = Phase.DONE, result, "finished"

    def fail(self, message: str) -> None:
        """It ended badly."""
        self.phase, self.error, self.text = Phase.FAILED, message, "failed"

    def cancelled(self) -> None:
        """It was stopped; nothing was kept."""
        self.phase, self.text = Phase.READY, translate("Retraining", "cancelled; nothing was changed")

    @property
    def flipped(self) -> tuple[int, ...]:
        """Ids of the held-back cases that the two models decide differently."""
        return tuple(self.result.get("flipped") or ())

    @property
    def rows(self) -> tuple[MetricRow, ...]:
        """Old against new, in the order of the new metrics."""
        old, new = self.result.get("old") or {}, self.result.get("new") or {}
        names = [*new, *(name for name in old if name not in new)]
        return tuple(MetricRow(n, _number(old.get(n)), _number(new.get(n))) for n in names)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
