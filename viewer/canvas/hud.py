"""What is drawn over the picture with a painter: boxes, frame, brush outline, shapes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from viewer.state.geometry import ViewTransform
from viewer.state.overlays import CanvasBox
from viewer.tools.context import Shape

TEXT = QColor("#E6EAF0")
SHADOW = QColor(0, 0, 0, 200)
ACCENT = QColor("#56B4E9")
SMOOTH_BELOW = 100.0  # radius of a brush whose outline is smoothed: a larger one would cost a millisecond
POINT_SIZE = 12.0  # the smallest text of the app


def font(bold: bool = False, larger: float = 0.0) -> QFont:
    """The application's font at the smallest size allowed, or larger."""
    made = QFont()
    made.setPointSizeF(POINT_SIZE + larger)
    made.setBold(bold)
    return made


def draw_text(painter: QPainter, x: float, y: float, text: str, colour: QColor = TEXT) -> None:
    """Text with its base line at y, with a dark shadow so that it reads on bright pixels."""
    painter.setPen(SHADOW)
    for dx, dy in ((1.0, 1.0), (-1.0, 0.0), (0.0, -1.0)):
        painter.drawText(QPointF(x + dx, y + dy), text)
    painter.setPen(colour)
    painter.drawText(QPointF(x, y), text)


def box_rect(box: CanvasBox, transform: ViewTransform, ratio: float) -> QRectF:
    """A box in logical pixels; ``ratio`` is device pixels a logical one."""
    x0, y0, x1, y1 = transform.corners_to_view(box.box.x0, box.box.y0, box.box.x1, box.box.y1)
    return QRectF(x0 / ratio, y0 / ratio, (x1 - x0) / ratio, (y1 - y0) / ratio)


def tag_rect(box: CanvasBox, transform: ViewTransform, ratio: float) -> QRectF:
    """Where the number of a box stands: on its upper edge, at the left; inside where there is no room."""
    frame = box_rect(box, transform, ratio)
    metrics = QFontMetricsF(font(bold=True))
    width = metrics.horizontalAdvance(_tag_text(box)) + 10.0
    height = metrics.height() + 1.0
    top = frame.top() - height if frame.top() >= height else frame.top()
    return QRectF(frame.left() - 0.5, top, width, height)


def _tag_text(box: CanvasBox) -> str:
    number = str(box.number) if box.number else ""
    return "  ".join(part for part in (number, box.label) if part)


def draw_boxes(
    painter: QPainter, boxes: Sequence[CanvasBox], transform: ViewTransform, ratio: float, current: int | None
) -> None:
    """Numbered frames; the current one is thicker."""
    painter.setFont(font(bold=True))
    for box in boxes:
        frame = box_rect(box, transform, ratio)
        colour = QColor(box.colour)
        thick = 3.0 if box.number == current else 2.0
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(SHADOW, thick + 2.0))
        painter.drawRect(frame)
        painter.setPen(QPen(colour, thick))
        painter.drawRect(frame)
    for box in boxes:  # tags last: no frame crosses a number
        tag = tag_rect(box, transform, ratio)
        painter.fillRect(tag, QColor(box.colour))
        painter.setPen(QColor("#000000"))
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, _tag_text(box))


def draw_shape(painter: QPainter, shape: Shape, transform: ViewTransform, ratio: float) -> None:
    """A passing polyline of a tool and its text."""
    points = [QPointF(*(v / ratio for v in transform.to_view(x, y))) for x, y in shape.points]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(SHADOW, 3.5), QPen(ACCENT, 1.75)):
        painter.setPen(pen)
        if shape.closed:
            painter.drawPolygon(QPolygonF(points))
        else:
            painter.drawPolyline(QPolygonF(points))
            for point in (points[0], points[-1]):
                painter.drawEllipse(point, 3.0, 3.0)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    if shape.text:
        painter.setFont(font(bold=True))
        metrics, room = QFontMetricsF(font(bold=True)), painter.window()
        x = min(points[-1].x() + 10.0, room.width() - metrics.horizontalAdvance(shape.text) - 6.0)
        y = min(max(points[-1].y() - 8.0, metrics.ascent() + 4.0), room.height() - 6.0)
        draw_text(painter, max(x, 6.0), y, shape.text)


def draw_brush(painter: QPainter, center: QPointF, radius: float, erasing: bool) -> None:
    """The outline of the brush in logical pixels, light on dark; dashed while it erases."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, radius < SMOOTH_BELOW)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(SHADOW, 3.0))
    painter.drawEllipse(center, radius, radius)
    style = Qt.PenStyle.DashLine if erasing else Qt.PenStyle.SolidLine
    painter.setPen(QPen(QColor("#FFFFFF"), 1.25, style))
    painter.drawEllipse(center, radius, radius)
    if radius < 4.0:  # too small to see: a cross beside it
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            painter.drawLine(
                QPointF(center.x() + dx * 6, center.y() + dy * 6),
                QPointF(center.x() + dx * 10, center.y() + dy * 10),
            )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def draw_frame(painter: QPainter, width: float, height: float, colour: QColor, thick: float) -> None:
    """A frame around the view."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, thick))
    half = thick / 2
    painter.drawRect(QRectF(half, half, width - thick, height - thick))
