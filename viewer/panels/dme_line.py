"""One line for the risk of diabetic macular oedema: the model's grade and score, the reader's by a click."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from engine.records import GradeScores
from engine.vocabulary import grades
from viewer import language
from viewer.flow_layout import FlowLayout
from viewer.widgets import named, number


class DmeLine(QWidget):
    """See the module; the scale is IDRiD's, 0–2."""

    graded = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = FlowLayout(self, spacing=3)
        layout.addWidget(QLabel(self.tr("DME risk")))
        self.buttons: list[QPushButton] = []
        for grade, term in enumerate(grades("DME")):
            button = named(QPushButton(str(grade)), "chip")
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            name = language.term(term.name)
            button.setToolTip(name)
            button.setAccessibleName(self.tr("Macular oedema risk {0}: {1}").format(grade, name))
            button.clicked.connect(lambda _=False, grade=grade: self.graded.emit(grade))
            self.buttons.append(button)
            layout.addWidget(button)
        self.text = named(QLabel(), "note")
        layout.addWidget(self.text)

    def show_dme(self, scores: GradeScores | None, human: int | None) -> None:
        """Show an eye: the reader's grade is pressed in, else the model's."""
        model = scores.dme if scores else None
        for grade, button in enumerate(self.buttons):
            button.setChecked(grade == (model if human is None else human))
        parts = [self.tr("reader")] if human is not None else []
        if scores and model is not None:
            parts.append(self.tr("model {0}").format(model))
            parts.append(number(scores.dme_probability))
        self.text.setText(" · ".join(parts))
