"""The right pane: what models say and what the reader decides, for a fundus or a chest case."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from engine.records import Modality
from viewer.panels.ask_panel import AskPanel
from viewer.panels.comment_panel import CommentPanel
from viewer.panels.decision_bar import DecisionBar
from viewer.panels.findings_panel import FindingsPanel
from viewer.panels.grade_panel import GradePanel
from viewer.panels.history_panel import HistoryPanel
from viewer.panels.lesions_panel import LesionsPanel
from viewer.panels.maps_panel import MapsPanel
from viewer.panels.rankings_panel import RankingsPanel
from viewer.panels.readings_panel import ReadingsPanel
from viewer.panels.similar_panel import SimilarPanel
from viewer.panels.studies_panel import StudiesPanel
from viewer.widgets import MARGIN, named, note, say

WIDTH = 320


class ReviewPanel(QFrame):
    """Holds the panels of both modalities and shows those that fit the open case."""

    comment_left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("reviewPanel")
        self.setFixedWidth(WIDTH)
        self.grade = GradePanel()
        self.findings = FindingsPanel()
        self.decision = DecisionBar()
        self.lesions = LesionsPanel()
        self.maps = MapsPanel()
        self.similar = SimilarPanel()
        self.ask = AskPanel()
        self.rankings = RankingsPanel()
        self.readings = ReadingsPanel()
        self.studies = StudiesPanel()
        self.comment = CommentPanel()
        self.comment.left.connect(self.comment_left)
        self.history = HistoryPanel()
        self.caution = note(name="caution")
        self.model = note()
        self._fundus: tuple[QWidget, ...] = (self.grade, self.lesions, self.maps, self.similar)
        self._chest: tuple[QWidget, ...] = (self.findings, self.ask)
        self._both: tuple[QWidget, ...] = (self.decision, self.comment, self.history, self.model)
        self._lay_out()
        self.show_case(None)

    def show_case(self, modality: Modality | None, caution: str = "") -> None:
        """Show the panels for a case of this modality, none when no case is open."""
        for widget in self._fundus:
            widget.setVisible(modality is Modality.FUNDUS)
        for widget in self._chest:
            widget.setVisible(modality is Modality.CHEST)
        for widget in self._both:
            widget.setVisible(modality is not None)
        if modality is None:
            self.readings.hide()
            self.studies.hide()
        if modality is not Modality.CHEST:
            self.rankings.hide()
        say(self.caution, caution)

    def show_models(self, text: str) -> None:
        """Which model versions spoke."""
        say(self.model, text)

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        body = named(QWidget(), "reviewBody")
        layout = QVBoxLayout(body)
        layout.setContentsMargins(MARGIN, 14, MARGIN, 14)
        layout.setSpacing(14)
        for widget in (
            self.caution,
            self.readings,
            self.grade,
            self.findings,
            self.decision,
            self.lesions,
            self.maps,
            self.similar,
            self.rankings,
            self.ask,
            self.studies,
            self.comment,
            self.history,
            self.model,
        ):
            layout.addWidget(widget)
        layout.addStretch()
        scroll = QScrollArea(widgetResizable=True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(body)
        outer.addWidget(scroll)
