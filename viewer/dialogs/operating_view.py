"""Sensitivity, specificity and predictive value against the threshold, which is dragged along them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from viewer import theme
from viewer.dialogs.curve_view import LINE_COLOURS, LINE_STYLES

NAMES = ("sensitivity", "specificity", "ppv")
STEP = 0.01  # of the range, an arrow key


class OperatingView(QWidget):
    """The curves and a line at the threshold; drag it, or move it with the arrow keys.

    Attributes
    ----------
    threshold
        In units of the score.
    message
        What stands there without a curve.
    """

    moved = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curve: Mapping[str, Sequence[float]] = {}
        self.threshold = 0.0
        self.message = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Threshold; the arrow keys move it"))

    def sizeHint(self) -> QSize:
        """Room for a look."""
        return QSize(460, 240)

    def show_curve(self, curve: Mapping[str, Sequence[float]], threshold: float, message: str = "") -> None:
        """Show curves (``thresholds`` and `NAMES`); without any, the message."""
        self._curve, self.message = curve, message
        self.threshold = threshold
        self.setEnabled(bool(curve))
        self.update()

    def place(self, threshold: float) -> int:
        """Place on the curve of the lowest score that counts as present; its length when none does."""
        return sum(1 for value in self._curve.get("thresholds", ()) if value < threshold)

    def move_to(self, threshold: float) -> None:
        """Move the line, at most to the ends of the curve."""
        low, high = self._range()
        self.threshold = min(max(threshold, low), high)
        self.moved.emit(self.threshold)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Put the line there."""
        self._drag(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the line."""
        self._drag(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the line by a hundredth of the range."""
        low, high = self._range()
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageDown: -10, Qt.Key.Key_PageUp: 10}
        by = steps.get(Qt.Key(event.key()))
        if by is None or not self._curve:
            super().keyPressEvent(event)
            return
        self.move_to(self.threshold + by * STEP * (high - low))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame, curves, legend, line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.colours()
        painter.fillRect(self.rect(), QColor(colours.field))
        if not self._curve:
            painter.setPen(QColor(colours.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(16, 16, -16, -16), flags, self.message)
            return
        area = self._area()
        titles = (self.tr("sensitivity"), self.tr("specificity"), self.tr("positive predictive value"))
        left = area.left()
        for index, (name, title) in enumerate(zip(NAMES, titles, strict=True)):
            painter.setPen(QPen(QColor(LINE_COLOURS[index]), 2, LINE_STYLES[index]))
            painter.drawPolyline(self._polygon(self._curve[name]))
            painter.drawText(QPointF(left, self.fontMetrics().height() + 4), title)
            left += self.fontMetrics().horizontalAdvance(title) + 22
        painter.setPen(QPen(QColor(colours.text), 2))
        across = self._across(self.threshold)
        painter.drawLine(QPointF(across, area.top()), QPointF(across, area.bottom()))

    def _drag(self, event: QMouseEvent) -> None:
        if self._curve and event.buttons() & Qt.MouseButton.LeftButton:
            low, high = self._range()
            area = self._area()
            share = (event.position().x() - area.left()) / max(area.width(), 1.0)
            self.move_to(low + share * (high - low))

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(14, self.fontMetrics().height() + 14, -14, -14)

    def _range(self) -> tuple[float, float]:
        values = self._curve.get("thresholds") or (0.0, 1.0)
        return values[0], max(values[-1], values[0] + 1e-6)

    def _across(self, threshold: float) -> float:
        (low, high), area = self._range(), self._area()
        return area.left() + (threshold - low) / (high - low) * area.width()

    def _polygon(self, values: Sequence[float]) -> QPolygonF:
        area = self._area()
        pairs = zip(self._curve["thresholds"], values, strict=True)
        return QPolygonF([QPointF(self._across(t), area.bottom() - v * area.height()) for t, v in pairs])
