"""Pairing eyes: the case of the fellow eye is chosen from a list, and file-name rules are edited."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.records import Laterality
from viewer.language import translate
from viewer.state.pairing import USUAL, Offer, patterns_of, problem_of, read_names
from viewer.widgets import named, note, say

MARGINS = (22, 18, 22, 18)


def side(eye: Laterality) -> str:
    """Right, left, or a dash."""
    words = {
        Laterality.RIGHT: translate("PairingDialog", "right"),
        Laterality.LEFT: translate("PairingDialog", "left"),
    }
    return words.get(eye, "–")


class PairDialog(QDialog):
    """Lists the cases that could be the fellow eye of the open one."""

    searched = Signal(str)
    chosen = Signal(int)  # case id

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Pair with another case"))
        self.resize(560, 460)
        self.search = QLineEdit(placeholderText=self.tr("Search the other case…"))
        self.search.setAccessibleName(self.tr("Search the other case"))
        self.search.textChanged.connect(self.searched)
        self.search.returnPressed.connect(self._choose)
        self.button = named(QPushButton(self.tr("Pair")), "primary")
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self._choose)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Cases of the other eye"))
        self.list.itemActivated.connect(lambda _: self._choose())
        self.list.currentRowChanged.connect(lambda row: self.button.setEnabled(row >= 0))
        self.text = note()
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self.button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*MARGINS)
        layout.setSpacing(12)
        title = self.tr("Its images move to {0}. Edit > Undo takes that back.").format(name)
        for widget in (note(title), self.search, self.list, self.text):
            layout.addWidget(widget)
        layout.addLayout(row)

    def show_offers(self, offers: Sequence[Offer], why_none: str) -> None:
        """Show these cases; a sentence where there are none."""
        self.list.clear()
        for offer in offers:
            item = QListWidgetItem(f"{offer.name} · {side(offer.eye)} · {offer.files}")
            item.setData(Qt.ItemDataRole.UserRole, offer.case_id)
            self.list.addItem(item)
        self.list.setCurrentRow(0 if offers else -1)
        self.button.setEnabled(bool(offers))
        say(self.text, "" if offers else why_none)

    def _choose(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.chosen.emit(int(item.data(Qt.ItemDataRole.UserRole)))
            self.accept()


class PairingRulesDialog(QDialog):
    """Patterns for file names, one a line, with what they read in the names of the project."""

    save_pressed = Signal(object)  # list[str]

    def __init__(self, names: Sequence[str], own: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("File names of eyes"))
        self.resize(760, 620)
        self._names = list(names)
        self.field = QPlainTextEdit("\n".join(own))
        self.field.setAccessibleName(self.tr("Patterns, one a line"))
        self.field.setPlaceholderText(r"(?P<patient>\d+)-(?P<eye>R|L)")
        self.field.setTabChangesFocus(True)
        self.field.setFixedHeight(110)
        self.field.textChanged.connect(self._read)
        self.problem = note(name="refused")
        self.table = self._make_table()
        self.save = named(QPushButton(self.tr("Save for the next imports")), "primary")
        self.save.clicked.connect(self._save)
        self._lay_out()
        self._read()

    def _make_table(self) -> QTableWidget:
        table = QTableWidget(0, 3)
        table.setHorizontalHeaderLabels([self.tr("File"), self.tr("Patient"), self.tr("Eye")])
        table.setAccessibleName(self.tr("What the patterns read"))
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.setColumnWidth(1, 220)
        return table

    def _lay_out(self) -> None:
        text = self.tr(
            "Regular expressions for file names without their suffix, one a line, with the groups patient "
            "and eye (left, l, os, 1; right, r, od, 0). They come before the usual ones; a DICOM header that "
            "says patient and eye comes before both."
        )
        usual = note(self.tr("The usual ones:\n{0}").format("\n".join(USUAL)))
        usual.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*MARGINS)
        layout.setSpacing(12)
        for widget in (note(text), self.field, self.problem, usual):
            layout.addWidget(widget)
        self.seen = QLabel()
        layout.addWidget(self.seen)
        layout.addWidget(self.table, 1)
        layout.addLayout(row)

    def _read(self) -> None:
        own = patterns_of(self.field.toPlainText())
        problem = problem_of(own)
        say(self.problem, problem)
        self.save.setEnabled(not problem)
        if problem:
            self.table.setRowCount(0)
            self.seen.setText("")
            return
        rows = read_names(own, self._names)
        self.table.setRowCount(len(rows))
        for line, read in enumerate(rows):
            for place, text in enumerate((read.name, read.patient or "–", side(read.eye))):
                self.table.setItem(line, place, QTableWidgetItem(text))
        told = sum(bool(read.patient) for read in rows)
        self.seen.setText(self.tr("Read in {0} of {1} file names of this project:").format(told, len(rows)))

    def _save(self) -> None:
        self.save_pressed.emit(patterns_of(self.field.toPlainText()))
        self.accept()
