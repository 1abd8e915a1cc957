"""The bar over the canvas while masks are corrected: tools, their sizes, and the model's threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QLabel, QSpinBox, QToolBar, QWidget

from viewer.widgets import KeySlider, column

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
        layout = column(self, 0)
        layout.setContentsMargins(8, 2, 8, 2)
        tools = self._row([actions[f"masks.{name}"] for name in TOOLS])
        tools.addSeparator()
        for name in SHAPES:
            tools.addAction(actions[f"masks.{name}"])
        layout.addWidget(tools)
        settings = self._row(())
        self._make_threshold(settings)
        self.brush = self._spin(settings, self.tr("Brush"), 1, 1024, self.tr(" px"))
        self.tolerance = self._spin(settings, self.tr("Tolerance"), 1, 128, "")
        self.specks = self._spin(settings, self.tr("Specks"), 2, 9999, self.tr(" px"))
        self.specks.setToolTip(self.tr("Lesions of fewer pixels go when specks are removed"))
        self.brush.valueChanged.connect(self.brush_changed)
        self.tolerance.valueChanged.connect(self.tolerance_changed)
        self.specks.valueChanged.connect(self.specks_changed)
        settings.addAction(actions["masks.keep_others"])
        layout.addWidget(settings)
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

    def _row(self, actions: Sequence[QAction]) -> QToolBar:
        bar = QToolBar()
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        bar.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for action in actions:
            bar.addAction(action)
        return bar

    def _spin(self, bar: QToolBar, text: str, least: int, most: int, unit: str) -> QSpinBox:
        label, spin = QLabel(text), QSpinBox()
        label.setObjectName("muted")
        label.setContentsMargins(8, 0, 4, 0)
        spin.setRange(least, most)
        spin.setSuffix(unit)
        spin.setAccessibleName(text)
        spin.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        spin.setFixedWidth(spin.fontMetrics().horizontalAdvance(f"{most}{unit}") + 26)
        spin.editingFinished.connect(self.left)
        label.setBuddy(spin)
        bar.addWidget(label)
        bar.addWidget(spin)
        return spin

    def _make_threshold(self, bar: QToolBar) -> None:
        label = QLabel(self.tr("Threshold"))
        label.setObjectName("muted")
        label.setContentsMargins(8, 0, 4, 0)
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
        for widget in (label, self.threshold, self.value):
            bar.addWidget(widget)
