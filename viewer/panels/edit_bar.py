"""The bar over the canvas while masks are corrected: tools, their sizes, and the model's threshold."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSpinBox, QToolButton, QWidget

from viewer.flow_layout import FlowLayout
from viewer.widgets import KeySlider

TOOLS = ("brush", "eraser", "polygon", "lasso", "wand", "accept")
SHAPES = ("grow", "shrink", "fill_holes", "remove_small")
STEPS = 100  # of the threshold slider


class EditBar(QFrame):
    """See the module. Its buttons are the actions of the menu, so their keys and texts are the same.

    Parameters
    ----------
    actions
        By command id.
    """

    brush_changed = Signal(int)
    tolerance_changed = Signal(int)
    specks_changed = Signal(int)
    threshold_moved = Signal(float)
    threshold_let_go = Signal()
    left = Signal()  # a number was typed: the keyboard goes back to the canvas

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("editBar")
        layout = FlowLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        for name in (*TOOLS, *SHAPES):
            layout.addWidget(self._button(actions[f"masks.{name}"]))
        layout.addWidget(self._make_threshold())
        self.brush, brush = self._spin(self.tr("Brush"), 1, 1024, self.tr(" px"))
        self.tolerance, tolerance = self._spin(self.tr("Tolerance"), 1, 128, "")
        self.specks, specks = self._spin(self.tr("Specks"), 2, 9999, self.tr(" px"))
        self.specks.setToolTip(self.tr("Lesions of fewer pixels go when specks are removed"))
        self.brush.valueChanged.connect(self.brush_changed)
        self.tolerance.valueChanged.connect(self.tolerance_changed)
        self.specks.valueChanged.connect(self.specks_changed)
        for widget in (brush, tolerance, specks, self._button(actions["masks.keep_others"])):
            layout.addWidget(widget)
        self.hide()

    def show_values(self, brush: float, tolerance: int, specks: int) -> None:
        """The sizes as they are."""
        for spin, value in ((self.brush, round(brush)), (self.tolerance, tolerance), (self.specks, specks)):
            spin.blockSignals(True)
            spin.setValue(value)
            spin.blockSignals(False)

    def show_threshold(self, threshold: float | None) -> None:
        """Where the model's threshold stands; None: the model gave no map of this lesion."""
        self.threshold.setEnabled(threshold is not None)
        self.threshold.blockSignals(True)
        self.threshold.setValue(round((threshold or 0.0) * STEPS))
        self.threshold.blockSignals(False)
        self.value.setText("–" if threshold is None else f"{threshold:.2f}")

    def _button(self, action: QAction) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(action)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    def _spin(self, text: str, least: int, most: int, unit: str) -> tuple[QSpinBox, QWidget]:
        """A number, and it with its label as one that stays together."""
        label, spin = QLabel(text), QSpinBox()
        spin.setRange(least, most)
        spin.setSuffix(unit)
        spin.setAccessibleName(text)
        spin.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        spin.setFixedWidth(spin.fontMetrics().horizontalAdvance(f"{most}{unit}") + 26)
        spin.editingFinished.connect(self.left)
        label.setBuddy(spin)
        return spin, self._group(label, spin)

    def _make_threshold(self) -> QWidget:
        self.threshold = KeySlider()
        self.threshold.setRange(1, STEPS - 1)
        self.threshold.setFixedWidth(130)
        self.threshold.setAccessibleName(self.tr("Model's threshold"))
        self.threshold.setToolTip(
            self.tr("Move it to let the model mark more (left) or less (right) of the chosen lesion")
        )
        self.threshold.valueChanged.connect(lambda value: self.threshold_moved.emit(value / STEPS))
        self.threshold.sliderReleased.connect(self.threshold_let_go)
        self.value = QLabel()
        self.value.setMinimumWidth(40)
        return self._group(QLabel(self.tr("Threshold")), self.threshold, self.value)

    def _group(self, label: QLabel, *widgets: QWidget) -> QWidget:
        group = QWidget()
        line = QHBoxLayout(group)
        line.setContentsMargins(8, 0, 0, 0)
        line.setSpacing(6)
        label.setObjectName("muted")
        for widget in (label, *widgets):
            line.addWidget(widget)
        return group
