"""All filters of the worklist at once, and the ones that a project keeps under a name."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.records import CaseState, Modality
from viewer import language
from viewer.state.filters import Filters
from viewer.widgets import heading, named, note, say

GRADES = 5
STATE_COLUMNS = 3


class FilterDialog(QDialog):
    """See the module; what is set holds at once."""

    changed = Signal(object)  # Filters, of this dialog's part
    save_pressed = Signal(str)
    chosen = Signal(str)  # a saved filter
    delete_pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Filters"))
        self.resize(460, 560)
        self._me, self._quiet = "", False
        self.states = {state: QCheckBox(language.state(state.value)) for state in CaseState}
        self.modality = QComboBox()
        for title, value in (
            (self.tr("any"), ""),
            (self.tr("fundus photographs"), Modality.FUNDUS.value),
            (self.tr("chest X-rays"), Modality.CHEST.value),
        ):
            self.modality.addItem(title, value)
        self.grades = [named(QPushButton(str(grade)), "chip") for grade in range(GRADES)]
        self.label, self.reader, self.score_label = QComboBox(), QComboBox(), QComboBox()
        self.low, self.high = QLineEdit(), QLineEdit()
        self.second = QCheckBox(self.tr("Decided by others, not yet by me (double reading)"))
        self.saved = QComboBox(editable=True)
        self.problem = note(name="refused")
        self._lay_out()
        self._connect()

    def show_choices(self, labels: Sequence[str], readers: Sequence[str], me: str) -> None:
        """What can be chosen in this project, and who reads."""
        self._quiet, self._me = True, me
        for box, names in ((self.label, labels), (self.score_label, labels), (self.reader, readers)):
            kept = box.currentData()
            box.clear()
            box.addItem(self.tr("any"), "")
            for name in names:
                box.addItem(name if box is self.reader else language.term(name), name)
            box.setCurrentIndex(max(box.findData(kept), 0))
        self._quiet = False

    def show_saved(self, names: Sequence[str], current: str = "") -> None:
        """The names under which filters are kept."""
        self.saved.blockSignals(True)
        self.saved.clear()
        self.saved.addItems(list(names))
        self.saved.setCurrentText(current)
        self.saved.blockSignals(False)

    def show_filters(self, filters: Filters) -> None:
        """Set everything to these, without telling."""
        self._quiet = True
        for state, box in self.states.items():
            box.setChecked(state in filters.states)
        shown = filters.modality.value if filters.modality is not None else ""
        self.modality.setCurrentIndex(max(self.modality.findData(shown), 0))
        for grade, chip in enumerate(self.grades):
            chip.setChecked(grade in filters.grades)
        for combo, value in (
            (self.label, filters.label),
            (self.reader, filters.reader),
            (self.score_label, filters.score_label),
        ):
            if value and combo.findData(value) < 0:
                combo.addItem(value, value)
            combo.setCurrentIndex(max(combo.findData(value), 0))
        self.low.setText("" if filters.low is None else f"{filters.low:g}")
        self.high.setText("" if filters.high is None else f"{filters.high:g}")
        self.second.setChecked(bool(filters.second_reader))
        self._quiet = False

    def filters(self) -> Filters:
        """What is set here; the search box and the chips are the worklist's own."""
        score = self.score_label.currentData() or ""
        return Filters(
            states=frozenset(state for state, box in self.states.items() if box.isChecked()),
            modality=Modality(self.modality.currentData()) if self.modality.currentData() else None,
            grades=frozenset(grade for grade, chip in enumerate(self.grades) if chip.isChecked()),
            label=self.label.currentData() or "",
            reader=self.reader.currentData() or "",
            score_label=score,
            low=_number(self.low.text()) if score else None,
            high=_number(self.high.text()) if score else None,
            second_reader=self._me if self.second.isChecked() else "",
        )

    def clear(self) -> None:
        """Filter nothing."""
        self.show_filters(Filters())
        self._tell()

    def _connect(self) -> None:
        for box in (*self.states.values(), self.second):
            box.toggled.connect(self._tell)
        for chip in self.grades:
            chip.toggled.connect(self._tell)
        for combo in (self.modality, self.label, self.reader, self.score_label):
            combo.currentIndexChanged.connect(self._tell)
        for field in (self.low, self.high):
            field.editingFinished.connect(self._tell)
        self.saved.activated.connect(lambda _: self.chosen.emit(self.saved.currentText()))

    def _tell(self) -> None:
        wrong = [f.text() for f in (self.low, self.high) if f.text().strip() and _number(f.text()) is None]
        say(self.problem, self.tr("{0} is no number.").format(wrong[0]) if wrong else "")
        if not self._quiet and not wrong:
            self.changed.emit(self.filters())

    def _save(self) -> None:
        name = " ".join(self.saved.currentText().split())
        if name:
            self.save_pressed.emit(name)
        else:
            say(self.problem, self.tr("Type a name first."))

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 18, 22, 18)
        layout.setSpacing(10)
        layout.addWidget(heading(self.tr("State")))
        grid = QGridLayout()
        for place, box in enumerate(self.states.values()):
            grid.addWidget(box, place // STATE_COLUMNS, place % STATE_COLUMNS)
        layout.addLayout(grid)
        form = QFormLayout()
        form.setSpacing(8)
        form.addRow(self.tr("Modality"), self.modality)
        form.addRow(self.tr("DR grade"), _row(*self.grades, stretch=True))
        form.addRow(self.tr("Label"), self.label)
        form.addRow(self.tr("Score of"), self.score_label)
        form.addRow(self.tr("from, to"), _row(self.low, self.high))
        form.addRow(self.tr("Reader"), self.reader)
        layout.addLayout(form)
        layout.addWidget(self.second)
        layout.addWidget(self.problem)
        layout.addStretch()
        layout.addWidget(heading(self.tr("Kept under a name")))
        save, delete = QPushButton(self.tr("Save")), QPushButton(self.tr("Delete"))
        save.clicked.connect(self._save)
        delete.clicked.connect(lambda: self.delete_pressed.emit(self.saved.currentText()))
        layout.addWidget(_row(self.saved, save, delete))
        clear, close = QPushButton(self.tr("Clear")), named(QPushButton(self.tr("Close")), "primary")
        clear.clicked.connect(self.clear)
        close.clicked.connect(self.accept)
        for button in (save, delete, clear, close):
            button.setAutoDefault(False)
        layout.addWidget(_row(clear, close))
        self._name_fields()

    def _name_fields(self) -> None:
        """What a screen reader says of each field."""
        for grade, chip in enumerate(self.grades):
            chip.setCheckable(True)
            chip.setAutoDefault(False)
            chip.setAccessibleName(self.tr("DR grade {0}").format(grade))
        self.low.setPlaceholderText(self.tr("lowest"))
        self.high.setPlaceholderText(self.tr("highest"))
        for widget, name in (
            (self.modality, self.tr("Modality")),
            (self.label, self.tr("Label")),
            (self.reader, self.tr("Reader")),
            (self.score_label, self.tr("Score of")),
            (self.low, self.tr("Lowest score")),
            (self.high, self.tr("Highest score")),
            (self.saved, self.tr("Kept under a name")),
        ):
            widget.setAccessibleName(name)


def merged(chips: Filters, dialog: Filters) -> Filters:
    """The worklist's search and chips with the dialog's part."""
    return replace(
        dialog,
        text=chips.text,
        unreviewed=chips.unreviewed,
        referable=chips.referable,
        disagree=chips.disagree,
        unsure=chips.unsure,
    )


def _row(*widgets: QWidget, stretch: bool = False) -> QWidget:
    holder = QWidget()
    layout = QHBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(6)
    for widget in widgets:
        layout.addWidget(widget, int(isinstance(widget, QComboBox | QLineEdit)))
    if stretch:
        layout.addStretch()
    else:
        layout.setAlignment(Qt.AlignmentFlag.AlignVCenter)
    return holder


def _number(text: str) -> float | None:
    try:
        value = float(text.strip().replace(",", ".").replace("−", "-"))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
