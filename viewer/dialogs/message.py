"""Tell the user that something went wrong: what, where, and what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from engine.errors import EngineError


def make_message(parent: QWidget | None, title: str, error: EngineError) -> QMessageBox:
    """A message box, not yet shown: what happened, to what, and the remedy."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("Lynceus")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(title)
    parts = [sentence(error.what), error.where, error.remedy]
    box.setInformativeText("\n\n".join(part for part in parts if part))
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return box


def show_error(parent: QWidget | None, title: str, error: EngineError) -> QMessageBox:
    """Show a message without stopping anything; gives it back."""
    box = make_message(parent, title, error)
    box.open()
    return box


def sentence(text: str) -> str:
    """With a capital and a full stop."""
    text = text.strip()
    if not text:
        return ""
    return f"{text[0].upper()}{text[1:]}{'' if text[-1] in '.!?' else '.'}"
