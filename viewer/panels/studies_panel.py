"""Other studies of the same patient by date: a click opens one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from engine.store.rows import PatientStudy
from viewer import language
from viewer.widgets import column, heading, named

SHOWN = 8


class StudiesPanel(QWidget):
    """See the module; hidden when the patient has one study only."""

    chosen = Signal(int)  # case id

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = column(self, 3)
        layout.addWidget(heading(self.tr("Studies of this patient")))
        self._list = QVBoxLayout()
        self._list.setSpacing(2)
        layout.addLayout(self._list)
        self.buttons: list[QPushButton] = []
        self.hide()

    def show_studies(self, studies: Sequence[PatientStudy], here: int) -> None:
        """Show the newest first, with dates as they stand; the open case is marked."""
        self.setVisible(len(studies) > 1)
        for button in self.buttons:
            self._list.removeWidget(button)
            button.hide()
            button.deleteLater()
        others = shown_studies(studies, here) if len(studies) > 1 else []
        self.buttons = [self._button(study, here) for study in others]

    def _button(self, study: PatientStudy, here: int) -> QPushButton:
        date = study.date or self.tr("no date")
        result = study.top or language.state(study.state.value)
        mark = self.tr("this one") if study.case_id == here else ""
        text = " · ".join(part for part in (date, result, mark) if part)
        button = named(QPushButton(text), "flat")
        button.setEnabled(study.case_id != here)
        button.setToolTip(study.name)
        button.setAccessibleName(self.tr("Open the study {0}").format(text))
        button.clicked.connect(lambda: self.chosen.emit(study.case_id))
        self._list.addWidget(button)
        return button


def shown_studies(studies: Sequence[PatientStudy], here: int) -> list[PatientStudy]:
    """The newest first, at most a few around the open case."""
    newest = list(reversed(studies))
    place = next((n for n, study in enumerate(newest) if study.case_id == here), 0)
    start = min(max(place - SHOWN // 2, 0), max(len(newest) - SHOWN, 0))
    return newest[start : start + SHOWN]
