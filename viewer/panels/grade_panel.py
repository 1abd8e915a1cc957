"""The retinopathy grade of the active eye: the model's five probabilities beside the reader's grade."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QWidget

from engine.records import GradeScores, Laterality
from viewer.actions import GRADES
from viewer.panels.dme_line import DmeLine
from viewer.panels.score_list import ScoreList, ScoreRow
from viewer.widgets import column, heading, note, say

EYES = {Laterality.RIGHT: "Right eye", Laterality.LEFT: "Left eye", Laterality.UNKNOWN: "Eye not known"}


class GradePanel(QWidget):
    """See the module; emits the grade or the oedema risk that was clicked."""

    graded = Signal(int)
    dme_graded = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = column(self)
        self.title = heading("")
        self.bars = ScoreList()
        self.bars.clicked.connect(self.graded)
        self.reader = QLabel()
        self.referable = QLabel()
        self.dme = DmeLine()
        self.dme.graded.connect(self.dme_graded)
        self.calibration = note(name="note")
        for widget in (self.title, self.bars, self.reader, self.referable, self.dme, self.calibration):
            layout.addWidget(widget)

    def show_grade(
        self,
        laterality: Laterality,
        scores: GradeScores | None,
        human: int | None,
        notes: tuple[str, ...] = (),
        human_dme: int | None = None,
    ) -> None:
        """Show an eye; ``scores`` None when no model graded it, ``human`` None when no reader did."""
        self.title.setText(f"{EYES[laterality]} · DR grade".upper())
        probabilities = scores.probabilities if scores else (0.0,) * len(GRADES)
        model_grade = scores.grade if scores else None
        self.bars.show_rows(
            [
                ScoreRow(
                    name,
                    probability,
                    f"{probability:.2f}" if scores else "–",
                    key=str(grade),
                    chosen=grade == (model_grade if human is None else human),
                    bold=grade == human,
                    mark=True if grade == human else None,
                )
                for grade, (name, probability) in enumerate(zip(GRADES, probabilities, strict=True))
            ]
        )
        self.reader.setText(_reader_line(human, model_grade))
        self.reader.setVisible(bool(self.reader.text()))
        self.dme.show_dme(scores, human_dme)
        self.referable.setText(_referable_line(scores, human))
        say(self.calibration, " ".join((_calibration(scores), *notes)).strip())


def _reader_line(human: int | None, model: int | None) -> str:
    if human is None:
        return ""
    agreement = "" if model is None else " · as the model" if model == human else f" · the model said {model}"
    return f"Reader: grade {human}{agreement}"


def _referable_line(scores: GradeScores | None, human: int | None) -> str:
    if human is not None:
        return f"Referable {_strong(human >= 2)} · reader"
    if scores is None:
        return "No model has graded this eye."
    share = sum(scores.probabilities[2:])
    return f"Referable {_strong(scores.referable)} · p(grade ≥ 2) {share:.2f}"


def _strong(yes: bool) -> str:
    return f"<span style='font-weight:600'>{'yes' if yes else 'no'}</span>"


def _calibration(scores: GradeScores | None) -> str:
    if scores is None:
        return ""
    return "Probabilities calibrated." if scores.calibrated else "Uncalibrated: no true probabilities."
