"""The operating point of a label: its curves on the reviewed cases, and a threshold that is dragged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from viewer import language
from viewer.dialogs.operating_view import OperatingView
from viewer.widgets import named, note, number, say

AT_LEAST = 0.9  # what the buttons ask for; see `engine.metrics.operating_points.choose`


class ThresholdsDialog(QDialog):
    """Shows what `engine.operations.thresholds.threshold_curve` found; asks by signals."""

    label_chosen = Signal(str)
    save_pressed = Signal(str, float)
    clear_pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Thresholds"))
        self.resize(640, 480)
        self.labels = QComboBox()
        self.labels.setAccessibleName(self.tr("Label"))
        self.labels.currentIndexChanged.connect(lambda _: self.label_chosen.emit(self.label))
        self.source = note()
        self.view = OperatingView()
        self.view.moved.connect(lambda _: self._describe())
        self.figures = note()
        self.rules = {
            "youden": QPushButton(self.tr("Balanced (Youden)")),
            "sensitivity": QPushButton(self.tr("Sensitivity ≥ {0}").format(AT_LEAST)),
            "specificity": QPushButton(self.tr("Specificity ≥ {0}").format(AT_LEAST)),
            "ppv": QPushButton(self.tr("Predictive value ≥ {0}").format(AT_LEAST)),
        }
        for rule, button in self.rules.items():
            button.clicked.connect(lambda _=False, rule=rule: self._use(rule))
        self.save = named(QPushButton(self.tr("Use this threshold")), "primary")
        self.save.clicked.connect(lambda: self.save_pressed.emit(self.label, self.view.threshold))
        self.clear = QPushButton(self.tr("No threshold"))
        self.clear.clicked.connect(lambda: self.clear_pressed.emit(self.label))
        self.found: Mapping[str, Any] = {}
        self._lay_out()
        self.show_waiting("")

    @property
    def label(self) -> str:
        """Name of the chosen label."""
        return str(self.labels.currentData() or "")

    def show_labels(self, names: Sequence[str], chosen: str) -> None:
        """Offer these labels; the chosen one is asked for at once."""
        self.labels.blockSignals(True)
        self.labels.clear()
        for name in names:
            self.labels.addItem(language.term(name), name)
        self.labels.setCurrentIndex(max(list(names).index(chosen) if chosen in names else 0, 0))
        self.labels.blockSignals(False)
        self.label_chosen.emit(self.label)

    def show_waiting(self, text: str) -> None:
        """No curve yet, or none at all: a sentence instead."""
        self.found = {}
        self.view.show_curve({}, 0.0, text)
        say(self.source, "")
        say(self.figures, "")
        self._enable()

    def show_found(self, found: Mapping[str, Any]) -> None:
        """Show a label's curve, or why there is none."""
        self.found = found
        counts = self.tr("{0} {1}: {2} cases with and {3} without it were reviewed.").format(
            found["system"], found["version"], found["positives"], found["negatives"]
        )
        if found["held_back"]:
            counts += " " + self.tr("Only held-back patients count: the model learnt from the others.")
        say(self.source, counts)
        if found["enough"]:
            chosen = found["chosen"]
            start = found["suggested"]["youden"] if chosen is None else chosen
            self.view.show_curve(found["curve"], float(start))
            self._describe()
        else:
            needed = found["needed"]
            text = self.tr(
                "Too few reviewed cases for a curve: at least {0} with and {1} without it are needed."
            )
            self.view.show_curve({}, 0.0, text.format(*needed))
            say(self.figures, "")
        self._enable()

    def _describe(self) -> None:
        """What the threshold under the line gives."""
        curve = self.found["curve"]
        place = min(self.view.place(self.view.threshold), len(curve["thresholds"]) - 1)
        values = [number(curve[name][place]) for name in ("sensitivity", "specificity", "ppv")]
        text = self.tr("Threshold {0}: sensitivity {1}, specificity {2}, positive predictive value {3}.")
        say(self.figures, text.format(number(self.view.threshold), *values))

    def _use(self, rule: str) -> None:
        suggested = self.found["suggested"][rule]
        if suggested is not None:
            self.view.move_to(float(suggested))

    def _enable(self) -> None:
        enough = bool(self.found.get("enough"))
        suggested = self.found.get("suggested") or {}
        for rule, button in self.rules.items():
            button.setEnabled(enough and suggested.get(rule) is not None)
        self.save.setEnabled(enough)
        self.clear.setEnabled(self.found.get("chosen") is not None)

    def _lay_out(self) -> None:
        rules, bottom = QHBoxLayout(), QHBoxLayout()
        for button in self.rules.values():
            rules.addWidget(button)
        bottom.addStretch()
        bottom.addWidget(self.clear)
        bottom.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 18, 22, 18)
        layout.setSpacing(12)
        layout.addWidget(self.labels)
        layout.addWidget(self.source)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.figures)
        layout.addLayout(rules)
        layout.addLayout(bottom)
