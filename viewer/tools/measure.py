"""Measure a length: in millimetres where the file states the pixel spacing, else in pixels."""

from __future__ import annotations

import math

from viewer.tools.context import Phase, PointerEvent, Shape, ToolContext, ToolRun


def length_text(
    start: tuple[float, float], end: tuple[float, float], spacing: tuple[float, float] | None
) -> str:
    """The distance of two image positions as text; ``spacing`` is (row, column) in millimetres."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    if spacing is None:
        return f"{math.hypot(dx, dy):.1f} px"
    return f"{math.hypot(dx * spacing[1], dy * spacing[0]):.2f} mm"


def measure(context: ToolContext, press: PointerEvent) -> ToolRun:
    """Draw a line from press to release; it stays until the next press."""
    start = (press.x, press.y)
    context.view.show_shape(None)
    while (event := (yield)).phase is Phase.MOVE:
        end = (event.x, event.y)
        text = length_text(start, end, context.view.pixel_spacing())
        context.view.show_shape(Shape((start, end), text=text))
    if event.phase is Phase.CANCEL:
        context.view.show_shape(None)
