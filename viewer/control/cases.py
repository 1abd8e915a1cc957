"""The worklist and the open case: choosing, filtering, moving on."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from engine.errors import EngineError
from viewer.control.desk import Desk
from viewer.jobs.images import thumbnail
from viewer.panels.worklist_model import WorklistModel
from viewer.state.filters import Filters, Order
from viewer.state.ranking import RankedFinding
from viewer.state.reading import veiled_row
from viewer.state.review import OpenCase
from viewer.state.worklist import Worklist

CHEST_SYSTEMS = ("cxr_ml_gzsl", "cm_dml_gzsl")


class CaseControl(QObject):
    """See the module."""

    shown = Signal()  # the open case was read, its panels are to show it

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self.ranking: tuple[RankedFinding, ...] = ()
        self._fresh: OpenCase | None = None  # read a moment ago, not yet shown
        self.evidence = ""  # the finding whose map is shown
        panel = desk.window.worklist
        panel.case_chosen.connect(self.open)
        desk.window.review.studies.chosen.connect(self.open)
        desk.case_left.connect(desk.session.left)
        desk.project_opened.connect(self.show_project)
        desk.list_changed.connect(self.list_anew)
        desk.case_opened.connect(self._reload)
        desk.thumbnails.ready.connect(self._thumbnail_ready)

    # -- worklist ------------------------------------------------------------------------------------

    def show_project(self) -> None:
        """List the cases of the project that was just opened."""
        project = self._desk.project
        assert project is not None
        self._desk.thumbnails.cache.clear()
        worklist = Worklist(project)
        worklist.veil = lambda row: veiled_row(row, self._desk.mode, self._desk.session.closed)
        model = WorklistModel(worklist, self.thumbnail)
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
            self._desk.session.opened(case_id)
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
            with project.snapshot():
                case = project.case(case_id)
                if self._desk.open is None or self._desk.open.case.id != case_id:
                    self._desk.case_found.emit(case)
                review = project.review(case_id)
                predictions = {i.id: project.predictions(i.id) for i in case.instances}
        except EngineError as error:
            self._desk.fail(self.tr("The case could not be opened"), error)
            return False
        self._desk.open = OpenCase(case, review, predictions, self._desk.settings.reader, self._desk.mode)
        if any(instance.id == active for instance in case.instances):  # it may be in another case now
            assert active is not None
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
        self.shown.emit()

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

    def _show_place(self) -> None:
        model, here = self._desk.model, self._desk.open
        total = len(model.worklist) if model else 0
        position = model.worklist.position(here.case.id) if model and here else None
        self._desk.window.status.show_place(position, total)

    def _count(self) -> None:
        if self._desk.model is not None:
            self._desk.window.worklist.show_progress(*self._desk.model.worklist.progress())

    # -- thumbnails ----------------------------------------------------------------------------------

    def thumbnail(self, sha256: str, path: Path) -> QImage | None:
        """The thumbnail of a file, None while it is being made: `Desk.thumbnails` tells when it is ready."""
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
