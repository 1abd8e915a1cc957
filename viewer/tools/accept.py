"""Accept one lesion that the model sees, by a click; take one away with Shift."""

from __future__ import annotations

import math

from viewer.state.regions import component_at
from viewer.tools.context import PointerEvent, ToolContext, ToolRun


def accept(context: ToolContext, press: PointerEvent) -> ToolRun:
    """The model's connected lesion under the pointer joins the mask; with Shift the mask's own goes."""
    edit, maps, settings = context.edit, context.maps, context.settings
    code = settings.lesion
    if edit is None or not code:
        return
    if press.shift:
        rect, inside = component_at(edit.upright(code), math.floor(press.x), math.floor(press.y))
    elif maps is not None and code in maps:
        rect, inside = maps.lesion_at(code, press.x, press.y)
    else:
        return
    context.view.begin_stroke(code)
    value = 0 if press.shift else 1
    for changed in edit.paint_region(rect, inside, value, settings.keep_others):
        context.view.layer_changed(code, changed)
    context.view.end_stroke()
    yield  # until the release
