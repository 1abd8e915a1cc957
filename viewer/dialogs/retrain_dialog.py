"""Retraining: what is new, start, live curve, cancel; then old against new, and the decision."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.systems import System
from viewer.dialogs.curve_view import CurveView
from viewer.language import translate
from viewer.state.retraining import MetricRow, Phase, Retraining
from viewer.widgets import heading, named, note, say


class RetrainDialog(QDialog):
    """Shows a `Retraining`; asks by signals."""

    system_chosen = Signal(str)
    start_pressed = Signal(str)
    cancel_pressed = Signal()
    accept_pressed = Signal()
    discard_pressed = Signal()
    case_chosen = Signal(int)

    def __init__(self, systems: Sequence[System], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Retrain"))
        self.resize(760, 720)
        self.systems = QComboBox()
        for system in systems:
            self.systems.addItem(system.title, system)
        self.systems.currentIndexChanged.connect(lambda _: self.system_chosen.emit(self.system))
        self.new = note()
        self.start = named(QPushButton(self.tr("Start")), "primary")
        self.start.clicked.connect(lambda: self.start_pressed.emit(self.system))
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.clicked.connect(self.cancel_pressed)
        self.text = note()
        self.bar = QProgressBar(textVisible=False)
        self.curve = CurveView()
        self.table = _table()
        self.held_back = note()
        self.flipped = note()
        self.cases = _cases()
        self.cases.itemClicked.connect(self._case_clicked)
        self.cases.itemActivated.connect(self._case_clicked)
        self.accept_button = named(QPushButton(self.tr("Use the new model")), "primary")
        self.accept_button.clicked.connect(self.accept_pressed)
        self.discard_button = QPushButton(self.tr("Discard it"))
        self.discard_button.clicked.connect(self.discard_pressed)
        self._lay_out()
        self.show_state(Retraining())

    @property
    def system(self) -> str:
        """Name of the chosen system."""
        system: System = self.systems.currentData()
        return system.name

    def show_changes(self, changes: Mapping[str, Any], active: str) -> None:
        """What is new since the active model."""
        counts = [f"{value} {name.replace('_', ' ')}" for name, value in changes.items()]
        since = self.tr("Since {0}").format(active) if active else self.tr("Since the shipped model")
        say(self.new, f"{since}: {', '.join(counts) or self.tr('nothing new')}.")

    def show_state(self, state: Retraining, names: Mapping[int, str] | None = None) -> None:
        """Show where the retraining stands; ``names`` are of the cases that the models differ on, by id."""
        running = state.phase in {Phase.RUNNING, Phase.CANCELLING}
        done = state.phase is Phase.DONE
        self.systems.setEnabled(not running and not done)
        self.start.setVisible(not done)
        self.start.setEnabled(not running)
        self.cancel.setVisible(running)
        self.cancel.setEnabled(state.phase is Phase.RUNNING)
        self.bar.setVisible(running)
        self.bar.setRange(0, state.total)
        self.bar.setValue(state.done)
        self.text.setObjectName("refused" if state.phase is Phase.FAILED else "note")
        self.text.style().polish(self.text)
        say(self.text, state.error or (state.text if state.phase is not Phase.DONE else ""))
        self.curve.show_curves(state.curve)
        for widget in (self._heading, self.table, self.accept_button, self.discard_button):
            widget.setVisible(done)
        if done:
            self._show_result(state, names or {})
        else:
            say(self.held_back, "")
            say(self.flipped, "")
            self.cases.hide()

    def _show_result(self, state: Retraining, names: Mapping[int, str]) -> None:
        result = state.result
        fill_metrics(self.table, state.rows)
        n = result.get("held_back", 0)
        text = self.tr("Measured on {0} held-back reviewed images that no training has seen.").format(n)
        if not n:
            text = self.tr(
                "No reviewed image is held back yet, so nothing was measured. Review more cases first."
            )
        say(self.held_back, f"{result.get('version', '')}: {text}")
        flipped = state.flipped
        text = self.tr("The new model decides {0} cases otherwise; a click opens it.").format(len(flipped))
        if len(flipped) == 1:
            text = self.tr("The new model decides 1 case otherwise; a click opens it.")
        say(self.flipped, text if flipped else "")
        self.cases.setVisible(bool(flipped))
        self.cases.clear()
        for case_id in flipped:
            item = QListWidgetItem(names.get(case_id, self.tr("case {0}").format(case_id)), self.cases)
            item.setData(Qt.ItemDataRole.UserRole, case_id)

    def _case_clicked(self, item: QListWidgetItem) -> None:
        self.case_chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.systems, 1)
        top.addWidget(self.start)
        top.addWidget(self.cancel)
        bottom = QHBoxLayout()
        bottom.addStretch()
        bottom.addWidget(self.discard_button)
        bottom.addWidget(self.accept_button)
        self._heading = heading(self.tr("Old against new"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 18, 22, 18)
        layout.setSpacing(12)
        layout.addLayout(top)
        for widget in (self.new, self.bar, self.text):
            layout.addWidget(widget)
        layout.addWidget(self.curve, 1)
        for below in (self._heading, self.table, self.held_back, self.flipped, self.cases):
            layout.addWidget(below)
        layout.addLayout(bottom)


def _cases() -> QListWidget:
    """Names side by side, so that a few dozen fit."""
    cases = QListWidget()
    cases.setFlow(QListWidget.Flow.LeftToRight)
    cases.setWrapping(True)
    cases.setResizeMode(QListWidget.ResizeMode.Adjust)
    cases.setSpacing(4)
    cases.setMaximumHeight(96)
    cases.setAccessibleName(translate("RetrainDialog", "Cases that the new model decides otherwise"))
    return cases


def _table() -> QTableWidget:
    table = QTableWidget(0, 4)
    table.setHorizontalHeaderLabels(
        [
            translate("RetrainDialog", "Measure"),
            translate("RetrainDialog", "Old"),
            translate("RetrainDialog", "New"),
            translate("RetrainDialog", "Difference"),
        ]
    )
    table.verticalHeader().hide()
    table.setShowGrid(False)
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
    table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    return table


def fill_metrics(table: QTableWidget, rows: Sequence[MetricRow]) -> None:
    """Old, new and difference of each measure; a dash where one is missing or not a number."""
    table.setRowCount(len(rows))
    for line, row in enumerate(rows):
        table.setItem(line, 0, QTableWidgetItem(row.name.replace("_", " ")))
        for place, value in enumerate((row.old, row.new, row.difference), start=1):
            text = (
                "–" if value is None or math.isnan(value) else format(value, "+.3f" if place == 3 else ".3f")
            )
            item = QTableWidgetItem(text)
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            table.setItem(line, place, item)
