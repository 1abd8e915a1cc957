"""Ask for a disease by name: any label with a description can be ranked at once."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from viewer.widgets import column, heading, note, say

MAX_LENGTH = 500  # longer texts are no name with a description; ours


class AskPanel(QWidget):
    """``name: description``, Enter; the answer stands beneath."""

    asked = Signal(str, str)  # name, description

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = column(self)
        layout.addWidget(heading(self.tr("Ask for a disease")))
        self.field = QLineEdit(placeholderText=self.tr("name: how it looks"))
        self.field.setMaxLength(MAX_LENGTH)
        self.field.setAccessibleName(self.tr("Ask for a disease: name, colon, description"))
        self.field.returnPressed.connect(self._ask)
        self.answer = note()
        layout.addWidget(self.field)
        layout.addWidget(self.answer)

    def show_answer(self, text: str) -> None:
        """What came of the question."""
        say(self.answer, text)

    def _ask(self) -> None:
        name, _, description = self.field.text().partition(":")
        if name.strip():
            self.asked.emit(name.strip(), description.strip())
        else:
            self.show_answer(self.tr("Type a name first, then a colon and a description."))
