"""Progress that says how long a phase will still take."""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.progress import Progress

SPEAKS_AFTER = 10.0
"""Seconds of a phase before its time left is told (ours)."""


class TimeLeft:
    """A progress that adds the time left to its text; each text that it is told stands for a phase.

    The rate is that of this run alone: a resumed phase begins anew.

    Parameters
    ----------
    progress
        Where to report.
    clock
        Seconds, monotonic.
    """

    def __init__(self, progress: Progress, clock: Callable[[], float] = time.monotonic) -> None:
        self.progress, self.clock = progress, clock
        self.phase, self.began, self.first = "", 0.0, 0

    def __call__(self, done: int, total: int, text: str = "", **values: float) -> None:
        """Report, with the time left in the text where it can be told."""
        now = self.clock()
        if text != self.phase:
            self.phase, self.began, self.first = text, now, done
        spent, steps = now - self.began, done - self.first
        if steps > 0 and spent >= SPEAKS_AFTER and done < total:
            text = f"{text}, {spoken(spent / steps * (total - done))} left"
        self.progress(done, total, text, **values)


def spoken(seconds: float) -> str:
    """``40 s``, ``12 min``, ``3 h 05 min``."""
    if seconds < 90:
        return f"{round(seconds)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"
