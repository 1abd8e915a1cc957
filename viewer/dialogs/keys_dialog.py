"""F1: every command with its keys, by menu."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from viewer.actions import AZERTY_DIGITS, COMMANDS, MENUS, Command, keys_of
from viewer.language import marked, translate
from viewer.widgets import heading, named

MOUSE = (
    (marked("KeysDialog", "Left drag"), marked("KeysDialog", "moves (fundus), windows (chest), paints")),
    (marked("KeysDialog", "Middle or Space drag"), marked("KeysDialog", "moves the image")),
    (marked("KeysDialog", "Right drag, wheel"), marked("KeysDialog", "zooms")),
    (marked("KeysDialog", "Ctrl + wheel"), marked("KeysDialog", "brush size")),
    (marked("KeysDialog", "Shift + left drag"), marked("KeysDialog", "erases")),
    (marked("KeysDialog", "Double click"), marked("KeysDialog", "fit / one to one")),
)
COLUMNS = (("File", "Edit", "Models", "Help"), ("Review", "Masks"), ("View",))


def shown_keys(command: Command, changed: Mapping[str, str]) -> str:
    """Keys as this system writes them, at most two; a French keyboard's digits go without saying."""
    keys = [key for key in keys_of(command, changed) if key not in AZERTY_DIGITS][:2]
    return translate("KeysDialog", " or ").join(
        QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in keys
    )


class KeysDialog(QDialog):
    """See the module."""

    def __init__(self, changed: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        self.resize(1280, 760)
        body = named(QWidget(), "reviewBody")
        columns = QHBoxLayout(body)
        columns.setContentsMargins(24, 18, 24, 18)
        columns.setSpacing(22)
        for menus in COLUMNS:
            column = QVBoxLayout()
            for menu in menus:
                column.addWidget(_title(translate("Menus", menu)))
                column.addLayout(_table(menu, changed))
                column.addSpacing(12)
            if menus == COLUMNS[1]:
                column.addWidget(_title(self.tr("Mouse")))
                column.addLayout(_mouse())
            column.addStretch(1)
            columns.addLayout(column, 1)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setWidget(body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)


def _title(text: str) -> QLabel:
    label = heading(text)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    return label


def _table(menu: str, changed: Mapping[str, str]) -> QGridLayout:
    assert menu in MENUS
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(1, 1)
    for command in COMMANDS:
        keys = shown_keys(command, changed)
        if command.menu.split(" > ")[0] == menu and keys:
            _add(grid, keys, translate("Commands", command.text).rstrip("…"))
    return grid


def _mouse() -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(1, 1)
    for keys, text in MOUSE:
        _add(grid, translate("KeysDialog", keys), translate("KeysDialog", text))
    return grid


def _add(grid: QGridLayout, keys: str, text: str) -> None:
    row = grid.rowCount()
    words = QLabel(text)
    words.setObjectName("note")
    key = QLabel(keys)
    for label in (key, words):
        label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    grid.addWidget(key, row, 0, Qt.AlignmentFlag.AlignTop)
    grid.addWidget(words, row, 1)
