"""State of a retraining as the dialog shows it: phase, live curve, time left, old against new."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from viewer.language import translate

LEAST_DONE = 3  # reports of a stage before its pace says anything; ours


class Phase(StrEnum):
    """Where a retraining stands."""

    READY = "ready"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLING = "cancelling"
    DONE = "done"
    FAILED = "failed"


UNDER_WAY = frozenset({Phase.RUNNING, Phase.PAUSED, Phase.CANCELLING})


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One line of old against new.

    Attributes
    ----------
    spans
        95 % intervals of old, new and difference as (low, high); None where there is none.
    """

    name: str
    old: float | None
    new: float | None
    spans: tuple[tuple[float, float] | None, ...] = (None, None, None)

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
        What the operation gave back: version, trained_on, held_back, old, new, intervals, warnings, flips.
    clock
        Seconds, rising.
    """

    system: str = ""
    phase: Phase = Phase.READY
    done: int = 0
    total: int = 0
    text: str = ""
    curve: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    result: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    clock: Callable[[], float] = time.monotonic
    _first: tuple[int, float] = (0, 0.0)  # work done and time when this stage began
    _now: float = 0.0

    def start(self, system: str) -> None:
        """Begin anew."""
        self.system, self.phase, self.error = system, Phase.RUNNING, ""
        self.done = self.total = 0
        self.text, self.curve, self.result = translate("Retraining", "starting"), {}, {}

    def progress(self, done: int, total: int, text: str, values: Mapping[str, float]) -> None:
        """A report of the worker."""
        self._now = self.clock()
        if text != self.text or done < self.done:
            self._first = (done, self._now)
        self.done, self.total, self.text = done, total, text
        for name, value in values.items():
            self.curve.setdefault(name, []).append((done, float(value)))

    @property
    def seconds_left(self) -> float | None:
        """Of the stage under way, from its pace so far; None before that is known, and while it stands."""
        done = self.done - self._first[0]
        if self.phase is not Phase.RUNNING or done < LEAST_DONE or self.total <= self.done:
            return None
        return (self._now - self._first[1]) / done * (self.total - self.done)

    def pause(self) -> None:
        """It stands still."""
        if self.phase is Phase.RUNNING:
            self.phase = Phase.PAUSED

    def resume(self) -> None:
        """It goes on; the time that it stood does not count."""
        if self.phase is Phase.PAUSED:
            self.phase = Phase.RUNNING
            stood = self.clock() - self._now
            self._first = (self._first[0], self._first[1] + stood)
            self._now += stood

    def finish(self, result: Mapping[str, Any]) -> None:
        """It ended well."""
        self.phase, self.result, self.text = Phase.DONE, result, translate("Retraining", "finished")

    def fail(self, message: str) -> None:
        """It ended badly."""
        self.phase, self.error, self.text = Phase.FAILED, message, translate("Retraining", "failed")

    def cancelled(self) -> None:
        """It was stopped; nothing was kept."""
        self.phase, self.text = Phase.READY, translate("Retraining", "cancelled; nothing was changed")

    @property
    def flipped(self) -> tuple[int, ...]:
        """Ids of the held-back cases that the two models decide differently."""
        return tuple(self.result.get("flipped") or ())

    @property
    def flips(self) -> tuple[Mapping[str, Any], ...]:
        """The images of those, the ones that got worse first."""
        order = {"worse": 0, "": 1, "better": 2}
        found = self.result.get("flips") or ()
        return tuple(sorted(found, key=lambda flip: order.get(flip.get("verdict", ""), 1)))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What must be known before the new model is used."""
        return tuple(self.result.get("warnings") or ())

    @property
    def rows(self) -> tuple[MetricRow, ...]:
        """Old against new, in the order of the new metrics."""
        old, new = self.result.get("old") or {}, self.result.get("new") or {}
        names = [*new, *(name for name in old if name not in new)]
        spans = self.result.get("intervals") or {}
        return tuple(
            MetricRow(n, _number(old.get(n)), _number(new.get(n)), _spans(spans.get(n) or {})) for n in names
        )


def duration(seconds: float) -> str:
    """A time in words, as exact as an estimate can be."""
    if seconds < 90:
        return translate("Retraining", "{0:.0f} s").format(max(seconds, 1))
    if seconds < 5400:
        return translate("Retraining", "{0:.0f} min").format(seconds / 60)
    return translate("Retraining", "{0:.1f} h").format(seconds / 3600)


def _spans(intervals: Mapping[str, Any]) -> tuple[tuple[float, float] | None, ...]:
    return tuple(_span(intervals.get(name)) for name in ("old", "new", "difference"))


def _span(interval: Sequence[float] | None) -> tuple[float, float] | None:
    return (float(interval[0]), float(interval[1])) if interval else None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
