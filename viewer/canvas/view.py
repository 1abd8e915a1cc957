"""The image view: a picture view whose pointer and keys work the tools."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QRegion, QWheelEvent
from PySide6.QtWidgets import QWidget

from viewer.canvas import hud
from viewer.canvas.picture_view import PictureView
from viewer.canvas.pointer import PointerRouter, pointer_event
from viewer.state.geometry import Rect
from viewer.state.mask_edit import MaskEdit
from viewer.state.overlays import CanvasPicture
from viewer.tools.context import Phase, PointerEvent, Tool, ToolContext, ToolSettings
from viewer.tools.table import TOOLS

WHEEL_STEP = 1.2  # scale factor a notch; ours
CLICK_WITHIN = 4.0  # view pixels between press and release of a click; ours

_TOOL_KEYS = {
    Qt.Key.Key_Return: Phase.CONFIRM,
    Qt.Key.Key_Enter: Phase.CONFIRM,
    Qt.Key.Key_Escape: Phase.CANCEL,
}

_CURSORS = {
    "arrow": Qt.CursorShape.ArrowCursor,
    "cross": Qt.CursorShape.CrossCursor,
    "open hand": Qt.CursorShape.OpenHandCursor,
    "brush": Qt.CursorShape.BlankCursor,
    "window": Qt.CursorShape.SizeAllCursor,
}


class ImageView(PictureView):
    """A `PictureView` that is worked with mouse and keys; ``settings`` are shared by all views."""

    cursor_at = Signal(float, float, str)
    box_clicked = Signal(int)
    stroke_started = Signal(str)
    stroke_finished = Signal(str, object)
    brush_changed = Signal(float)
    activated = Signal()

    def __init__(self, parent: QWidget | None = None, settings: ToolSettings | None = None) -> None:
        super().__init__(parent)
        self.settings = settings or ToolSettings()
        self._edit: MaskEdit | None = None
        self._tool: Tool = TOOLS["pan"]
        self._cursor: QPointF | None = None
        self._erasing = False
        self._pressed: PointerEvent | None = None
        self._router = PointerRouter(lambda: ToolContext(self, self.settings, self._edit))
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_picture(self, picture: CanvasPicture | None) -> None:
        """Show a picture as `PictureView.set_picture` does; a stroke that was being made is kept."""
        self.finish_tool()
        self._edit = None
        super().set_picture(picture)

    def set_edit(self, edit: MaskEdit | None) -> None:
        """What brush, eraser and polygon paint on; None: masks are not being corrected.

        A new picture takes it off: set it after `set_picture`.
        """
        self.finish_tool()
        self._edit = edit

    def set_tool(self, tool: Tool | str) -> None:
        """What left-drag does: a row of `TOOLS` or its name."""
        self.finish_tool()
        self._tool = TOOLS[tool] if isinstance(tool, str) else tool
        self._shape = None
        self.setCursor(_CURSORS[self._tool.cursor])
        self.update()

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
        self._move_brush(event.position(), moved.shift)
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
        self._move_brush(None, False)
        super().leaveEvent(event)

    def _pointer(self, event: QMouseEvent) -> PointerEvent:
        return pointer_event(event, self._transform, self.devicePixelRatioF())

    # Tools -----------------------------------------------------------------------------------------

    def finish_tool(self) -> None:
        """End what a tool has begun: a stroke is told as if released, an open polygon given up."""
        self._router.settle()

    def begin_stroke(self, code: str) -> None:
        """Start one undoable step on a lesion."""
        assert self._edit is not None
        self._edit.begin_stroke(code)
        self.stroke_started.emit(code)

    def end_stroke(self) -> None:
        """End the step and tell what it changed; a step that changed nothing is not told."""
        assert self._edit is not None
        code = self._edit.stroking
        delta = self._edit.end_stroke()
        if delta.tiles:
            self.stroke_finished.emit(code, delta)

    def cancel_stroke(self) -> None:
        """Take the step back."""
        assert self._edit is not None
        code = self._edit.stroking
        self.layer_changed(code, self._edit.cancel_stroke() or Rect(0, 0, 0, 0))

    def fill_at_cursor(self) -> bool:
        """Fill the hole of the chosen lesion under the pointer; False when there is none."""
        if self._edit is None or not self.settings.lesion or self._cursor is None or self._router.running:
            return False
        ratio = self.devicePixelRatioF()
        x, y = self._transform.to_image(self._cursor.x() * ratio, self._cursor.y() * ratio)
        code = self.settings.lesion
        self.begin_stroke(code)
        changed = self._edit.fill(x, y, keep_others=self.settings.keep_others)
        for rect in changed:
            self.layer_changed(code, rect)
        self.end_stroke()
        return bool(changed)

    def scale_brush(self, factor: float) -> None:
        """Make the brush larger or smaller."""
        before = self._brush_radius()
        self.settings.scale_brush(factor)
        self.brush_changed.emit(self.settings.brush)
        self._update_brush(self._cursor, max(before, self._brush_radius()))

    def _brush_radius(self) -> float:
        """In logical pixels."""
        return self.settings.brush / 2 * self._transform.scale / self.devicePixelRatioF()

    def _move_brush(self, position: QPointF | None, erasing: bool) -> None:
        """The outline follows the pointer; only where it was and where it is are painted again."""
        before, self._cursor = self._cursor, position
        self._erasing = erasing and self._tool.cursor == "brush"
        if self._tool.cursor == "brush":
            self._update_brush(before, self._brush_radius())
            self._update_brush(position, self._brush_radius())

    def _update_brush(self, position: QPointF | None, radius: float) -> None:
        if position is not None:
            self.update(_ring(position, radius))

    def _draw_pointer(self, painter: QPainter) -> None:
        """The outline of the brush."""
        if self._cursor is not None and self._tool.cursor == "brush":
            erasing = self._erasing or self._tool.name == "eraser"
            hud.draw_brush(painter, self._cursor, self._brush_radius(), erasing)


def _ring(center: QPointF, radius: float) -> QRegion:
    """Widget pixels that the outline of a brush may touch: a square without the one inside the circle."""
    reach, hollow = max(radius, 10.0) + 3.0, (radius - 3.0) * 0.7 - 1.0
    around = QRectF(center.x() - reach, center.y() - reach, 2 * reach, 2 * reach).toAlignedRect()
    region = QRegion(around)
    if hollow > 8.0:
        inner = QRectF(center.x() - hollow, center.y() - hollow, 2 * hollow, 2 * hollow).toRect()
        region -= QRegion(inner)
    return region
