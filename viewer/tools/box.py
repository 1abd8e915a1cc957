"""Drag a rectangle and look at it closely."""

from __future__ import annotations

from engine.records import Box
from viewer.tools.context import Phase, PointerEvent, Shape, ToolContext, ToolRun

SMALLEST = 4.0  # view pixels; a smaller drag was a click; ours


def box(context: ToolContext, press: PointerEvent) -> ToolRun:
    """Zoom to the rectangle from press to release."""
    while (event := (yield)).phase is Phase.MOVE:
        corners = ((press.x, press.y), (event.x, press.y), (event.x, event.y), (press.x, event.y))
        context.view.show_shape(Shape(corners, closed=True))
    context.view.show_shape(None)
    x0, x1 = sorted((press.x, event.x))
    y0, y1 = sorted((press.y, event.y))
    if event.phase is Phase.RELEASE and min(x1 - x0, y1 - y0) * context.view.view_scale() >= SMALLEST:
        context.view.zoom_to(Box(x0, y0, x1, y1))
