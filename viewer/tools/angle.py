"""Measure an angle."""

from __future__ import annotations

from viewer.state.measurements import Kind, Point
from viewer.tools.context import Phase, PointerEvent, Shape, ToolContext, ToolRun
from viewer.tools.measure import SMALLEST, apart, finish, show


def angle(context: ToolContext, press: PointerEvent) -> ToolRun:
    """Drag the first arm to the vertex (or click both its ends), then click the end of the second arm."""
    first = (press.x, press.y)
    vertex: Point | None = None
    event = press
    while event.phase not in (Phase.CANCEL, Phase.CONFIRM):
        event = yield
        here = (event.x, event.y)
        if vertex is None:
            context.view.show_shape(Shape((first, here)))
            far = apart(context, first, here) >= SMALLEST
            if far and event.phase in (Phase.RELEASE, Phase.PRESS, Phase.DOUBLE):
                vertex = here
            continue
        show(context, Kind.ANGLE, (first, vertex, here))
        if event.phase in (Phase.PRESS, Phase.DOUBLE) and apart(context, vertex, here) >= SMALLEST:
            finish(context, event, Kind.ANGLE, (first, vertex, here))
            return
    context.view.show_shape(None)
