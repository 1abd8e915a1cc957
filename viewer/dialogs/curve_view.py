"""A live curve: values against steps, painted plainly."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from viewer import theme

LINE_COLOURS = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442")
LINE_STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)
Points = Sequence[tuple[int, float]]


class CurveView(QWidget):
    """Curves on one time axis, each on its own scale, with the newest value in the legend."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curves: dict[str, Points] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """Room for a look."""
        return QSize(420, 170)

    def show_curves(self, curves: Mapping[str, Points]) -> None:
        """Show these; only finite values of the curves with at least one point."""
        self._curves = {n: [p for p in c if math.isfinite(p[1])] for n, c in curves.items()}
        self.setAccessibleName(", ".join(f"{n} {c[-1][1]:.4g}" for n, c in self._curves.items() if c))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame, curves, legend."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.colours()
        painter.fillRect(self.rect(), QColor(colours.field))
        curves = [(name, points) for name, points in self._curves.items() if points]
        if not curves:
            painter.setPen(QColor(colours.muted))
            painter.drawText(
                self.rect(), Qt.AlignmentFlag.AlignCenter, self.tr("The curve appears when training runs.")
            )
            return
        line = self.fontMetrics().height() + 2
        area = QRectF(self.rect()).adjusted(12, 10 + line * ((len(curves) + 1) // 2), -12, -12)
        for index, (name, points) in enumerate(curves):
            colour = QColor(LINE_COLOURS[index % len(LINE_COLOURS)])
            painter.setPen(QPen(colour, 2, LINE_STYLES[index // len(LINE_COLOURS) % len(LINE_STYLES)]))
            painter.drawPolyline(curve_polygon(points, area))
            place = QPointF(14 + (index % 2) * self.width() / 2, 8 + line * (index // 2 + 1) - 4)
            painter.drawText(place, f"{name} {points[-1][1]:.4g}")


def curve_polygon(points: Points, area: QRectF) -> QPolygonF:
    """Points in an area: first step left, last right; lowest value at the bottom, highest on top."""
    first, last = points[0][0], points[-1][0]
    low, high = min(v for _, v in points), max(v for _, v in points)
    across, up = max(last - first, 1), (high - low) or 1.0
    return QPolygonF(
        [
            QPointF(
                area.left() + (s - first) / across * area.width(),
                area.bottom() - (v - low) / up * area.height(),
            )
            for s, v in points
        ]
    )
