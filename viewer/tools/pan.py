"""Move and zoom the picture by dragging."""

from __future__ import annotations

import math

from viewer.tools.context import Phase, PointerEvent, ToolContext, ToolRun

DOUBLING = 150.0  # view pixels of drag that double the scale; ours


def pan(context: ToolContext, press: PointerEvent) -> ToolRun:
    """The picture follows the pointer."""
    last = press
    while (event := (yield)).phase is Phase.MOVE:
        context.view.pan_by(event.view_x - last.view_x, event.view_y - last.view_y)
        last = event


def zoom(context: ToolContext, press: PointerEvent) -> ToolRun:
    """Up zooms in and down zooms out, about the position of the press."""
    last = press
    while (event := (yield)).phase is Phase.MOVE:
        factor = math.exp2((last.view_y - event.view_y) / DOUBLING)
        context.view.zoom_about(press.view_x, press.view_y, factor)
        last = event
