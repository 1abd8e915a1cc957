"""What came of a sitting: how many cases, how fast, how often as the model, and where not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from viewer import language
from viewer.state.session import GRADES, Change, ReviewSession
from viewer.widgets import heading, note, say

WIDE, HIGH = 520, 620
LEAST_EYES = 5  # a kappa of fewer says nothing; ours


class SummaryDialog(QDialog):
    """See the module; a click on a change opens its case."""

    image_chosen = Signal(int)  # instance id

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Session summary"))
        self.pace, self.agreement = note(), note()
        self.table = QTableWidget(GRADES, GRADES)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.setHorizontalHeaderLabels([self.tr("you {0}").format(g) for g in range(GRADES)])
        self.table.setVerticalHeaderLabels([self.tr("model {0}").format(g) for g in range(GRADES)])
        self.table.setAccessibleName(self.tr("Model's grades against yours"))
        self.table.setFixedHeight(36 * (GRADES + 1))
        self.changed = note()
        self.changes = QListWidget()
        self.changes.setAccessibleName(self.tr("Grades that you changed"))
        self.changes.itemClicked.connect(self._clicked)
        self.changes.itemActivated.connect(self._clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 18, 22, 18)
        layout.setSpacing(10)
        self._table_title = heading(self.tr("Model against you"))
        for widget in (self.pace, self.agreement, self._table_title, self.table, self.changed):
            layout.addWidget(widget)
        layout.addWidget(self.changes, 1)
        layout.addStretch(0)  # what is there stands at the top

    def show_session(self, session: ReviewSession, names: Mapping[int, str]) -> None:
        """Show a sitting; ``names`` says how each changed image is called."""
        say(self.pace, self._pace(session))
        say(self.agreement, self._agreement(session))
        graded = bool(session.grades)
        for widget in (self._table_title, self.table):
            widget.setVisible(graded)
        for model, row in enumerate(session.table):
            for reader, count in enumerate(row):
                item = QTableWidgetItem(str(count) if count else "·")
                item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
                font = item.font()
                font.setBold(model == reader)
                item.setFont(font)
                self.table.setItem(model, reader, item)
        self._show_changes(session.changes, names)
        self.resize(WIDE, HIGH if graded or session.changes else self.sizeHint().height())

    def _pace(self, session: ReviewSession) -> str:
        if not session.closed:
            return self.tr("No case has been decided in this sitting yet.")
        states = ", ".join(f"{language.state(s.value)} {n}" for s, n in session.by_state.items())
        text = self.tr("{0} cases decided: {1}.").format(len(session.closed), states)
        if session.per_hour is None or session.median_seconds is None:
            return text
        pace = self.tr("{0:.0f} cases an hour; {1:.0f} s for the middle one. Breaks are left out.")
        return f"{text}\n{pace.format(session.per_hour, session.median_seconds)}"

    def _agreement(self, session: ReviewSession) -> str:
        eyes = len(session.grades)
        if not eyes:
            return ""
        same = sum(model == reader for model, reader in session.grades.values())
        parts = [self.tr("{0} of {1} eyes graded as the model did").format(same, eyes)]
        if session.kappa is not None and eyes >= LEAST_EYES:
            parts.append(self.tr("quadratic κ {0:.2f}").format(session.kappa))
        if session.blind:
            text = self.tr("{0} graded blind").format(len(session.blind))
            if session.blind_kappa is not None and len(session.blind) >= LEAST_EYES:
                text = self.tr("{0} graded blind, κ {1:.2f}").format(len(session.blind), session.blind_kappa)
            parts.append(text)
        return ", ".join(parts) + "."

    def _show_changes(self, changes: Sequence[Change], names: Mapping[int, str]) -> None:
        say(
            self.changed,
            self.tr("{0} grades differ from the model's; a click opens one.").format(len(changes)),
        )
        self.changed.setVisible(bool(changes))
        self.changes.setVisible(bool(changes))
        self.changes.clear()
        for change in changes:
            name = names.get(change.instance_id, str(change.instance_id))
            text = self.tr("{0}: model {1}, you {2}").format(name, change.model, change.reader)
            item = QListWidgetItem(text, self.changes)
            item.setData(Qt.ItemDataRole.UserRole, change.instance_id)

    def _clicked(self, item: QListWidgetItem) -> None:
        self.image_chosen.emit(item.data(Qt.ItemDataRole.UserRole))
