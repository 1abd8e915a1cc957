"""The worklist and the open case: choosing, filtering, moving on, and showing what the panels show."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from engine.errors import EngineError
from engine.records import Laterality, Modality, ModalitySource
from engine.systems import SYSTEMS
from viewer import language
from viewer.control.desk import Desk
from viewer.jobs.images import thumbnail
from viewer.language import translate
from viewer.panels.worklist_model import WorklistModel
from viewer.state.ranking import RankedFinding, freeze, rank
from viewer.state.review import OpenCase
from viewer.state.worklist import Filters, Order, Worklist

CHEST_SYSTEMS = ("cxr_ml_gzsl", "cm_dml_gzsl")


class CaseControl(QObject):
    """See the module."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self.ranking: tuple[RankedFinding, ...] = ()
        self._fresh: OpenCase | None = None  # read a moment ago, not yet shown
        self.evidence = ""  # the finding whose map is shown
        panel = desk.window.worklist
        panel.case_chosen.connect(self.open)
        panel.filters_changed.connect(self.filter)
        panel.score_labels = self._score_labels
        desk.project_opened.connect(self.show_project)
        desk.list_changed.connect(self.list_anew)
        desk.case_opened.connect(self._reload)
        desk.case_changed.connect(self.show)
        desk.thumbnails.ready.connect(self._thumbnail_ready)

    # -- worklist ------------------------------------------------------------------------------------

    def show_project(self) -> None:
        """List the cases of the project that was just opened."""
        project = self._desk.project
        assert project is not None
        self._desk.thumbnails.cache.clear()
        model = WorklistModel(Worklist(project), self._thumbnail)
        panel = self._desk.window.worklist
        model.set_query(panel.filters().query(panel.order))
        self._desk.model = model
        panel.set_model(model)
        self._count()
        self._desk.sync_situation()
        if model.worklist.ids:
            self.open(model.worklist.ids[0])
        else:
            self._close()

    def list_anew(self) -> None:
        """Cases came or changed: ask again; the first is opened where none is."""
        model, here = self._desk.model, self._desk.open
        if model is None:
            return
        model.set_query()
        self._count()
        self._show_place()
        self._desk.window.worklist.select(here.case.id if here else None)
        if here is None and model.worklist.ids:
            self.open(model.worklist.ids[0])
        elif here is not None and any(pane.message for pane in self._desk.window.canvas.panes):
            self._desk.case_opened.emit()  # a file that was missing may have been found

    def filter(self, filters: Filters, order: Order) -> None:
        """List other cases or in another order; the open one stays open."""
        if self._desk.model is not None:
            self._desk.model.set_query(filters.query(order))
            self._desk.window.worklist.select(self._desk.open.case.id if self._desk.open else None)
            self._show_place()

    def step(self, places: int) -> None:
        """Open the case so many places on."""
        model, here = self._desk.model, self._desk.open
        if model is not None:
            target = model.worklist.neighbour(here.case.id if here else None, places)
            if target is not None and (here is None or target != here.case.id):
                self.open(target)

    def next_unreviewed(self) -> None:
        """Open the next case that nobody has decided."""
        model, here = self._desk.model, self._desk.open
        if model is None:
            return
        target = model.worklist.next_unreviewed(here.case.id if here else None)
        if target is None:
            self._desk.tell(self.tr("Every listed case is decided."))
        else:
            self.open(target)

    def line_changed(self, case_id: int) -> None:
        """The store has something new about a case: paint its line and the count anew."""
        if self._desk.model is not None:
            self._desk.model.refresh_case(case_id)
            self._count()

    # -- the open case -------------------------------------------------------------------------------

    def open(self, case_id: int) -> None:
        """Open a case; what was typed as a comment is recorded first."""
        if self._desk.open is not None and self._desk.open.case.id == case_id:
            return
        self._desk.window.review.comment.commit()
        if self._load(case_id):
            self._fresh = self._desk.open
            self.evidence = ""
            self.ranking = ()
            self._desk.window.worklist.select(case_id)
            self._desk.case_opened.emit()

    def _load(self, case_id: int) -> bool:
        project = self._desk.project
        assert project is not None
        active = self._desk.open.active if self._desk.open and self._desk.open.case.id == case_id else None
        try:
            case = project.case(case_id)
            review = project.review(case_id)
            predictions = {i.id: project.predictions(i.id) for i in case.instances}
        except EngineError as error:
            self._desk.fail(self.tr("The case could not be opened"), error)
            return False
        self._desk.open = OpenCase(case, review, predictions, self._desk.settings.reader)
        if active is not None:
            self._desk.open.active = active
        return True

    def _reload(self) -> None:
        """The open case, read anew from the store, in all panels."""
        here, fresh = self._desk.open, self._fresh
        self._fresh = None
        if here is None or (here is not fresh and not self._load(here.case.id)):
            return
        self._desk.sync_situation()
        self._show_place()
        self.show()

    def switch_eye(self) -> None:
        """Y: the other eye is active."""
        here = self._desk.open
        other = here.other_eye() if here else None
        if here is not None and other is not None:
            self.activate(other)

    def activate(self, instance_id: int) -> None:
        """Grades and masks go to this image from now on."""
        if self._desk.open is not None and self._desk.open.active != instance_id:
            self._desk.open.active = instance_id
            self._desk.case_changed.emit()

    def _close(self) -> None:
        self._desk.open = None
        self._desk.window.canvas.show_views(0)
        self._desk.window.evidence.hide()
        self._desk.window.review.show_case(None)
        self._show_place()
        self._desk.sync_situation()

    # -- panels --------------------------------------------------------------------------------------

    def show(self) -> None:
        """Show the open case in the right pane."""
        here = self._desk.open
        if here is None:
            return
        review = self._desk.window.review
        review.show_case(here.modality, _caution(here))
        mode = self.tr("Editing masks") if self._desk.editing else self.tr("Review")
        self._desk.window.top.mode.setText(f"{mode} · {language.state(here.review.state.value)}")
        review.comment.show_comment(here.review.comment)
        stored = [s for by_system in here.predictions.values() for s in by_system.values()]
        review.history.show_history(here.review.events, stored)
        models = {s.prediction.model.short for s in here.predictions.get(here.active, {}).values()}
        how = here.active_instance.info
        detected = how.modality_source is ModalitySource.DETECTED and how.modality is not Modality.UNKNOWN
        recognised = {
            Modality.FUNDUS: self.tr("Recognised as fundus from its pixels."),
            Modality.CHEST: self.tr("Recognised as chest from its pixels."),
        }
        notes = [recognised[how.modality]] if detected else []
        review.show_models("\n".join([*sorted(models), *notes]))
        if here.modality is Modality.FUNDUS:
            self._show_fundus(here)
        elif here.modality is Modality.CHEST:
            self._show_chest(here)

    def _show_fundus(self, here: OpenCase) -> None:
        review = self._desk.window.review
        graded = here.stored(here.active, "zoom_in_net")
        notes = graded.prediction.notes if graded else ()
        laterality = here.active_instance.info.laterality
        human = here.human(here.active)
        review.grade.show_grade(laterality, here.grade_scores(here.active), human.grade, notes, human.dme)
        similar = here.stored(here.active, "disease_similarity")
        rura = here.stored(here.active, "rura_net")
        scores = similar.prediction.similar if similar else rura.prediction.similar if rura else ()
        spoken = similar or rura
        review.similar.show_similar(
            scores,
            rura.prediction.diagnosis if rura else None,
            " ".join(spoken.prediction.notes) if spoken else "",
        )

    def _show_chest(self, here: OpenCase) -> None:
        system = next((name for name in CHEST_SYSTEMS if name in here.chest_systems()), CHEST_SYSTEMS[0])
        fresh = rank(here.labels(here.active, system), here.human(here.active).findings)
        self.ranking = freeze(self.ranking, fresh)
        self._desk.window.review.findings.show_findings(self.ranking, self.evidence)

    def _show_place(self) -> None:
        model, here = self._desk.model, self._desk.open
        total = len(model.worklist) if model else 0
        position = model.worklist.position(here.case.id) if model and here else None
        self._desk.window.status.show_place(position, total)

    def _count(self) -> None:
        if self._desk.model is not None:
            self._desk.window.worklist.show_unreviewed(self._desk.model.worklist.count_unreviewed())

    def _score_labels(self) -> list[str]:
        if self._desk.project is None:
            return []
        return list(dict.fromkeys(name for name, _ in self._desk.project.score_names()))

    # -- thumbnails ----------------------------------------------------------------------------------

    def _thumbnail(self, sha256: str, path: Path) -> QImage | None:
        thumbnails, project = self._desk.thumbnails, self._desk.project
        image = thumbnails.cache.get(sha256)
        if image is None and project is not None:
            folder = project.thumbnails
            decoder = self._desk.small_decoder

            def make() -> QImage:
                rgb = thumbnail(decoder, folder, sha256, path)
                height, width = rgb.shape[:2]
                return QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()

            thumbnails.want_also((sha256, make))
        return image

    def _thumbnail_ready(self, sha256: str, _: QImage) -> None:
        if self._desk.model is not None:
            self._desk.model.thumbnail_ready(sha256)


def _caution(here: OpenCase) -> str:
    """What the reader must know before anything else."""
    info = here.active_instance.info
    if here.modality is Modality.UNKNOWN:
        return translate(
            "CaseControl",
            "Neither a fundus photograph nor a chest X-ray was recognised. No model runs on it. "
            "Set the modality in the Edit menu if it is one.",
        )
    texts = []
    if here.modality is Modality.FUNDUS and info.laterality is Laterality.UNKNOWN:
        texts.append(translate("CaseControl", "Which eye it is, is not known: set it in the Edit menu."))
    if not here.predictions.get(here.active):
        systems = [s.title for s in SYSTEMS.values() if s.modality is here.modality]
        texts.append(
            translate("CaseControl", "No model has looked at it yet ({0} could).").format(len(systems))
        )
    return " ".join(texts)
