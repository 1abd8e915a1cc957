"""Accepting a batch: how many, a sample to look at first, what it says of the rest, and the progress."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QPushButton, QSpinBox, QVBoxLayout, QWidget

from viewer.state.batch import SAMPLE, Batch, Stage
from viewer.widgets import named, note, say

SHOWN = 6  # results that are counted one by one


class BatchDialog(QDialog):
    """Shows a `Batch`; asks by signals."""

    sample_pressed = Signal(int)
    accept_pressed = Signal()
    stop_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Accept a batch"))
        self.resize(480, 260)
        self.what, self.told = note(), note()
        self.count = QSpinBox()
        self.count.setRange(1, 999)
        self.count.setValue(SAMPLE)
        self.count.setPrefix(self.tr("sample of "))
        self.count.setAccessibleName(self.tr("Cases of the sample"))
        self.look = named(QPushButton(self.tr("Look at a sample first")), "primary")
        self.look.clicked.connect(lambda: self.sample_pressed.emit(self.count.value()))
        self.go = named(QPushButton(), "primary")
        self.go.clicked.connect(self.accept_pressed)
        self.stop = QPushButton(self.tr("Stop"))
        self.stop.clicked.connect(self.stop_pressed)
        self.close_button = QPushButton(self.tr("Close"))
        self.close_button.clicked.connect(self.close)
        self.bar = QProgressBar(textVisible=False)
        self._lay_out()

    def show_batch(self, batch: Batch, results: Mapping[str, int]) -> None:
        """Show where it stands; ``results`` counts what the models say of its cases."""
        total, rest = len(batch.ids), len(batch.rest)
        most = sorted(results.items(), key=lambda entry: -entry[1])[:SHOWN]
        counted = ", ".join(f"{name or '–'} ({count})" for name, count in most)
        what = self.tr("{0} listed cases have a prediction that nobody has decided: {1}.")
        if not total:
            what = self.tr("No listed case waits with a prediction. Choose another filter.")
        say(self.what, what.format(total, counted))
        say(self.told, self._words(batch))
        ready, checked = batch.stage is Stage.READY, batch.stage is Stage.CHECKED
        for widget in (self.count, self.look):
            widget.setVisible(ready and total > 0)
        self.go.setText(self.tr("Accept the other {0}").format(rest))
        self.go.setVisible(checked and rest > 0)
        self.stop.setVisible(batch.stage is Stage.ACCEPTING)
        self.bar.setVisible(batch.stage is Stage.ACCEPTING)
        self.bar.setRange(0, max(rest, 1))
        self.bar.setValue(batch.accepted + batch.skipped)

    def _words(self, batch: Batch) -> str:
        looked, size = len(batch.looked), len(batch.sample)
        if batch.stage is Stage.READY:
            return self.tr("Look at some of them first: what you find there says how far to trust the rest.")
        if batch.stage is Stage.SAMPLING:
            return self.tr("{0} of {1} of the sample are decided. Go on as always.").format(looked, size)
        told = self.tr(
            "{0} looked at, {1} not accepted as they were. With 95 % certainty at most {2:.0f} % of the "
            "others would not be either."
        ).format(looked, batch.changed, 100 * batch.bound)
        if batch.stage is Stage.CHECKED:
            return told
        done = self.tr("{0} accepted, {1} left alone: decided by somebody meanwhile.")
        if not batch.skipped:
            done = self.tr("{0} accepted.")
        return f"{told}\n{done.format(batch.accepted, batch.skipped)}"

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 18, 22, 18)
        layout.setSpacing(12)
        for widget in (self.what, self.told, self.bar):
            layout.addWidget(widget)
        layout.addStretch()
        row = QHBoxLayout()
        row.addWidget(self.close_button)
        row.addStretch()
        for button in (self.count, self.look, self.go, self.stop):
            row.addWidget(button)
        layout.addLayout(row)
