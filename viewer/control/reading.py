"""How a sitting reads: blind, apart from other readers; and its summary."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject

from viewer.control.cases import CaseControl
from viewer.control.desk import Desk
from viewer.dialogs.summary_dialog import SummaryDialog
from viewer.panels.grade_panel import eye_name
from viewer.state.filters import Filters


class ReadingControl(QObject):
    """See the module."""

    def __init__(self, desk: Desk, cases: CaseControl) -> None:
        super().__init__(desk)
        self._desk, self._cases = desk, cases
        self._before = Filters()  # what was listed before the double reading
        self.summary: SummaryDialog | None = None
        desk.project_opened.connect(self._project_opened)

    def set_blind(self, on: bool) -> None:
        """Hide the models until the reader has graded; or show them again."""
        self._desk.mode = replace(self._desk.mode, blind=on)
        self._reopen()
        self._desk.tell(
            self.tr("Blind reading: the model is shown when both eyes are graded.")
            if on
            else self.tr("The model is shown at once.")
        )

    def set_double(self, on: bool) -> None:
        """List what others decided and this reader has not, and hide what they said."""
        panel = self._desk.window.worklist
        self._desk.mode = replace(self._desk.mode, double=on)
        if on:
            self._before = panel.filters()
            panel.set_filters(Filters(second_reader=self._desk.settings.reader))
        else:
            panel.set_filters(self._before)
        self._reopen()
        model = self._desk.model
        if on and model is not None:
            count = len(model.worklist)
            self._desk.tell(
                self.tr("{0} cases wait for a second reader.").format(count)
                if count
                else self.tr("No case waits for you as a second reader.")
            )
            if count:
                self._cases.open(model.worklist.ids[0])

    def open_summary(self) -> SummaryDialog:
        """What came of this sitting so far."""
        if self.summary is None:
            self.summary = SummaryDialog(self._desk.window)
            self.summary.image_chosen.connect(self._open_image)
        self.summary.show_session(self._desk.session, self._names())
        self.summary.show()
        return self.summary

    def _names(self) -> dict[int, str]:
        project = self._desk.project
        if project is None:
            return {}
        images = project.instances([change.instance_id for change in self._desk.session.changes])
        rows = {row.id: row.name for row in project.case_rows([image.case_id for image in images])}
        return {i.id: f"{rows.get(i.case_id, '')} {eye_name(i.info.laterality)}".strip() for i in images}

    def _open_image(self, instance_id: int) -> None:
        project = self._desk.project
        found = project.instances([instance_id]) if project is not None else []
        if found:
            self._cases.open(found[0].case_id)
            self._cases.activate(instance_id)

    def _reopen(self) -> None:
        """The open case and the list as the new mode has them."""
        if self._desk.model is not None:
            self._desk.model.set_query()
        here = self._desk.open
        if here is not None:
            self._cases.ranking = ()
            self._desk.window.worklist.select(here.case.id)
            self._desk.writer.flush()
            self._desk.case_opened.emit()

    def _project_opened(self) -> None:
        """Cases of another project are another sitting."""
        self._desk.session.reset()
