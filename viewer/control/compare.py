"""Compare mode: two pictures of one patient side by side, moved and windowed together."""

from __future__ import annotations

from PySide6.QtCore import QObject

from engine.errors import EngineError
from engine.records import Modality
from viewer.control.captions import date_of
from viewer.control.desk import Desk
from viewer.control.pictures import PictureControl
from viewer.state.compare import Compared, Pair, Slot, corrected, fellow, prior, versions
from viewer.state.review import OpenCase

MODE_COLOUR = "#009e73"
SYSTEMS = {
    Modality.FUNDUS: ("lesion_unet", "zoom_in_net"),
    Modality.CHEST: ("cxr_ml_gzsl", "cm_dml_gzsl"),
}


class CompareControl(QObject):
    """See the module."""

    def __init__(self, desk: Desk, pictures: PictureControl) -> None:
        super().__init__(desk)
        self._desk, self._pictures = desk, pictures
        self._pairs: list[Pair] = []
        self._kind: Compared | None = None  # what was compared last is offered first
        bar = desk.window.compare_bar
        bar.pair_chosen.connect(self.show)
        bar.leave_pressed.connect(self.leave)
        desk.case_opened.connect(self._end)
        desk.compare_left.connect(self.leave)

    def toggle(self) -> None:
        """T: into the mode or out of it."""
        if self._desk.comparing:
            self.leave()
        else:
            self.start()

    def start(self, kind: Compared | None = None) -> None:
        """Put two pictures side by side: of that kind, else of the kind compared last."""
        here = self._desk.open
        if here is None or self._desk.editing:
            return
        try:
            self._pairs = self._found(here)
        except EngineError as error:
            self._desk.fail(self.tr("Nothing could be compared"), error)
            return
        wanted = kind or self._kind
        if not self._pairs or (kind is not None and all(pair.kind is not kind for pair in self._pairs)):
            self._desk.tell(self._nothing(kind))
            return
        first = next((n for n, pair in enumerate(self._pairs) if pair.kind is wanted), 0)
        self._desk.comparing = True
        self._desk.window.compare_bar.show_pairs([self._title(pair) for pair in self._pairs], first)
        self.show(first)

    def show(self, index: int) -> None:
        """Show one of the pairs."""
        if not 0 <= index < len(self._pairs):
            return
        pair = self._pairs[index]
        self._kind = pair.kind
        self._pictures.show_slots([pair.left, pair.right])
        for view in self._desk.window.canvas.views:
            view.set_mode_colour(MODE_COLOUR)
        self._desk.case_changed.emit()
        self._desk.tell(self._title(pair))

    def leave(self) -> None:
        """Esc: the open case as it is."""
        here = self._desk.open
        if not self._desk.comparing or here is None:
            return
        self._end()
        self._pictures.show_slots([Slot(instance) for instance in here.instances[:2]])
        self._desk.case_changed.emit()

    def _end(self) -> None:
        if not self._desk.comparing:
            return
        self._desk.comparing = False
        self._pairs = []
        self._desk.window.compare_bar.show_pairs((), -1)
        for view in self._desk.window.canvas.views:
            view.set_mode_colour(None)

    # -- what there is -------------------------------------------------------------------------------

    def _found(self, here: OpenCase) -> list[Pair]:
        """All that the active image can be compared with."""
        project = self._desk.project
        assert project is not None
        if here.veiled or here.secret:  # blind and double reading: no model's and no other reader's word
            return [pair for pair in (fellow(here),) if pair is not None]
        words = (self.tr("model"), self.tr("corrected"))
        pairs = [pair for pair in (corrected(here, words), fellow(here)) if pair is not None]
        for system in SYSTEMS.get(here.modality, ()):
            pairs += versions(here, project.prediction_history(here.active, system))
        others = [study for study in project.studies(here.case.id) if study.case_id != here.case.id]
        for study in sorted(others, key=lambda study: study.date, reverse=True):
            pair = prior(here, self._read(study.case_id))
            pairs += [pair] if pair is not None else []
        return pairs

    def _read(self, case_id: int) -> OpenCase:
        """Another case of the patient, as it would be opened."""
        project = self._desk.project
        assert project is not None
        case = project.case(case_id)
        predictions = {i.id: project.predictions(i.id) for i in case.instances}
        return OpenCase(case, project.review(case_id), predictions, self._desk.settings.reader)

    def _title(self, pair: Pair) -> str:
        words = {
            Compared.FELLOW: self.tr("Fellow eye"),
            Compared.PRIOR: self.tr("Other study"),
            Compared.CORRECTION: self.tr("Masks before and after correction"),
            Compared.MODEL: self.tr("Old and new model"),
        }
        here = self._desk.open
        kind = words[pair.kind]
        if pair.kind is Compared.FELLOW and here is not None and here.modality is Modality.CHEST:
            kind = self.tr("Other view")
        return f"{kind} · {date_of(pair.detail)}" if pair.detail else kind

    def _nothing(self, kind: Compared | None) -> str:
        texts = {
            Compared.FELLOW: self.tr("The case has one image only."),
            Compared.PRIOR: self.tr("There is no other study of this patient."),
            Compared.CORRECTION: self.tr("No mask of this image was corrected."),
            Compared.MODEL: self.tr("One model version only has looked at this image."),
        }
        if kind is None:
            return self.tr("There is nothing to compare this image with yet.")
        return texts[kind]
