"""The magic wand: similar pixels around the pointer join the chosen lesion."""

from __future__ import annotations

import math

from viewer.state.regions import similar_region
from viewer.tools.context import Phase, PointerEvent, Shape, ToolContext, ToolRun

VIEW_PIXELS_A_LEVEL = 4.0  # of drag to the right or left; ours
MOST = 128  # grey levels; ours


def wand(context: ToolContext, press: PointerEvent) -> ToolRun:
    """Press takes the pixels like the one under the pointer; dragging right or left takes more or fewer.

    Shift takes them away from the lesion. The tolerance stays for the next press.
    """
    edit, view, settings = context.edit, context.view, context.settings
    pixels = view.pixels()
    if edit is None or not settings.lesion or pixels is None:
        return
    code, first = settings.lesion, settings.tolerance
    x, y = math.floor(press.x), math.floor(press.y)
    view.begin_stroke(code)
    event, shown = press, -1
    while event.phase in (Phase.PRESS, Phase.MOVE, Phase.DOUBLE):
        moved = round((event.view_x - press.view_x) / VIEW_PIXELS_A_LEVEL)
        settings.tolerance = min(max(first + moved, 1), MOST)
        if settings.tolerance != shown:
            shown = settings.tolerance
            rect, inside = similar_region(pixels, x, y, shown)
            keep, value = settings.keep_others, 0 if press.shift else 1
            for changed in (*edit.restart_stroke(), *edit.paint_region(rect, inside, value, keep)):
                view.layer_changed(code, changed)
            view.show_shape(Shape(((press.x, press.y),), text=f"± {shown}"))
        event = yield
    view.show_shape(None)
    if event.phase is Phase.CANCEL:
        settings.tolerance = first
        view.cancel_stroke()
    else:
        view.end_stroke()
