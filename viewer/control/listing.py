"""What the worklist shows: filters, those kept under a name, and the queue of the next best cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from engine.errors import EngineError
from engine.records import Modality
from viewer.control.cases import CaseControl
from viewer.control.desk import Desk
from viewer.dialogs.filter_dialog import FilterDialog, merged
from viewer.state.filters import NEXT_BEST, ORDERS, QUEUE, SAVED, Filters, Order, from_json, to_json
from viewer.state.worklist import Queue

if TYPE_CHECKING:
    from engine.operations.next_cases import Queued

QUEUED = 300  # cases that get a place of their own: a day's reviewing; ours


class ListControl(QObject):
    """See the module."""

    def __init__(self, desk: Desk, cases: CaseControl) -> None:
        super().__init__(desk)
        self._desk, self._cases = desk, cases
        self.dialog: FilterDialog | None = None
        panel = desk.window.worklist
        panel.filters_changed.connect(self.filter)
        panel.filters_wanted.connect(self.open_filters)
        panel.plain_wanted.connect(self.show_plain)
        panel.score_labels = self._score_labels
        desk.project_opened.connect(self._project_opened)

    def filter(self, filters: Filters, order: Order) -> None:
        """List other cases or in another order; the open one stays open."""
        model = self._desk.model
        if model is None:
            return
        if order.sort == QUEUE:
            if model.worklist.queue is None:
                self._ask_queue()
        elif model.worklist.queue is not None and not model.worklist.queue.only:
            model.worklist.queue = None
            self._desk.window.worklist.show_banner("")
        self._cases.filter(filters, order)

    # -- filters -------------------------------------------------------------------------------------

    def open_filters(self) -> FilterDialog | None:
        """Show the filter dialog beside the list."""
        project = self._desk.project
        if project is None:
            return None
        if self.dialog is None:
            self.dialog = FilterDialog(self._desk.window)
            self.dialog.changed.connect(self._changed)
            self.dialog.save_pressed.connect(self.save)
            self.dialog.chosen.connect(self.use)
            self.dialog.delete_pressed.connect(self.delete)
        self.dialog.show_choices(self._score_labels(), project.readers(), self._desk.settings.reader)
        self.dialog.show_saved(list(project.documents(SAVED)))
        self.dialog.show_filters(self._desk.window.worklist.filters())
        self.dialog.show()
        return self.dialog

    def _changed(self, filters: Filters) -> None:
        panel = self._desk.window.worklist
        panel.set_filters(merged(panel.filters(), filters))

    def save(self, name: str) -> None:
        """Keep what is set now under a name, in the project."""
        project, panel = self._desk.project, self._desk.window.worklist
        if project is None:
            return
        try:
            document = to_json(panel.filters(), panel.order)
            project.put_document(SAVED, name, document, self._desk.settings.reader)
        except EngineError as error:
            self._desk.fail(self.tr("The filter could not be saved"), error)
            return
        self._show_saved(name)
        self._desk.tell(self.tr("Filter “{0}” saved.").format(name))

    def use(self, name: str) -> None:
        """List what a saved filter says."""
        project = self._desk.project
        document: Any = project.document(SAVED, name) if project is not None else None
        if document is None:
            return
        try:
            filters, order = from_json(document)
        except ValueError as error:
            remedy = self.tr("Delete it and save it anew.")
            self._desk.fail(self.tr("The filter cannot be used"), EngineError(str(error), name, remedy))
            return
        self._desk.window.worklist.set_filters(filters, order)
        if self.dialog is not None:
            self.dialog.show_filters(filters)

    def delete(self, name: str) -> None:
        """Keep a filter no longer."""
        project = self._desk.project
        if project is not None and project.document(SAVED, name) is not None:
            project.put_document(SAVED, name, None, self._desk.settings.reader)
            self._show_saved("")
            self._desk.tell(self.tr("Filter “{0}” deleted.").format(name))

    def _show_saved(self, current: str) -> None:
        if self.dialog is not None and self._desk.project is not None:
            self.dialog.show_saved(list(self._desk.project.documents(SAVED)), current)

    def _score_labels(self) -> list[str]:
        if self._desk.project is None:
            return []
        return list(dict.fromkeys(name for name, _ in self._desk.project.score_names()))

    def _project_opened(self) -> None:
        self._desk.window.worklist.show_banner("")
        if self.dialog is not None:
            self.dialog.reject()
        if self._desk.window.worklist.order.sort == QUEUE:
            self._ask_queue()

    # -- lists of their own --------------------------------------------------------------------------

    def toggle_queue(self) -> None:
        """The next best cases first, or the plain order again."""
        panel = self._desk.window.worklist
        panel.set_order(ORDERS[0] if panel.order.sort == QUEUE else NEXT_BEST)

    def show_only(self, ids: tuple[int, ...], banner: str) -> None:
        """List some cases in this order and nothing else; the filters stay as they are for later."""
        model = self._desk.model
        if model is not None:
            model.worklist.queue = Queue(ids, only=True)
            self._cases.filter(Filters(), ORDERS[0])
            self._desk.window.worklist.show_banner(banner)

    def show_plain(self) -> None:
        """Back to the whole list as the filters have it."""
        panel, model = self._desk.window.worklist, self._desk.model
        if model is None:
            return
        model.worklist.queue = None
        panel.show_banner("")
        if panel.order.sort == QUEUE:
            panel.set_order(ORDERS[0])
        else:
            self._cases.filter(panel.filters(), panel.order)

    def _ask_queue(self) -> None:
        """Weigh the unreviewed cases in a thread; the list changes when that is done."""
        project, here = self._desk.project, self._desk.open
        if project is None:
            return
        from engine.operations.next_cases import candidates, ordered

        modality = here.modality if here is not None else Modality.FUNDUS
        self._desk.window.worklist.show_banner(self.tr("Weighing the cases…"))
        self._desk.chores.run(
            lambda: ordered(candidates(project, modality)),
            lambda queue: self._queued(project, queue),
            lambda error: self._desk.fail(self.tr("The queue could not be made"), error),
        )

    def _queued(self, project: object, queue: list[Queued]) -> None:
        model, panel = self._desk.model, self._desk.window.worklist
        if model is None or project is not self._desk.project or panel.order.sort != QUEUE:
            return
        first = queue[:QUEUED]
        reasons = {case.case_id: case.reason for case in first}
        model.worklist.queue = Queue(tuple(case.case_id for case in first), reasons)
        panel.show_banner(self.tr("Next best of {0} unreviewed cases").format(len(queue)))
        self._cases.filter(panel.filters(), panel.order)
