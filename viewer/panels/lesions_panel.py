"""Lesion layers: visibility, colour with pattern, number of lesions, opacity; the way into mask editing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from viewer import theme
from viewer.panels.regions_panel import RegionsPanel
from viewer.widgets import KeySlider, column, heading, named, note, say

PATTERNS = {
    "solid": Qt.BrushStyle.SolidPattern,
    "hatch": Qt.BrushStyle.BDiagPattern,
    "back hatch": Qt.BrushStyle.FDiagPattern,
    "dots": Qt.BrushStyle.Dense5Pattern,
    "cross": Qt.BrushStyle.DiagCrossPattern,
    "rings": Qt.BrushStyle.Dense6Pattern,
    "bars": Qt.BrushStyle.VerPattern,
    "checks": Qt.BrushStyle.CrossPattern,
    "diamonds": Qt.BrushStyle.Dense4Pattern,
}


@dataclass(frozen=True, slots=True)
class LesionRow:
    """One layer: ``count`` None while it is being counted; ``human`` when a reader corrected the mask.

    ``area`` is that of all its lesions together, as text.
    """

    code: str
    name: str
    colour: str
    pattern: str
    count: int | None
    visible: bool
    opacity: float
    human: bool = False
    active: bool = False
    area: str = ""


class LesionsPanel(QWidget):
    """See the module."""

    visibility_changed = Signal(str, bool)
    opacity_changed = Signal(str, float)
    lesion_chosen = Signal(str)
    edit_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = column(self, 3)
        head = QHBoxLayout()
        head.addWidget(heading(self.tr("Lesions")), 1)
        layout.addLayout(head)
        self._rows: dict[str, _LesionLine] = {}
        self._holder = QWidget()
        self._lines = column(self._holder, 3)
        layout.addWidget(self._holder)
        self.regions = RegionsPanel()
        layout.addWidget(self.regions)
        self.status = note()
        layout.addWidget(self.status)
        self.edit = QPushButton(self.tr("Correct masks   E"))
        self.edit.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.edit.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.edit.clicked.connect(self.edit_pressed)
        head.addWidget(self.edit)

    def show_lesions(self, rows: Sequence[LesionRow], status: str = "", editing: bool = False) -> None:
        """Show these layers; ``status`` says why there are none, or whose masks they are."""
        for code in set(self._rows) - {row.code for row in rows}:
            self._rows.pop(code).deleteLater()
        for row in rows:
            if row.code not in self._rows:
                self._rows[row.code] = line = _LesionLine(row.code, self)
                self._lines.addWidget(line)
            self._rows[row.code].set_data(row)
        say(self.status, status)
        self.edit.setText(self.tr("Done   Esc") if editing else self.tr("Correct masks   E"))

    def line(self, code: str) -> _LesionLine:
        """The line of a lesion."""
        return self._rows[code]


class _LesionLine(QWidget):
    def __init__(self, code: str, panel: LesionsPanel) -> None:
        super().__init__()
        self._code, self._panel = code, panel
        layout = QGridLayout(self)
        layout.setContentsMargins(4, 1, 0, 1)
        layout.setHorizontalSpacing(7)
        layout.setVerticalSpacing(0)
        layout.setColumnStretch(2, 1)
        self.eye = EyeButton()
        self.eye.toggled.connect(lambda on: panel.visibility_changed.emit(code, on))
        self.swatch = Swatch()
        self.name = QLabel()
        self.count, self.area = named(QLabel(), "muted"), named(QLabel(), "muted")
        self.slider = KeySlider()
        self.slider.setRange(5, 100)
        self.slider.setFixedWidth(64)
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.slider.valueChanged.connect(lambda value: panel.opacity_changed.emit(code, value / 100))
        layout.addWidget(self.eye, 0, 0)
        layout.addWidget(self.swatch, 0, 1)
        layout.addWidget(self.name, 0, 2)
        layout.addWidget(self.count, 0, 3, Qt.AlignmentFlag.AlignRight)
        layout.addWidget(self.area, 1, 2)
        layout.addWidget(self.slider, 1, 3)

    def set_data(self, row: LesionRow) -> None:
        """Show another state of the layer."""
        for widget in (self.eye, self.slider):
            widget.blockSignals(True)
        self.eye.setChecked(row.visible)
        self.slider.setValue(round(row.opacity * 100))
        for widget in (self.eye, self.slider):
            widget.blockSignals(False)
        self.eye.setAccessibleName(self.tr("Show {0}").format(row.name))
        self.slider.setAccessibleName(self.tr("Opacity of {0}").format(row.name))
        self.swatch.set_look(row.colour, row.pattern)
        font = self.name.font()
        font.setBold(row.active)
        self.name.setFont(font)
        self.name.setText(row.name)
        self.count.setText("…" if row.count is None else str(row.count))
        self.area.setText(row.area)
        whose = self.tr("corrected by a reader") if row.human else self.tr("by the model")
        count = "…" if row.count is None else str(row.count)
        self.setToolTip(self.tr("{0}: {1} regions, {2}").format(row.name, count, whose))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose this lesion for the brush."""
        self._panel.lesion_chosen.emit(self._code)


class EyeButton(QToolButton):
    """An eye, open or struck through."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QSize:
        """A small square."""
        return QSize(22, 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Lid, pupil, and a stroke when closed."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.colours()
        colour = QColor(colours.text if self.isChecked() else colours.muted)
        painter.setPen(QPen(colour, 1.5))
        middle = self.rect().center()
        painter.drawEllipse(QRectF(middle.x() - 7, middle.y() - 4, 15, 10))
        painter.setBrush(colour)
        painter.drawEllipse(QRectF(middle.x() - 1.5, middle.y() - 1.5, 4, 4))
        if not self.isChecked():
            painter.drawLine(middle.x() - 6, middle.y() + 7, middle.x() + 7, middle.y() - 6)


class Swatch(QWidget):
    """Colour and pattern of a layer, as on the canvas."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour, self._pattern = "#ffffff", "solid"
        self.setFixedSize(14, 14)

    def set_look(self, colour: str, pattern: str) -> None:
        """Show these."""
        self._colour, self._pattern = colour, pattern
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill and frame."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#000000"))
        style = PATTERNS.get(self._pattern, Qt.BrushStyle.SolidPattern)
        painter.setPen(QColor(self._colour))
        painter.setBrush(QBrush(QColor(self._colour), style))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
