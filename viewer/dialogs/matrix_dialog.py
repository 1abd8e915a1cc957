"""Which known diseases look alike to the model: the heat map, the pair looked at, and a csv."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from viewer import language
from viewer.dialogs.matrix_view import MatrixView
from viewer.widgets import note, number, say

MARGINS = (20, 16, 20, 16)


class MatrixDialog(QDialog):
    """Shows what ``disease_matrix`` gave; not modal."""

    save_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Similarity of diseases"))
        self.resize(860, 640)
        self.found: Mapping[str, Any] = {}
        self.source, self.caution, self.pair = note(), note(name="caution"), note()
        self.view = MatrixView()
        self.view.looked_at.connect(self._describe)
        self.save = QPushButton(self.tr("Save as csv…"))
        self.save.clicked.connect(self.save_pressed)
        bottom = QHBoxLayout()
        bottom.addWidget(self.pair, 1)
        bottom.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*MARGINS)
        layout.setSpacing(10)
        for widget in (self.source, self.caution):
            layout.addWidget(widget)
        layout.addWidget(self.view, 1)
        layout.addLayout(bottom)
        self.show_waiting(self.tr("Asking the model…"))

    def show_waiting(self, text: str) -> None:
        """Nothing to show yet, or why there is nothing."""
        self.found = {}
        self.view.show_matrix((), ())
        self.save.setEnabled(False)
        say(self.source, text)
        say(self.pair, "")

    def show_found(self, found: Mapping[str, Any]) -> None:
        """Show the matrix."""
        self.found = found
        text = self.tr(
            "Mean over pairs of gallery images of the score that both show the same disease; version {0}. "
            "Not a probability."
        )
        say(self.source, text.format(found["version"]))
        say(self.caution, " ".join(found["notes"]))
        self.view.show_matrix([language.term(name) for name in found["names"]], found["matrix"])
        self.save.setEnabled(True)

    def _describe(self, row: int, column: int) -> None:
        names, value = self.found["names"], self.found["matrix"][row][column]
        text = self.tr("not comparable") if value is None else number(value)
        say(self.pair, f"{language.term(names[row])} – {language.term(names[column])}: {text}")
