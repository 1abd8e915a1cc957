"""Window and level by dragging, as on a radiology workstation."""

from __future__ import annotations

from viewer.tools.context import Phase, PointerEvent, ToolContext, ToolRun

FULL_DRAG = 600.0  # view pixels that change width by twice, and level by once, the width at the press; ours


def window_level(context: ToolContext, press: PointerEvent) -> ToolRun:
    """To the right widens the window, down raises its level (a darker picture)."""
    start = context.view.window()
    unit = max(start.width, 8.0) / FULL_DRAG
    while (event := (yield)).phase is Phase.MOVE:
        width = max(start.width + 2 * unit * (event.view_x - press.view_x), 1.0)
        center = start.center + unit * (event.view_y - press.view_y)
        context.view.set_window(center, width)
