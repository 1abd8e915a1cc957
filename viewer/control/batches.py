"""Accepting many cases at once, after a look at a sample; one undo takes the whole batch back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from engine.errors import StoreConflict
from engine.records import CaseState, Correction
from viewer.control.cases import CaseControl
from viewer.control.decisions import DecisionControl, Step
from viewer.control.desk import Desk
from viewer.control.listing import ListControl
from viewer.dialogs.batch_dialog import BatchDialog
from viewer.jobs.writer import Write
from viewer.state.batch import Batch, Stage, acceptances
from viewer.state.worklist import PAGE

if TYPE_CHECKING:
    from engine.store.project import Project

COUNTED = 16 * PAGE  # cases whose results are counted in the dialog
TRIES = 3


class BatchControl(QObject):
    """See the module."""

    def __init__(
        self, desk: Desk, cases: CaseControl, lists: ListControl, decisions: DecisionControl
    ) -> None:
        super().__init__(desk)
        self._desk, self._cases, self._lists, self._decisions = desk, cases, lists, decisions
        self.batch = Batch(())
        self.dialog: BatchDialog | None = None
        self._results: Counter[str] = Counter()
        self._chunks: Iterator[tuple[int, ...]] = iter(())
        self._step = Step()
        self._write: Write | None = None
        self._asked = 0  # cases of the write under way
        desk.case_left.connect(self._left)
        desk.writer.saved.connect(self._saved)
        desk.window.status.give_up_pressed.connect(self._given_up)
        desk.project_opened.connect(self._forget)

    def open(self) -> BatchDialog | None:
        """Show the dialog: of the batch under way, else of a new one from the list."""
        project, model = self._desk.project, self._desk.model
        if project is None or model is None:
            return None
        if self.dialog is None:
            self.dialog = BatchDialog(self._desk.window)
            self.dialog.sample_pressed.connect(self.sample)
            self.dialog.accept_pressed.connect(self.accept)
            self.dialog.stop_pressed.connect(self.stop)
        if self.batch.stage in {Stage.READY, Stage.DONE}:
            query = replace(model.worklist.query, states=frozenset({CaseState.PREDICTED}))
            asked = model.worklist.query.states
            found = project.case_ids(query) if not asked or CaseState.PREDICTED in asked else []
            self.batch = Batch(tuple(found))
            self._results = Counter(row.top for row in project.case_rows(found[:COUNTED]))
        self._show()
        self.dialog.show()
        return self.dialog

    def sample(self, count: int) -> None:
        """List a random sample of the batch, to be decided as always."""
        self.batch.draw(count)
        if self.dialog is not None:
            self.dialog.hide()
        self._desk.window.activateWindow()  # keys are commands again
        self._desk.window.canvas.views[0].setFocus()
        self._lists.show_only(self.batch.sample, self._sample_text())
        self._cases.open(self.batch.sample[0])

    def accept(self) -> None:
        """Accept the rest, a transaction after the other: the reader's own edits come in between."""
        if self.batch.stage is not Stage.CHECKED or not self.batch.rest:
            return
        self.batch.stage = Stage.ACCEPTING
        self._lists.show_plain()
        self._chunks = self.batch.chunks()
        self._step = Step(busy=True)
        text = self.tr("batch of {0} cases accepted").format(len(self.batch.rest))
        self._decisions.undo_stack.push(self.batch.rest[0], [self._step], text)
        self._next()

    def stop(self) -> None:
        """Accept no more; what is accepted stays, and can be undone."""
        self._chunks = iter(())

    @property
    def busy(self) -> bool:
        """Whether cases are being accepted."""
        return self.batch.stage is Stage.ACCEPTING

    def _next(self) -> None:
        project, batch, step = self._desk.project, self.batch, self._step
        chunk = next(self._chunks, None)
        if chunk is None or project is None:
            batch.stage, step.busy = Stage.DONE, False
            self._write = None
            self._desk.list_changed.emit()
            self._desk.tell(self.tr("{0} cases accepted.").format(batch.accepted))
            self._show()
            return
        reader, mark = self._desk.settings.reader, batch.mark

        def work() -> Sequence[Correction]:
            made = _accept_untouched(project, chunk, reader, mark)
            step.events.extend(made)
            return made

        text = self.tr("batch of {0} cases").format(len(batch.rest))
        self._write, self._asked = Write(text, chunk[0], work, step), len(chunk)
        self._desk.writer.submit(self._write)
        self._show()

    def _saved(self, write: Write) -> None:
        if write is self._write:
            self.batch.accepted += len(write.recorded)
            self.batch.skipped += self._asked - len(write.recorded)
            self._next()

    def _given_up(self) -> None:
        """A part could not be saved and was given up: the batch ends there."""
        if self._write is not None and self._desk.writer.pending == 0:
            self.stop()
            self._next()

    def _left(self, case_id: int, state: CaseState | None) -> None:
        """A case was decided: where it is of the sample, the sample is one further."""
        if case_id not in self.batch.sample:
            return
        ended = self.batch.decided(case_id, state)
        if self.batch.stage in {Stage.SAMPLING, Stage.CHECKED}:
            self._desk.window.worklist.show_banner(self._sample_text())
        self._show()
        if ended and self.dialog is not None:
            self.dialog.show()
            self.dialog.raise_()

    def _sample_text(self) -> str:
        looked, size = len(self.batch.looked), len(self.batch.sample)
        return self.tr("Sample of a batch: {0} of {1} decided").format(looked, size)

    def _forget(self) -> None:
        """The ids of another project mean nothing here."""
        self.batch, self._chunks, self._write = Batch(()), iter(()), None
        if self.dialog is not None:
            self.dialog.hide()

    def _show(self) -> None:
        if self.dialog is not None:
            self.dialog.show_batch(self.batch, self._results)


def _accept_untouched(project: Project, ids: Sequence[int], reader: str, mark: str) -> list[Correction]:
    """Accept those that nobody has decided; somebody may do so in this very moment: then look again."""
    for left in reversed(range(TRIES)):
        untouched = [row.id for row in project.case_rows(ids) if row.state is CaseState.PREDICTED]
        try:
            return project.record(acceptances(untouched, reader, mark))
        except StoreConflict:
            if not left:
                raise
    return []
