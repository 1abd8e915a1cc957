"""The eraser: takes the chosen lesion away under a round brush."""

from __future__ import annotations

from viewer.tools.brush import stroke
from viewer.tools.context import PointerEvent, ToolContext, ToolRun


def eraser(context: ToolContext, press: PointerEvent) -> ToolRun:
    """Erase from press to release."""
    yield from stroke(context, press, 0)
