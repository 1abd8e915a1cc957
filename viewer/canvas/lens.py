"""The magnifier: a round lens at the pointer that shows the bare pixels larger."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from engine.records import Window
from viewer.canvas.compositor import Compositor
from viewer.canvas.frames import as_image
from viewer.canvas.hud import SHADOW, TEXT
from viewer.state.geometry import MAX_SCALE, ViewTransform, placed
from viewer.state.pyramid import ImagePyramid

DIAMETER = 280  # logical pixels; ours
TIMES = 3.0  # larger than the view around it; ours


class Lens:
    """A small view of its own over the same pixels, without masks: what lies under them can be seen."""

    def __init__(self) -> None:
        self._compositor = Compositor()

    def set_picture(self, pyramid: ImagePyramid | None, size: tuple[int, int]) -> None:
        """Look at this picture, whose full resolution is ``size`` (rows, columns)."""
        self._compositor.set_picture(pyramid, size)

    def set_grey(self, window: Window, inverted: bool, red_free: bool) -> None:
        """As the view around it shows grey levels."""
        self._compositor.set_grey(window, inverted, red_free)

    @staticmethod
    def area(center: QPointF) -> QRect:
        """Widget pixels that the lens covers."""
        half = DIAMETER / 2 + 3
        return QRectF(center.x() - half, center.y() - half, 2 * half, 2 * half).toAlignedRect()

    def draw(self, painter: QPainter, center: QPointF, around: ViewTransform, ratio: float) -> None:
        """Paint it at a logical position of a view with this transform."""
        device = round(DIAMETER * ratio)
        point = around.to_image(center.x() * ratio, center.y() * ratio)
        scale = min(around.scale * TIMES, MAX_SCALE)
        self._compositor.set_smooth(True)
        self._compositor.set_view(
            placed(point, (device / 2, device / 2), scale, around.facing), device, device
        )
        self._compositor.render()
        circle = QRectF(center.x() - DIAMETER / 2, center.y() - DIAMETER / 2, DIAMETER, DIAMETER)
        path = QPainterPath()
        path.addEllipse(circle)
        painter.save()
        painter.setClipPath(path, Qt.ClipOperation.IntersectClip)
        painter.drawImage(circle, as_image(self._compositor.base))
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(SHADOW, 4.0), QPen(TEXT, 1.5)):
            painter.setPen(pen)
            painter.drawEllipse(circle)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
