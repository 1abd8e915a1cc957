"""A heat map of disease × disease similarity: values on hover and by the arrow keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from viewer import theme
from viewer.widgets import elided, number

TITLES = 250  # pixels beside the rows
STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class MatrixView(QWidget):
    """Cells coloured from 0 to 1 by viridis, which colour-blind eyes read too; empty where nothing is known.

    Attributes
    ----------
    cell
        Row and column looked at.
    """

    looked_at = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: Sequence[str] = ()
        self._values: Sequence[Sequence[float | None]] = ()
        self.cell = (0, 0)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Similarity of diseases; the arrow keys move from cell to cell"))

    def sizeHint(self) -> QSize:
        """Room for a look."""
        return QSize(TITLES + 420, 460)

    def show_matrix(self, names: Sequence[str], values: Sequence[Sequence[float | None]]) -> None:
        """Show a square matrix; None where two diseases could not be compared."""
        self._names, self._values = names, values
        self.cell = (0, min(1, max(len(names) - 1, 0)))
        self.update()
        if names:
            self.looked_at.emit(*self.cell)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Look at the cell under the pointer."""
        area, side = self._area(), self._side()
        across, down = event.position().x() - area.left(), event.position().y() - area.top()
        if side > 0 and 0 <= across < side * len(self._names) and 0 <= down < side * len(self._names):
            self._look(int(down / side), int(across / side))

    def event(self, event: QEvent) -> bool:
        """The arrow keys are the map's while it has the keyboard, whatever shortcuts they are."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in STEPS
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move to a neighbouring cell."""
        step, last = STEPS.get(Qt.Key(event.key())), len(self._names) - 1
        if step is None or last < 0:
            super().keyPressEvent(event)
            return
        row, column = self.cell[0] + step[0], self.cell[1] + step[1]
        self._look(min(max(row, 0), last), min(max(column, 0), last))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Names beside the rows, numbers of the columns above, cells, the frame of the one looked at."""
        painter = QPainter(self)
        colours, area, side = theme.colours(), self._area(), self._side()
        painter.fillRect(self.rect(), QColor(colours.field))
        metrics, middle = self.fontMetrics(), Qt.AlignmentFlag.AlignVCenter
        for row, name in enumerate(self._names):
            painter.setPen(QColor(colours.text if row in self.cell else colours.muted))
            title = QRectF(8, area.top() + row * side, TITLES - 16, side)
            painter.drawText(title, middle, elided(metrics, f"{row + 1} {name}", TITLES - 16))
            above = QRectF(area.left() + row * side, 0, side, area.top())
            painter.drawText(above, Qt.AlignmentFlag.AlignCenter, str(row + 1))
            for column, value in enumerate(self._values[row]):
                self._paint_cell(painter, row, column, value)
        if self._names:
            painter.setPen(QPen(QColor(colours.text), 3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self._rect(*self.cell))

    def _paint_cell(self, painter: QPainter, row: int, column: int, value: float | None) -> None:
        rect = self._rect(row, column)
        if value is None:
            painter.setPen(QColor(theme.colours().line))
            painter.drawLine(rect.bottomLeft(), rect.topRight())
            return
        painter.fillRect(rect, QColor(*theme.heat(value)))
        text = number(value)
        if self.fontMetrics().horizontalAdvance(text) + 4 < rect.width():
            painter.setPen(QColor("#000000" if value > 0.55 else "#ffffff"))  # viridis is light above it
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)

    def _look(self, row: int, column: int) -> None:
        if (row, column) != self.cell:
            self.cell = (row, column)
            self.looked_at.emit(row, column)
            self.update()

    def _rect(self, row: int, column: int) -> QRectF:
        area, side = self._area(), self._side()
        corner = area.topLeft() + QPointF(column * side, row * side)
        return QRectF(corner.x(), corner.y(), side - 1, side - 1)

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(TITLES, self.fontMetrics().height() + 8, -8, -8)

    def _side(self) -> float:
        area = self._area()
        return max(min(area.width(), area.height()) / max(len(self._names), 1), 0.0)
