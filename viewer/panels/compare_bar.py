"""The bar over the canvas in Compare mode: what stands side by side, and the way out."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from viewer.widgets import named


class CompareBar(QFrame):
    """See the module. ``pair_chosen`` carries the index of a title."""

    pair_chosen = Signal(int)
    leave_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compareBar")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 8, 4)
        layout.setSpacing(10)
        self.label = named(QLabel(self.tr("Compare")), "muted")
        self.choice = QComboBox()
        self.choice.setAccessibleName(self.tr("What is compared"))
        self.choice.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.setMinimumContentsLength(24)
        self.choice.currentIndexChanged.connect(self.pair_chosen)
        self.leave = QPushButton(self.tr("Leave   Esc"))
        self.leave.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.leave.clicked.connect(self.leave_pressed)
        layout.addWidget(self.label)
        layout.addWidget(self.choice, 1)
        layout.addWidget(self.leave)
        self.hide()

    def show_pairs(self, titles: Sequence[str], chosen: int) -> None:
        """Offer these pairs; none hides the bar."""
        self.choice.blockSignals(True)
        self.choice.clear()
        self.choice.addItems(list(titles))
        self.choice.setCurrentIndex(chosen)
        self.choice.blockSignals(False)
        self.setVisible(bool(titles))
