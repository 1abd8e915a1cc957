"""Retraining: what is new, start, live curve, pause, cancel; then old against new, and the decision."""

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
from viewer.state.retraining import UNDER_WAY, MetricRow, Phase, Retraining, duration
from viewer.widgets import heading, named, note, say

FLIPS_SHOWN = 6  # without scrolling


class RetrainDialog(QDialog):
    """Shows a `Retraining`; asks by signals."""

    system_chosen = Signal(str)
    start_pressed = Signal(str)
    cancel_pressed = Signal()
    pause_pressed = Signal(bool)  # on or off
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
        self.pause = QPushButton(self.tr("Pause"))
        self.pause.setCheckable(True)
        self.pause.clicked.connect(self.pause_pressed)
        self.plan = note()
        self.warnings = note(name="caution")
        self.text = note()
        self.bar = QProgressBar(textVisible=False)
        self.curve = CurveView()
        self.curve.setMinimumHeight(110)
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

    def show_plan(self, plan: Mapping[str, Any] | None) -> None:
        """What a retraining would learn from and be measured on; None while that is being counted."""
        if plan is None:
            say(self.plan, self.tr("Counting the reviewed images…"))
            return
        train, held = plan["train"], plan["held_back"]
        lines = [
            self.tr(
                "Learns from {0} reviewed images of {1} patients. {2} images of {3} patients are held back: "
                "a fixed hash of the patient keeps them out of every training, to measure old against new."
            ).format(train["images"], train["patients"], held["images"], held["patients"])
        ]
        if plan["missing"]:
            lines.append(self.tr("The files of {0} images are gone.").format(plan["missing"]))
        if not train["images"]:
            lines.append(self.tr("Nothing to learn from yet: accept or correct some cases first."))
        elif plan["seconds"] is None:
            lines.append(self.tr("How long it takes is known after the first run here."))
        else:
            text = self.tr("Expected time: {0}, after the last run here.")
            lines.append(text.format(duration(plan["seconds"])))
        say(self.plan, "\n".join(lines))

    def show_state(self, state: Retraining, names: Mapping[int, str] | None = None) -> None:
        """Show where the retraining stands; ``names`` are of the cases that the models differ on, by id."""
        running = state.phase in UNDER_WAY
        done = state.phase is Phase.DONE
        self.systems.setEnabled(not running and not done)
        self.start.setVisible(not done)
        self.start.setEnabled(not running)
        self.cancel.setVisible(running)
        self.cancel.setEnabled(state.phase is not Phase.CANCELLING)
        self.pause.setVisible(running)
        self.pause.setEnabled(state.phase is not Phase.CANCELLING)
        self.pause.setChecked(state.phase is Phase.PAUSED)
        self.pause.setText(self.tr("Go on") if state.phase is Phase.PAUSED else self.tr("Pause"))
        self.plan.setVisible(not done and bool(self.plan.text()))
        self.bar.setVisible(running)
        self.bar.setRange(0, state.total)
        self.bar.setValue(state.done)
        self.text.setObjectName("refused" if state.phase is Phase.FAILED else "note")
        self.text.style().polish(self.text)
        say(self.text, state.error or (self._under_way(state) if state.phase is not Phase.DONE else ""))
        say(self.warnings, "\n".join(state.warnings) if done else "")
        self.curve.show_curves(state.curve)
        for widget in (self._heading, self.table, self.accept_button, self.discard_button):
            widget.setVisible(done)
        if done:
            self._show_result(state, names or {})
        else:
            say(self.held_back, "")
            say(self.flipped, "")
            self.cases.hide()

    def _under_way(self, state: Retraining) -> str:
        if state.phase is Phase.PAUSED:
            return self.tr("Paused: it stands where it was, and goes on from there.")
        left = state.seconds_left
        if left is None:
            return state.text
        return self.tr("{0} · about {1} left").format(state.text, duration(left))

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
        line = self.cases.fontMetrics().height() + 2
        self.cases.setFixedHeight(line * min(max(len(flipped), 2), FLIPS_SHOWN) + 12)
        self.cases.clear()
        for flip in state.flips or tuple({"case_id": case_id} for case_id in flipped):
            case_id = flip["case_id"]
            name = names.get(case_id, self.tr("case {0}").format(case_id))
            item = QListWidgetItem(self._flip_text(name, flip), self.cases)
            item.setData(Qt.ItemDataRole.UserRole, case_id)

    def _flip_text(self, name: str, flip: Mapping[str, Any]) -> str:
        if "old" not in flip:
            return name
        parts = [self.tr("{0}: {1} → {2}").format(name, flip["old"], flip["new"])]
        if flip.get("reader"):
            parts.append(self.tr("reader {0}").format(flip["reader"]))
        word = {"better": self.tr("better"), "worse": self.tr("worse")}.get(flip.get("verdict", ""), "")
        return " · ".join([*parts, word] if word else parts)

    def _case_clicked(self, item: QListWidgetItem) -> None:
        self.case_chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.systems, 1)
        top.addWidget(self.start)
        top.addWidget(self.pause)
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
        for widget in (self.new, self.plan, self.bar, self.text):
            layout.addWidget(widget)
        layout.addWidget(self.curve, 1)
        for below in (
            self._heading,
            self.warnings,
            self.table,
            self.held_back,
            self.flipped,
            self.cases,
        ):
            layout.addWidget(below)
        layout.addLayout(bottom)


def _cases() -> QListWidget:
    cases = QListWidget()
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
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    return table


def figure(value: float | None, span: tuple[float, float] | None, sign: str = "") -> str:
    """A value with its interval; a dash where it is missing or no number."""
    if value is None or math.isnan(value):
        return "–"
    text = format(value, f"{sign}.3f")
    return f"{text} ({span[0]:{sign}.2f} … {span[1]:{sign}.2f})" if span else text


def fill_metrics(table: QTableWidget, rows: Sequence[MetricRow]) -> None:
    """Old, new and difference of each measure; a dash where one is missing or not a number."""
    table.setRowCount(len(rows))
    for line, row in enumerate(rows):
        table.setItem(line, 0, QTableWidgetItem(row.name.replace("_", " ")))
        counts = row.name == "images"
        for place, value in enumerate((row.old, row.new, row.difference), start=1):
            sign = "+" if place == 3 else ""
            text = f"{value:{sign}.0f}" if counts and value is not None else ""
            item = QTableWidgetItem(text or figure(value, row.spans[place - 1], sign))
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            table.setItem(line, place, item)
