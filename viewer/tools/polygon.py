"""A polygon, corner by corner or drawn freehand, that is filled with the chosen lesion."""

from __future__ import annotations

import math

from viewer.tools.context import Phase, PointerEvent, Shape, ToolContext, ToolRun

CLOSE_WITHIN = 8.0  # view pixels from the first corner; ours
FREEHAND_STEP = 2.0  # view pixels between corners of a freehand line; ours


def polygon(context: ToolContext, press: PointerEvent) -> ToolRun:
    """Click sets a corner, drag draws freehand; a double click, Enter or the first corner closes.

    Shift at the start erases instead. Esc gives it up.
    """
    edit, view = context.edit, context.view
    if edit is None or not context.settings.lesion:
        return
    points = [(press.x, press.y)]
    dragging, event = True, press
    while True:
        view.show_shape(Shape((*points, (event.x, event.y)), closed=True))
        event = yield
        if event.phase in (Phase.DOUBLE, Phase.CONFIRM, Phase.CANCEL):
            break
        if event.phase is Phase.MOVE and dragging and _apart(context, points[-1], event) >= FREEHAND_STEP:
            points.append((event.x, event.y))
        elif event.phase is Phase.PRESS:
            if len(points) >= 3 and _apart(context, points[0], event) <= CLOSE_WITHIN:
                break
            points.append((event.x, event.y))
            dragging = True
        elif event.phase is Phase.RELEASE:
            dragging = False
            if len(points) >= 8 and _apart(context, points[0], event) <= CLOSE_WITHIN:
                break
    view.show_shape(None)
    if event.phase is not Phase.CANCEL and len(points) >= 3:
        fill(context, points, 0 if press.shift else 1)


def _apart(context: ToolContext, point: tuple[float, float], event: PointerEvent) -> float:
    """Distance in view pixels."""
    return math.dist(point, (event.x, event.y)) * context.view.view_scale()


def fill(context: ToolContext, points: list[tuple[float, float]], value: int) -> None:
    """Fill an outline with the chosen lesion (1) or take it away (0), as one step."""
    assert context.edit is not None
    code = context.settings.lesion
    context.view.begin_stroke(code)
    keep = context.settings.keep_others
    for rect in context.edit.paint_polygon(points, value=value, keep_others=keep):
        context.view.layer_changed(code, rect)
    context.view.end_stroke()
