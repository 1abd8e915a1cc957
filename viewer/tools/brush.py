"""The round brush: paints the chosen lesion; with Shift it erases."""

from __future__ import annotations

from viewer.tools.context import Phase, PointerEvent, ToolContext, ToolRun


def brush(context: ToolContext, press: PointerEvent) -> ToolRun:
    """Paint from press to release; the samples are joined, so that a fast stroke has no gaps."""
    yield from stroke(context, press, 0 if press.shift else 1)


def stroke(context: ToolContext, press: PointerEvent, value: int) -> ToolRun:
    """Put ``value`` under the brush from press to release as one undoable step."""
    edit, settings, view = context.edit, context.settings, context.view
    if edit is None or not settings.lesion:
        return
    code = settings.lesion
    view.begin_stroke(code)
    last, event = (press.x, press.y), press
    while event.phase in (Phase.PRESS, Phase.MOVE, Phase.DOUBLE):
        here = (event.x, event.y)
        changed = edit.paint_line(last, here, settings.brush, value=value, keep_others=settings.keep_others)
        for rect in changed:
            view.layer_changed(code, rect)
        last = here
        event = yield
    if event.phase is Phase.CANCEL:
        view.cancel_stroke()
    else:
        view.end_stroke()
