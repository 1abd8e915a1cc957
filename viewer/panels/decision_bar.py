"""Accept, Unsure, Reject: the three ways to leave a case, each with its key."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from viewer.widgets import KeyButton


class DecisionBar(QWidget):
    """Emits the command that was pressed (`viewer.actions`)."""

    triggered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self.accept = KeyButton(self.tr("Accept"), self.tr("Enter"), primary=True)
        self.unsure = KeyButton(self.tr("Unsure"), "U")
        self.reject = KeyButton(self.tr("Reject"), "X")
        for button, command, stretch in (
            (self.accept, "review.accept", 5),
            (self.unsure, "review.unsure", 4),
            (self.reject, "review.reject", 4),
        ):
            layout.addWidget(button, stretch)
            button.clicked.connect(lambda _=False, command=command: self.triggered.emit(command))
