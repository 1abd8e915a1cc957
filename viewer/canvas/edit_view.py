"""What pointer tools do with a view: strokes on masks, measurements, the outline of the brush, the lens."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QRegion
from PySide6.QtWidgets import QWidget

from viewer.canvas import hud
from viewer.canvas.lens import Lens
from viewer.canvas.picture_view import PictureView
from viewer.canvas.pointer import PointerRouter
from viewer.state.geometry import Rect
from viewer.state.mask_edit import MaskEdit
from viewer.state.measurements import Measurement
from viewer.state.model_maps import ModelMaps
from viewer.state.overlays import CanvasPicture
from viewer.tools.context import Tool, ToolContext, ToolSettings
from viewer.tools.table import TOOLS

_CURSORS = {
    "arrow": Qt.CursorShape.ArrowCursor,
    "cross": Qt.CursorShape.CrossCursor,
    "open hand": Qt.CursorShape.OpenHandCursor,
    "brush": Qt.CursorShape.BlankCursor,
    "window": Qt.CursorShape.SizeAllCursor,
    "point": Qt.CursorShape.PointingHandCursor,
}


class EditView(PictureView):
    """A `PictureView` that tools work on (`viewer.tools.context.Canvas`); ``settings`` are shared by all."""

    stroke_started = Signal(str)
    stroke_finished = Signal(str, object)
    brush_changed = Signal(float)
    measured = Signal(object)

    def __init__(self, parent: QWidget | None = None, settings: ToolSettings | None = None) -> None:
        super().__init__(parent)
        self.settings = settings or ToolSettings()
        self._edit: MaskEdit | None = None
        self._maps: ModelMaps | None = None
        self._tool: Tool = TOOLS["pan"]
        self._cursor: QPointF | None = None
        self._erasing = False
        self._lens: Lens | None = None
        self._router = PointerRouter(lambda: ToolContext(self, self.settings, self._edit, self._maps))

    def set_picture(self, picture: CanvasPicture | None) -> None:
        """Show a picture as `PictureView.set_picture` does; a stroke that was being made is kept."""
        self.finish_tool()
        self._edit = self._maps = None
        super().set_picture(picture)
        self.set_magnifier(self._lens is not None)

    def set_edit(self, edit: MaskEdit | None, maps: ModelMaps | None = None) -> None:
        """What brush, eraser and polygon paint on, and what the model sees; None: no mask is corrected.

        A new picture takes it off: set it after `set_picture`.
        """
        self.finish_tool()
        self._edit, self._maps = edit, maps

    def set_tool(self, tool: Tool | str) -> None:
        """What left-drag does: a row of `TOOLS` or its name."""
        self.finish_tool()
        self._tool = TOOLS[tool] if isinstance(tool, str) else tool
        self._shape = None
        self.setCursor(_CURSORS[self._tool.cursor])
        self.update()

    def tool(self) -> Tool:
        """What left-drag does now."""
        return self._tool

    def finish_tool(self) -> None:
        """End what a tool has begun: a stroke is told as if released, an open polygon given up."""
        self._router.settle()

    # Strokes and measurements ----------------------------------------------------------------------

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

    def change(self, code: str, work: Callable[[MaskEdit], Iterable[Rect]]) -> bool:
        """Do ``work`` on a lesion as one step; it gives the upright pixels that changed. False: none did."""
        if self._edit is None or not code or self._router.running:
            return False
        self.begin_stroke(code)
        changed = tuple(work(self._edit))
        for rect in changed:
            self.layer_changed(code, rect)
        self.end_stroke()
        return bool(changed)

    def fill_at_cursor(self) -> bool:
        """Fill the hole of the chosen lesion under the pointer; False when there is none."""
        place, keep = self.cursor_position(), self.settings.keep_others
        if place is None:
            return False
        return self.change(self.settings.lesion, lambda edit: edit.fill(*place, keep_others=keep))

    def add_measurement(self, made: Measurement) -> None:
        """A tool measured something."""
        self.measured.emit(made)

    def cursor_position(self) -> tuple[float, float] | None:
        """Image position under the pointer; None while it is elsewhere."""
        if self._cursor is None:
            return None
        ratio = self.devicePixelRatioF()
        return self._transform.to_image(self._cursor.x() * ratio, self._cursor.y() * ratio)

    @property
    def busy(self) -> bool:
        """Whether a tool is at work."""
        return self._router.running

    # Brush outline and lens ------------------------------------------------------------------------

    def scale_brush(self, factor: float) -> None:
        """Make the brush larger or smaller."""
        self.set_brush(self.settings.scaled_brush(factor))

    def set_brush(self, diameter: float) -> None:
        """Make the brush so large, in image pixels."""
        before = self._brush_radius()
        self.settings.brush = diameter
        self.brush_changed.emit(self.settings.brush)
        self._update_brush(self._cursor, max(before, self._brush_radius()))

    def set_magnifier(self, on: bool) -> None:
        """Show a lens at the pointer, or take it away."""
        if not on and self._lens is None:
            return
        self._lens = Lens() if on else None
        if self._lens is not None and self._picture is not None:
            self._lens.set_picture(self._pyramid, (self._picture.rows, self._picture.columns))
        self.update()

    def magnifies(self) -> bool:
        """Whether the lens is on."""
        return self._lens is not None

    def _brush_radius(self) -> float:
        """In logical pixels."""
        return self.settings.brush / 2 * self._transform.scale / self.devicePixelRatioF()

    def _move_pointer(self, position: QPointF | None, erasing: bool) -> None:
        """Outline and lens follow the pointer; only where they were and where they are is painted again."""
        before, self._cursor = self._cursor, position
        self._erasing = erasing and self._tool.cursor == "brush"
        for place in (before, position):
            if self._tool.cursor == "brush":
                self._update_brush(place, self._brush_radius())
            if self._lens is not None and place is not None:
                self.update(Lens.area(place))

    def _update_brush(self, position: QPointF | None, radius: float) -> None:
        if position is not None:
            self.update(_ring(position, radius))

    def _draw_pointer(self, painter: QPainter) -> None:
        """The lens, and the outline of the brush over it."""
        if self._cursor is None:
            return
        if self._lens is not None:
            self._lens.set_grey(self._window, self._inverted, self._red_free)
            self._lens.draw(painter, self._cursor, self._transform, self.devicePixelRatioF())
        if self._tool.cursor == "brush":
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
