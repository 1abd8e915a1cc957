"""How readers closed a case, side by side; where two differ, a third decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from engine.store.rows import Reading
from viewer import language
from viewer.state.reading import quarrels
from viewer.widgets import column, heading, named, note, say


class ReadingsPanel(QWidget):
    """See the module; hidden unless at least two readers closed the case."""

    take_pressed = Signal(object)  # Reading

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = column(self, 4)
        layout.addWidget(heading(self.tr("Readings")))
        self.verdict = note(name="caution")
        layout.addWidget(self.verdict)
        self._list = QVBoxLayout()
        self._list.setSpacing(4)
        layout.addLayout(self._list)
        self.lines: list[QLabel] = []
        self.buttons: list[QPushButton] = []
        self.hide()

    def show_readings(self, readings: Sequence[Reading], eyes: Mapping[int, str], open_quarrel: bool) -> None:
        """Show the newest reading of each reader.

        Parameters
        ----------
        eyes
            Instance -> how it is called, in reading order.
        open_quarrel
            Whether the case waits for a third reader, who can take one of the answers.
        """
        newest = list({reading.reader: reading for reading in readings}.values())
        self.setVisible(len(newest) > 1)
        self._clear()
        if len(newest) < 2:
            return
        apart = quarrels(newest)
        told = self.tr("The readers agree.")
        if apart and open_quarrel:
            told = self.tr("The readers differ: decide, or take one answer, then accept.")
        elif apart:
            told = self.tr("The readers differed; it was settled.")
        self.verdict.setObjectName("caution" if apart and open_quarrel else "note")
        self.verdict.style().polish(self.verdict)
        say(self.verdict, told)
        for reading in newest:
            self._add(reading, eyes, open_quarrel and bool(apart), set(apart))

    def _add(
        self, reading: Reading, eyes: Mapping[int, str], takeable: bool, apart: set[tuple[int, str]]
    ) -> None:
        line = QLabel(f"{reading.reader}: {self._words(reading, eyes, apart)}")
        line.setWordWrap(True)
        self.lines.append(line)
        self._list.addWidget(line)
        if takeable:
            button = named(QPushButton(self.tr("Take the answer of {0}").format(reading.reader)), "flat")
            button.clicked.connect(lambda: self.take_pressed.emit(reading))
            self.buttons.append(button)
            self._list.addWidget(button)

    def _words(self, reading: Reading, eyes: Mapping[int, str], apart: set[tuple[int, str]]) -> str:
        """Grades of all eyes; of the findings those that are in question, else those present."""
        order = {instance: number for number, instance in enumerate(eyes)}

        def place(item: tuple[int, object]) -> tuple[int, int]:
            return order.get(item[0], len(order)), item[0]

        parts = [
            self.tr("{0} grade {1}").format(eyes.get(instance, ""), grade).strip()
            for instance, grade in sorted(reading.grades.items(), key=place)
        ]
        for instance, findings in sorted(reading.findings.items(), key=place):
            asked = [name for name in sorted(findings) if (instance, name) in apart]
            for name in asked or [name for name in sorted(findings) if findings[name]]:
                word = self.tr("present") if findings[name] else self.tr("absent")
                parts.append(f"{language.term(name)} {word}")
        return ", ".join(parts) or language.state(reading.state.value)

    def _clear(self) -> None:
        for widget in (*self.lines, *self.buttons):
            self._list.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self.lines, self.buttons = [], []
