"""From mouse and keyboard events to tools: who gets a press, and feeding a running tool until it is done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent

from viewer.state.geometry import ViewTransform
from viewer.tools.context import Phase, PointerEvent, Tool, ToolContext, ToolRun
from viewer.tools.pan import pan, zoom

_PHASES = {
    QMouseEvent.Type.MouseButtonPress: Phase.PRESS,
    QMouseEvent.Type.MouseButtonDblClick: Phase.DOUBLE,
    QMouseEvent.Type.MouseMove: Phase.MOVE,
    QMouseEvent.Type.MouseButtonRelease: Phase.RELEASE,
}


def pointer_event(event: QMouseEvent, transform: ViewTransform, ratio: float) -> PointerEvent:
    """A mouse event in image and view pixels; ``ratio`` is device pixels a logical one."""
    view_x, view_y = event.position().x() * ratio, event.position().y() * ratio
    x, y = transform.to_image(view_x, view_y)
    keys = event.modifiers()
    return PointerEvent(
        _PHASES[event.type()],
        x,
        y,
        view_x,
        view_y,
        shift=bool(keys & Qt.KeyboardModifier.ShiftModifier),
        control=bool(keys & Qt.KeyboardModifier.ControlModifier),
        alt=bool(keys & Qt.KeyboardModifier.AltModifier),
    )


class PointerRouter:
    """Runs one tool at a time; ``context`` gives it what it works on at the press."""

    def __init__(self, context: Callable[[], ToolContext]) -> None:
        self._context = context
        self._run: ToolRun | None = None
        self._last: PointerEvent | None = None
        self._button = Qt.MouseButton.NoButton
        self.space_held = False

    @property
    def running(self) -> bool:
        """Whether a tool waits for the next event."""
        return self._run is not None

    def press(self, button: Qt.MouseButton, event: PointerEvent, tool: Tool) -> None:
        """Start what this button does, or tell the running tool."""
        if self._run is not None:
            if button == self._button:
                self.send(event)
            return
        run = tool.run
        if button == Qt.MouseButton.MiddleButton or self.space_held:
            run = pan
        elif button == Qt.MouseButton.RightButton:
            run = zoom
        started = run(self._context(), event)
        self._last, self._button = event, button
        if next(started, StopIteration) is not StopIteration:
            self._run = started

    def release(self, button: Qt.MouseButton, event: PointerEvent) -> None:
        """Tell the running tool when it is its button; another one does not end a stroke."""
        if button == self._button:
            self.send(event)

    def settle(self) -> None:
        """Bring the running tool to its end: a stroke is finished as if released, an open shape given up."""
        self.key(Phase.RELEASE)
        self.key(Phase.CANCEL)

    def send(self, event: PointerEvent) -> None:
        """Tell the running tool what happened."""
        self._last = event
        if self._run is None:
            return
        try:
            self._run.send(event)
        except StopIteration:
            self._run = None
        except BaseException:
            self._run = None  # a tool that failed does not get the next event; the error goes on
            raise

    def key(self, phase: Phase) -> bool:
        """Tell the running tool at the last position; False when there is none."""
        if self._run is None or self._last is None:
            return False
        last = self._last
        self.send(PointerEvent(phase, last.x, last.y, last.view_x, last.view_y))
        return True
