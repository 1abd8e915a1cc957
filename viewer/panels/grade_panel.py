"""The retinopathy grade of the active eye: the model's five probabilities beside the reader's grade."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QWidget

from engine.records import GradeScores, Laterality
from viewer.actions import GRADES
from viewer.language import translate
from viewer.panels.dme_line import DmeLine
from viewer.panels.score_list import ScoreList, ScoreRow
from viewer.widgets import column, heading, note, say


def eye_name(laterality: Laterality) -> str:
    """Right eye, left eye, or that it is not known."""
    return {
        Laterality.RIGHT: translate("GradePanel", "Right eye"),
        Laterality.LEFT: translate("GradePanel", "Left eye"),
        Laterality.UNKNOWN: translate("GradePanel", "Eye not known"),
    }[laterality]


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
        instead: str = "",
    ) -> None:
        """Show an eye.

        Parameters
        ----------
        scores, human
            None when no model, or no reader, graded it.
        instead
            Why no grade of a model is shown although there may be one.
        """
        self.title.setText(self.tr("{0} · DR grade").format(eye_name(laterality)).upper())
        probabilities = scores.probabilities if scores else (0.0,) * len(GRADES)
        model_grade = scores.grade if scores else None
        self.bars.show_rows(
            [
                ScoreRow(
                    translate("Grades", name),
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
        self.referable.setText(instead if instead and human is None else _referable_line(scores, human))
        self.referable.setWordWrap(True)
        say(self.calibration, " ".join((_calibration(scores), *notes)).strip())


def _reader_line(human: int | None, model: int | None) -> str:
    if human is None:
        return ""
    text = translate("GradePanel", "Reader: grade {0}").format(human)
    if model is None:
        return text
    same = translate("GradePanel", "as the model")
    other = translate("GradePanel", "the model said {0}").format(model)
    return f"{text} · {same if model == human else other}"


def _referable_line(scores: GradeScores | None, human: int | None) -> str:
    if human is not None:
        return translate("GradePanel", "Referable {0} · reader").format(_strong(human >= 2))
    if scores is None:
        return translate("GradePanel", "No model has graded this eye.")
    share = sum(scores.probabilities[2:])
    text = translate("GradePanel", "Referable {0} · grade ≥ 2: {1:.2f}")
    if scores.calibrated:
        text = translate("GradePanel", "Referable {0} · p(grade ≥ 2) {1:.2f}")
    return text.format(_strong(scores.referable), share)


def _strong(yes: bool) -> str:
    word = translate("GradePanel", "yes") if yes else translate("GradePanel", "no")
    return f"<span style='font-weight:600'>{word}</span>"


def _calibration(scores: GradeScores | None) -> str:
    if scores is None:
        return ""
    text = translate("GradePanel", "Uncalibrated: no true probabilities.")
    if scores.calibrated:
        text = translate("GradePanel", "Probabilities calibrated.")
    several = translate("GradePanel", "Mean of {0} models.").format(scores.models)
    return f"{text} {several}" if scores.models > 1 else text
