"""Change the keys of any command: what clashes is told at once, and nothing that clashes can be kept."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from viewer.actions import BY_ID, COMMANDS, Command, clashes, keys_of
from viewer.language import translate
from viewer.state.fuzzy import score
from viewer.widgets import named, note, say

NATIVE, PORTABLE = QKeySequence.SequenceFormat.NativeText, QKeySequence.SequenceFormat.PortableText


def command_name(command: Command) -> str:
    """Menu and text of a command in the reader's language."""
    menu = " › ".join(translate("Menus", part) for part in command.menu.split(" > "))
    return f"{menu}: {translate('Commands', command.text).rstrip('…')}"


class KeyEditor(QDialog):
    """See the module.

    Attributes
    ----------
    own
        The reader's own keys, command -> keys separated by spaces; what has its default keys is not in it.
    """

    def __init__(self, own: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Change keys"))
        self.resize(820, 720)
        self.own = dict(own)
        self.search = QLineEdit(placeholderText=self.tr("Search a command"))
        self.search.setAccessibleName(self.tr("Search a command"))
        self.search.textChanged.connect(self._filter)
        self.table = self._make_table()
        self.recorder = QKeySequenceEdit()
        self.recorder.setMaximumSequenceLength(1)
        self.recorder.setAccessibleName(self.tr("Press the new key"))
        self.replace = QPushButton(self.tr("Use this key only"))
        self.add = QPushButton(self.tr("Add this key"))
        self.clear = QPushButton(self.tr("No key"))
        self.reset = QPushButton(self.tr("Default"))
        self.reset_all = QPushButton(self.tr("All defaults"))
        self.problem = note(name="refused")
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        self._lay_out()
        self._connect()
        self._fill()
        self.table.selectRow(0)

    @property
    def command(self) -> Command | None:
        """The one that is selected."""
        row = self.table.currentRow()
        return COMMANDS[row] if 0 <= row < len(COMMANDS) and not self.table.isRowHidden(row) else None

    def set_keys(self, command: str, keys: str) -> None:
        """Give a command other keys, separated by spaces; its default ones are not kept as own."""
        if tuple(keys.split()) == BY_ID[command].keys:
            self.own.pop(command, None)
        else:
            self.own[command] = keys
        self._fill()

    def _recorded(self) -> str:
        return self.recorder.keySequence().toString(PORTABLE)

    def _record(self, *, more: bool) -> None:
        command, key = self.command, self._recorded()
        if command is None or not key:
            return
        before = keys_of(command, self.own) if more else ()
        self.set_keys(command.id, " ".join(dict.fromkeys((*before, key))))
        self.recorder.clear()

    def _clear(self) -> None:
        if self.command is not None:
            self.set_keys(self.command.id, "")

    def _reset(self) -> None:
        if self.command is not None:
            self.own.pop(self.command.id, None)
            self._fill()

    def _reset_all(self) -> None:
        self.own.clear()
        self._fill()

    def _fill(self) -> None:
        found = clashes(changed=self.own)
        clashing = {name for _, one, other in found for name in (one, other)}
        for row, command in enumerate(COMMANDS):
            keys = "   ".join(QKeySequence(k).toString(NATIVE) for k in keys_of(command, self.own))
            self._write(row, 1, f"{keys}   ⚠" if command.id in clashing else keys)
            state = self.tr("clashes") if command.id in clashing else ""
            state = state or (self.tr("changed") if command.id in self.own else "")
            self._write(row, 2, state)
        sentences = [
            self.tr("{0} would mean two things: {1}, and {2}.").format(
                QKeySequence(key).toString(NATIVE), command_name(BY_ID[one]), command_name(BY_ID[other])
            )
            for key, one, other in found
        ]
        say(self.problem, "\n".join(sentences[:3]))
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(not found)

    def _write(self, row: int, column: int, text: str) -> None:
        item = self.table.item(row, column)
        if item is not None:
            item.setText(text)

    def _filter(self, text: str) -> None:
        for row, command in enumerate(COMMANDS):
            self.table.setRowHidden(row, score(text, command_name(command)) is None)

    def _make_table(self) -> QTableWidget:
        table = QTableWidget(len(COMMANDS), 3)
        table.setHorizontalHeaderLabels([self.tr("Command"), self.tr("Keys"), ""])
        table.setAccessibleName(self.tr("Commands and their keys"))
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        table.setTabKeyNavigation(False)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        table.setColumnWidth(1, 230)
        for row, command in enumerate(COMMANDS):
            for column, text in enumerate((command_name(command), "", "")):
                table.setItem(row, column, QTableWidgetItem(text))
        return table

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        for widget in (QLabel(self.tr("New key")), self.recorder, self.replace, self.add):
            line.addWidget(widget)
        second = QHBoxLayout()
        for button in (self.clear, self.reset, self.reset_all):
            second.addWidget(named(button, "flat"))
        second.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 18, 22, 18)
        layout.setSpacing(10)
        layout.addWidget(self.search)
        layout.addWidget(self.table, 1)
        layout.addLayout(line)
        layout.addLayout(second)
        layout.addWidget(self.problem)
        layout.addWidget(self.buttons)

    def _connect(self) -> None:
        self.replace.clicked.connect(lambda: self._record(more=False))
        self.add.clicked.connect(lambda: self._record(more=True))
        self.clear.clicked.connect(self._clear)
        self.reset.clicked.connect(self._reset)
        self.reset_all.clicked.connect(self._reset_all)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
