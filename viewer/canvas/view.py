"""The image view: its pointer and keys work the tools."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from viewer.canvas.edit_view import EditView
from viewer.canvas.pointer import pointer_event
from viewer.tools.context import Phase, PointerEvent, ToolSettings

WHEEL_STEP = 1.2  # scale factor a notch; ours
CLICK_WITHIN = 4.0  # view pixels between press and release of a click; ours

_TOOL_KEYS = {
    Qt.Key.Key_Return: Phase.CONFIRM,
    Qt.Key.Key_Enter: Phase.CONFIRM,
    Qt.Key.Key_Escape: Phase.CANCEL,
}


class ImageView(EditView):
    """An `EditView` that is worked with mouse and keys."""

    cursor_at = Signal(float, float, str)
    box_clicked = Signal(int)
    activated = Signal()

    def __init__(self, parent: QWidget | None = None, settings: ToolSettings | None = None) -> None:
        super().__init__(parent, settings)
        self._pressed: PointerEvent | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    # Pointer and keys ------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start what the button does."""
        self.activated.emit()
        if self._picture is None:
            return
        pressed = self._pointer(event)
        self._pressed = pressed
        self._erasing = pressed.shift and self._tool.cursor == "brush"
        self._router.press(event.button(), pressed, self._tool)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fit or 1:1; a running tool is told instead, and a brush just paints again."""
        if self._picture is None:
            return
        double = self._pointer(event)
        if self._router.running:
            self._router.send(double)
        elif self._tool.cursor == "brush" or event.button() != Qt.MouseButton.LeftButton:
            self._router.press(event.button(), replace(double, phase=Phase.PRESS), self._tool)
        elif self._fit:
            self.one_to_one(double.x, double.y)
        else:
            self.fit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell the running tool; say what lies under the pointer."""
        if self._picture is None:
            return
        moved = self._pointer(event)
        self._move_pointer(event.position(), moved.shift)
        self._router.send(moved)
        self.cursor_at.emit(moved.x, moved.y, self.value_text(moved.x, moved.y))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell the running tool; a press and release on a box's number is a click on it."""
        if self._picture is None:
            return
        released = self._pointer(event)
        self._router.release(event.button(), released)
        pressed, self._pressed = self._pressed, None
        if pressed is None or event.button() != Qt.MouseButton.LeftButton or self._hidden:
            return
        if abs(pressed.view_x - released.view_x) + abs(pressed.view_y - released.view_y) <= CLICK_WITHIN:
            number = self.box_at(event.position())
            if number is not None:
                self.box_clicked.emit(number)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer; with Ctrl the size of the brush."""
        turned = event.angleDelta().y() / 120.0
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.scale_brush(WHEEL_STEP**turned)
        elif self._picture is not None and turned:
            ratio = self.devicePixelRatioF()
            position = event.position()
            self.zoom_about(position.x() * ratio, position.y() * ratio, WHEEL_STEP**turned)
        event.accept()

    def event(self, event: QEvent) -> bool:
        """While a tool runs, Enter and Esc are its own: no shortcut of the window takes them."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            if key == Qt.Key.Key_Space or (key in _TOOL_KEYS and self._router.running):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space pans while held; Enter closes and Esc gives up what a tool draws."""
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Space:
            self._router.space_held = True
        elif key not in _TOOL_KEYS or not self._router.key(_TOOL_KEYS[key]):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """The end of Space."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._router.space_held = False
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A key that is let go elsewhere is not held."""
        self._router.space_held = False
        super().focusOutEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """The brush outline goes with the pointer."""
        self._move_pointer(None, False)
        super().leaveEvent(event)

    def _pointer(self, event: QMouseEvent) -> PointerEvent:
        return pointer_event(event, self._transform, self.devicePixelRatioF())
