"""Score, attention and gated maps of each grade: chosen in the panel or by keys, kept from case to case."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject

from engine.records import Modality
from viewer.control.captions import map_caption
from viewer.control.desk import Desk
from viewer.control.pictures import PictureControl
from viewer.state.zoom_maps import MapChoice, levels_of

SWITCH = "view.evidence"


class MapControl(QObject):
    """See the module."""

    def __init__(self, desk: Desk, pictures: PictureControl) -> None:
        super().__init__(desk)
        self._desk, self._pictures = desk, pictures
        panel = desk.window.review.maps
        panel.kind_chosen.connect(self._chosen)
        panel.level_chosen.connect(lambda level: self.choose(replace(self.choice, level=level)))
        pictures.overlays_shown.connect(self.show)

    @property
    def choice(self) -> MapChoice:
        """What is shown while maps are on."""
        return self._pictures.zoom_map

    def choose(self, choice: MapChoice) -> None:
        """Show this map."""
        self._pictures.zoom_map = choice
        action = self._desk.window.actions_by_id[SWITCH]
        if action.isChecked():
            self._pictures.show_active()
        else:
            action.setChecked(True)
        here = self._desk.open
        scores = here.grade_scores(here.active) if here else None
        self._desk.tell(map_caption(choice.name(scores.grade if scores else None)))

    def next_kind(self) -> None:
        """The first time the chosen one is shown, then the next."""
        on = self._desk.window.is_checked(SWITCH)
        self.choose(self.choice.next_kind() if on else self.choice)

    def next_level(self) -> None:
        """The map of the next grade."""
        self.choose(self.choice.next_level())

    def show(self) -> None:
        """Bring the panel up to date."""
        here, panel = self._desk.open, self._desk.window.review.maps
        if here is None or here.modality is not Modality.FUNDUS:
            return
        panel.setVisible(not here.veiled)
        stored = here.stored(here.active, "zoom_in_net")
        levels = levels_of(stored.prediction.maps, self.choice.kind) if stored else ()
        panel.show_choice(self.choice, self._desk.window.is_checked(SWITCH), levels)

    def _chosen(self, kind: str) -> None:
        """A click on the kind that is shown hides it."""
        shown = self._desk.window.is_checked(SWITCH) and kind == self.choice.kind
        if shown:
            self._desk.window.actions_by_id[SWITCH].setChecked(False)
        else:
            self.choose(replace(self.choice, kind=kind))
