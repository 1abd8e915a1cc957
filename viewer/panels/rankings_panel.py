"""The ranking of another model, or of an older version, against the one that is shown."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from viewer import language
from viewer.panels.score_list import ScoreList, ScoreRow
from viewer.state.rankings import Moved, spearman
from viewer.widgets import column, heading, note, say

SHOWN = 6


class RankingsPanel(QWidget):
    """See the module; hidden when there is nothing to compare with."""

    other_chosen = Signal(str)  # key of the other ranking, empty for none

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = column(self, 4)
        layout.addWidget(heading(self.tr("Compare rankings")))
        self.choice = QComboBox()
        self.choice.setAccessibleName(self.tr("Ranking to compare with"))
        self.choice.activated.connect(lambda _: self.other_chosen.emit(self.choice.currentData()))
        self.told = note()
        self.rows = ScoreList(bar_below=True)
        for widget in (self.choice, self.told, self.rows):
            layout.addWidget(widget)
        self.hide()

    def show_choices(self, others: Sequence[tuple[str, str]], chosen: str) -> None:
        """Rankings that there are beside the one shown: (key, title)."""
        self.setVisible(bool(others))
        self.choice.clear()
        self.choice.addItem(self.tr("with nothing"), "")
        for key, title in others:
            self.choice.addItem(title, key)
        self.choice.setCurrentIndex(max(self.choice.findData(chosen), 0))

    def show_moved(self, moved: Sequence[Moved]) -> None:
        """Show the labels that moved farthest; nothing without a comparison."""
        alike = spearman(moved)
        text = self.tr("Rank correlation {0:.2f} over {1} labels; places here → there").format(
            alike or 0.0, len(moved)
        )
        say(self.told, text if alike is not None else "")
        shown = [row for row in moved if row.by][:SHOWN]
        self.rows.show_rows([self._row(row, len(moved)) for row in shown])

    def _row(self, row: Moved, total: int) -> ScoreRow:
        tip = self.tr("{0}: place {1} here, {2} there").format(language.term(row.name), row.here, row.there)
        fraction = abs(row.by) / max(total - 1, 1)
        return ScoreRow(language.term(row.name), fraction, f"{row.here}→{row.there}", tip=tip)
