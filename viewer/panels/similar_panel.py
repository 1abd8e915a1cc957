"""Similar diseases of the active eye, and what the approximate diagnosis says."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QLabel, QWidget

from engine.records import Diagnosis, NamedScore
from viewer import language
from viewer.panels.score_list import ScoreList, ScoreRow
from viewer.widgets import column, heading, note, say

SHOWN = 4


class SimilarPanel(QWidget):
    """See the module; hidden when there is nothing to show."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = column(self, 3)
        layout.addWidget(heading(self.tr("Similar diseases")))
        self.bars = ScoreList(bar_below=True)
        self.diagnosis = QLabel()
        self.caution = note(name="caution")
        for widget in (self.bars, self.diagnosis, self.caution):
            layout.addWidget(widget)

    def show_similar(
        self, similar: Sequence[NamedScore], diagnosis: Diagnosis | None, caution: str = ""
    ) -> None:
        """Show the most similar ones; ``caution`` says when only phantoms trained the model."""
        self.setVisible(bool(similar) or diagnosis is not None)
        ordered = sorted(similar, key=lambda s: -s.score)[:SHOWN]
        self.bars.show_rows([ScoreRow(language.term(s.name), s.score, f"{s.score:.2f}") for s in ordered])
        self.diagnosis.setVisible(diagnosis is not None)
        if diagnosis is not None:
            word = self.tr("likely") if diagnosis.positive else self.tr("unlikely")
            text = self.tr("{0}: {1} · margin {2:+.2f}")
            self.diagnosis.setText(text.format(language.term(diagnosis.target), word, diagnosis.score))
        say(self.caution, caution)
