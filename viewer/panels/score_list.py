"""Rows of name, bar and score: grades, similar diseases and ranked findings are all drawn by these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFont, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from viewer import theme
from viewer.widgets import column, elided

PAD = 8


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One row.

    Attributes
    ----------
    key
        Digit that acts on it, or empty.
    fraction
        Length of the bar, 0–1.
    value
        The score as text.
    badge
        Word in a pill at the end, or empty; ``badge_colour`` also colours the bar.
    mark
        Reader's word: True a tick, False a cross, None nothing.
    chosen
        Whether the row is highlighted.
    bold
        Whether the name is (the reader's own grade).
    limit
        Where a threshold stands on the bar, 0–1; None for none.
    said
        What else a screen reader is to hear of the row.
    """

    name: str
    fraction: float
    value: str
    key: str = ""
    badge: str = ""
    colour: str = ""
    mark: bool | None = None
    chosen: bool = False
    bold: bool = False
    tip: str = ""
    limit: float | None = None
    said: str = ""


class ScoreList(QWidget):
    """Rows one above the other.

    Parameters
    ----------
    bar_below
        Thin bar under the name, for long names; otherwise beside it.
    """

    clicked = Signal(int)
    hovered = Signal(int)  # -1 when the pointer leaves

    def __init__(self, bar_below: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._below = bar_below
        self._layout = column(self, 1)
        self._rows: list[_Row] = []

    @property
    def rows(self) -> list[ScoreRow]:
        """What is shown."""
        return [row.data for row in self._rows if not row.isHidden()]

    def show_rows(self, rows: Sequence[ScoreRow]) -> None:
        """Show these; widgets are used again."""
        while len(self._rows) < len(rows):
            row = _Row(len(self._rows), self._below, self)
            row.clicked.connect(self.clicked)
            row.hovered.connect(self.hovered)
            self._rows.append(row)
            self._layout.addWidget(row)
        for index, widget in enumerate(self._rows):
            widget.setVisible(index < len(rows))
            if index < len(rows):
                widget.set_data(rows[index])

    def row_widget(self, index: int) -> QWidget:
        """The widget of a row."""
        return self._rows[index]


class _Row(QWidget):
    clicked = Signal(int)
    hovered = Signal(int)

    def __init__(self, index: int, below: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.data = ScoreRow("", 0.0, "")
        self._index, self._below, self._hover = index, below, False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_data(self, data: ScoreRow) -> None:
        """Show another row."""
        self.data = data
        mark = {True: self.tr(", marked present"), False: self.tr(", marked absent"), None: ""}[data.mark]
        said = f", {data.said}" if data.said else ""
        self.setAccessibleName(f"{data.key} {data.name} {data.value} {data.badge}{mark}{said}".strip())
        self.setToolTip(data.tip)
        self.update()

    def sizeHint(self) -> QSize:
        """One line, and the bar below where there is one."""
        return QSize(200, self.fontMetrics().height() + (13 if self._below else 7))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Report a click."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(self._index)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Report the pointer."""
        self._hover = True
        self.update()
        self.hovered.emit(self._index)

    def leaveEvent(self, event: QEvent) -> None:
        """Report that it left."""
        self._hover = False
        self.update()
        self.hovered.emit(-1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Key, mark, name, bar, value, badge."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours, data = theme.colours(), self.data
        if data.chosen or self._hover:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.selected))
            painter.drawRoundedRect(self.rect(), 4, 4)
        text_height = self.fontMetrics().height()
        top = 3
        left, right = PAD, self.width() - PAD
        if data.key:
            painter.setPen(QColor(colours.muted))
            painter.drawText(left, top, 14, text_height, Qt.AlignmentFlag.AlignLeft, data.key)
            left += 20
        if data.badge:
            right = self._paint_badge(painter, right, top, text_height)
        right = self._paint_value(painter, right, top, text_height)
        if data.mark is not None:
            paint_mark(painter, QPointF(right - 8, top + text_height / 2), data.mark)
            right -= 22
        self._paint_name_and_bar(painter, left, right, top, text_height)

    def _paint_badge(self, painter: QPainter, right: int, top: int, height: int) -> int:
        colour = QColor(self.data.colour or theme.colours().muted)
        metrics = self.fontMetrics()
        width = max(metrics.horizontalAdvance(word) for word in ("unseen", self.data.badge)) + 12
        area = QRectF(right - width, top, width, height)
        back = QColor(colour)
        back.setAlpha(46)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(back)
        painter.drawRoundedRect(area, 8, 8)
        painter.setPen(QColor(theme.colours().text))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.data.badge)
        return right - width - 6

    def _paint_value(self, painter: QPainter, right: int, top: int, height: int) -> int:
        width = self.fontMetrics().horizontalAdvance("−0.00" if self._below else "0.00") + 4
        painter.setPen(QColor(theme.colours().muted))
        painter.drawText(right - width, top, width, height, Qt.AlignmentFlag.AlignRight, self.data.value)
        return right - width - 6

    def _paint_name_and_bar(self, painter: QPainter, left: int, right: int, top: int, height: int) -> None:
        colours, data = theme.colours(), self.data
        font = QFont(self.font())
        if data.bold:
            font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(colours.muted if data.mark is False else colours.text))
        name_right = right if self._below else left + 108
        name = elided(painter.fontMetrics(), data.name, name_right - left)
        painter.drawText(left, top, name_right - left, height, Qt.AlignmentFlag.AlignLeft, name)
        if self._below:
            track = QRectF(left, top + height + 2, right - left, 3)
        else:
            track = QRectF(name_right + 6, top + height / 2 - 2, right - name_right - 8, 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.track))
        painter.drawRoundedRect(track, 2, 2)
        length = track.width() * min(max(data.fraction, 0.0), 1.0)
        painter.setBrush(QColor(data.colour or colours.accent))
        painter.drawRoundedRect(QRectF(track.x(), track.y(), length, track.height()), 2, 2)
        if data.limit is not None:
            at = track.x() + track.width() * min(max(data.limit, 0.0), 1.0)
            painter.setPen(QPen(QColor(colours.text), 2))
            painter.drawLine(QPointF(at, track.top() - 3), QPointF(at, track.bottom() + 3))


def paint_mark(painter: QPainter, center: QPointF, mark: bool, size: float = 5.0) -> None:
    """A tick for present, a cross for absent: told apart by shape and by colour."""
    colours = theme.colours()
    painter.setPen(QPen(QColor(colours.good if mark else colours.bad), 2.2))
    x, y = center.x(), center.y()
    if mark:
        painter.drawPolyline(
            [QPointF(x - size, y), QPointF(x - size / 4, y + size * 0.8), QPointF(x + size, y - size)]
        )
    else:
        painter.drawLine(QPointF(x - size, y - size), QPointF(x + size, y + size))
        painter.drawLine(QPointF(x - size, y + size), QPointF(x + size, y - size))
