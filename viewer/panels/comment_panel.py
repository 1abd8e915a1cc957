"""The reader's comment on a case; saved after a pause, when the field is left, or by Ctrl+Enter."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from viewer.widgets import column, heading

PAUSE_MS = 1000  # ours


class CommentPanel(QWidget):
    """See the module.

    Attributes
    ----------
    dirty
        Something was typed that was not reported yet.
    """

    changed = Signal(str)
    dirty_changed = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = column(self)
        layout.addWidget(heading(self.tr("Comment")))
        self.field = _Field()
        self.field.setAccessibleName(self.tr("Comment"))
        self.field.setPlaceholderText("C")
        self.field.setFixedHeight(3 * self.field.fontMetrics().height() + 18)
        self.field.setTabChangesFocus(True)
        self.field.done.connect(self.commit)
        self.field.escaped.connect(self._leave)
        layout.addWidget(self.field)
        self._saved = ""
        self.dirty = False
        self.pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self.pause.timeout.connect(self.commit)
        self.field.textChanged.connect(self._typed)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def show_comment(self, text: str) -> None:
        """Show the comment of a case; what is being typed stays when the recorded one is as it was."""
        if self.dirty and text == self._saved:
            return
        self._saved = text
        if self._text() != text:
            self.field.setPlainText(text)
        self._set_dirty(False)

    def commit(self) -> None:
        """Report what was typed, when it differs from what is recorded."""
        text = self._text()
        self._set_dirty(False)
        if text != self._saved:
            self._saved = text
            self.changed.emit(text)

    def _text(self) -> str:
        return self.field.toPlainText().strip()

    def _typed(self) -> None:
        self._set_dirty(self._text() != self._saved)

    def _set_dirty(self, dirty: bool) -> None:
        if dirty:
            self.pause.start()
        else:
            self.pause.stop()
        if dirty != self.dirty:
            self.dirty = dirty
            self.dirty_changed.emit()

    def _leave(self) -> None:
        self.commit()
        self.left.emit()


class _Field(QPlainTextEdit):
    done = Signal()
    escaped = Signal()

    def event(self, event: QEvent) -> bool:
        """Escape is the field's own key, whatever command it is elsewhere."""
        asked = event.type() == QEvent.Type.ShortcutOverride
        if asked and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

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
