"""The strip under a fundus photograph: the model's regions enlarged, and why it graded as it did."""

from __future__ import annotations

from PySide6.QtCore import QObject

from engine.records import Modality
from viewer.control.desk import Desk
from viewer.control.pictures import PictureControl
from viewer.jobs.images import crop
from viewer.language import marked
from viewer.panels.evidence_strip import Inset
from viewer.state.review import OpenCase
from viewer.state.why import why_grade

INSET_PIXELS = 512
HINT = marked(
    "EvidenceControl", "0–4 grade · Shift+1–4 zoom to a region · H hold to hide overlays · B boxes · M masks"
)


class EvidenceControl(QObject):
    """See the module."""

    def __init__(self, desk: Desk, pictures: PictureControl) -> None:
        super().__init__(desk)
        self._desk, self._pictures = desk, pictures
        pictures.overlays_shown.connect(self.show)

    def show(self) -> None:
        """Show the evidence of the active eye; none without a grade, nor while masks are corrected."""
        here, strip = self._desk.open, self._desk.window.evidence
        if here is None:
            return
        graded = here.modality is Modality.FUNDUS and here.grade_scores(here.active) is not None
        if graded and not self._desk.editing:
            strip.show_evidence(self._insets(here), self._why(here), self.tr(HINT))
        else:
            strip.setVisible(False)

    def _insets(self, here: OpenCase) -> list[Inset]:
        instance = here.active_instance
        loaded = self._pictures.picture_of(instance)
        stored = here.stored(instance.id, "zoom_in_net")
        if loaded is None or stored is None or loaded.array.dtype != "uint8":
            return []
        boxes = self._pictures.boxes_of(instance)[:4]
        return [
            Inset(
                number,
                crop(loaded.array, (box.x0, box.y0, box.x1, box.y1), INSET_PIXELS),
                self.tr("attention {0:.2f}").format(box.score),
            )
            for number, box in enumerate(boxes, start=1)
            if box.area > 0
        ]

    def _why(self, here: OpenCase) -> str:
        instance = here.active_instance
        stored, loaded = here.stored(instance.id, "zoom_in_net"), self._pictures.layers_of(instance)
        if stored is None or stored.prediction.grade is None:
            return ""
        centers = {code: layer.centers for code, layer in loaded.layers.items()} if loaded else {}
        return why_grade(stored.prediction.grade, stored.prediction.boxes, centers)
