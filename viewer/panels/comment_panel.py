"""The reader's comment on a case; saved when the field is left or Ctrl+Enter is pressed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from viewer.widgets import column, heading


class CommentPanel(QWidget):
    """See the module."""

    changed = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = column(self)
        layout.addWidget(heading("Comment"))
        self.field = _Field()
        self.field.setAccessibleName("Comment")
        self.field.setPlaceholderText("C")
        self.field.setFixedHeight(3 * self.field.fontMetrics().height() + 18)
        self.field.setTabChangesFocus(True)
        self.field.done.connect(self.commit)
        self.field.escaped.connect(self._leave)
        layout.addWidget(self.field)
        self._saved = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def show_comment(self, text: str) -> None:
        """Show the comment of a case."""
        self._saved = text
        if self.field.toPlainText() != text:
            self.field.setPlainText(text)

    def commit(self) -> None:
        """Report what was typed, when it differs from what is recorded."""
        text = self.field.toPlainText().strip()
        if text != self._saved:
            self._saved = text
            self.changed.emit(text)

    def _leave(self) -> None:
        self.commit()
        self.left.emit()


class _Field(QPlainTextEdit):
    done = Signal()
    escaped = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The field is left."""
        super().focusOutEvent(event)
        self.done.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape and Ctrl+Enter lead back to the canvas."""
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if event.key() == Qt.Key.Key_Escape or (enter and control):
            self.escaped.emit()
            return
        super().keyPressEvent(event)
