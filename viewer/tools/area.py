"""Measure an area."""

from __future__ import annotations

from viewer.state.measurements import Kind
from viewer.tools.context import Phase, PointerEvent, ToolContext, ToolRun
from viewer.tools.measure import apart, finish, show

FREEHAND_STEP = 3.0  # view pixels between corners of a freehand outline; ours
FREEHAND = 6  # corners from which a drag was an outline drawn freehand; ours
CLOSE_WITHIN = 8.0  # view pixels from the first corner; ours


def area(context: ToolContext, press: PointerEvent) -> ToolRun:
    """Draw an outline freehand, or click its corners: a double click, Enter or the first corner closes."""
    points = [(press.x, press.y)]
    drawn, dragging, event = 0, True, press
    while True:
        event = yield
        here = (event.x, event.y)
        if event.phase in (Phase.DOUBLE, Phase.CONFIRM, Phase.CANCEL):
            break
        if event.phase is Phase.MOVE and dragging and apart(context, points[-1], here) >= FREEHAND_STEP:
            points.append(here)
            drawn += 1
        elif event.phase is Phase.PRESS:
            if len(points) >= 3 and apart(context, points[0], here) <= CLOSE_WITHIN:
                break
            points.append(here)
            drawn, dragging = 0, True
        elif event.phase is Phase.RELEASE:
            dragging = False
            if drawn >= FREEHAND:
                break
        show(context, Kind.AREA, (*points, here))
    if len(points) < 3:
        context.view.show_shape(None)
        return
    finish(context, event, Kind.AREA, tuple(points))
