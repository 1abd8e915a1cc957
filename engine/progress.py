"""One way for long operations to report progress and to be cancelled."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called by every operation that can last longer than a second, at least twice a second.

    Parameters
    ----------
    done, total
        Units of work; ``total`` 0 when it is not known yet.
    text
        What is going on, for the status line.
    values
        Numbers to plot: ``loss``, ``epoch``, ``kappa`` …

    Raises
    ------
    Cancelled
        Where the user asked to stop. The operation must leave nothing half done.
    """

    def __call__(self, done: int, total: int, text: str = "", **values: float) -> None: ...


def silent(done: int, total: int, text: str = "", **values: float) -> None:
    """Report nothing and never cancel."""
