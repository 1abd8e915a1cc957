"""An outline drawn freehand and filled with the chosen lesion."""

from __future__ import annotations

import math

from viewer.tools.context import Phase, PointerEvent, Shape, ToolContext, ToolRun
from viewer.tools.polygon import FREEHAND_STEP, fill


def lasso(context: ToolContext, press: PointerEvent) -> ToolRun:
    """Draw from press to release, which closes the outline. Shift erases instead; Esc gives it up."""
    if context.edit is None or not context.settings.lesion:
        return
    points = [(press.x, press.y)]
    scale = context.view.view_scale()
    while (event := (yield)).phase is Phase.MOVE:
        here = (event.x, event.y)
        if math.dist(points[-1], here) * scale >= FREEHAND_STEP:
            points.append(here)
        context.view.show_shape(Shape((*points, here), closed=True))
    context.view.show_shape(None)
    if event.phase is not Phase.CANCEL and len(points) >= 3:
        fill(context, points, 0 if press.shift else 1)
