"""Operating points of the ranked labels: curves from the worker, thresholds kept in the project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject

from engine.errors import EngineError
from engine.operations.thresholds import set_threshold, thresholds
from viewer.control.cases import CaseControl
from viewer.control.desk import Desk
from viewer.control.projects import ProjectControl
from viewer.control.showing import leading_system
from viewer.dialogs.thresholds_dialog import ThresholdsDialog


class ThresholdControl(QObject):
    """See the module."""

    def __init__(self, desk: Desk, projects: ProjectControl, cases: CaseControl) -> None:
        super().__init__(desk)
        self._desk, self._projects, self._cases = desk, projects, cases
        self.dialog: ThresholdsDialog | None = None
        self._system = self._version = ""
        self._wanted = ""  # the label whose curve was asked for last

    def open(self) -> ThresholdsDialog | None:
        """Show the dialog for the labels of the open case's ranking."""
        here = self._desk.open
        stored = here.stored(here.active, leading_system(here)) if here is not None else None
        if stored is None or not self._cases.ranking:
            self._desk.tell(self.tr("No model has ranked findings here yet: run the models first."))
            return None
        self._system, self._version = stored.prediction.model.system, stored.prediction.model.version
        dialog = ThresholdsDialog(self._desk.window)
        dialog.label_chosen.connect(self._ask)
        dialog.save_pressed.connect(self._save)
        dialog.clear_pressed.connect(lambda label: self._save(label, None))
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        dialog.show_labels([finding.name for finding in self._cases.ranking], self._cases.evidence)
        dialog.open()
        return dialog

    def _ask(self, label: str) -> None:
        project, dialog = self._desk.project, self.dialog
        if project is None or dialog is None or not label:
            return
        self._wanted = label
        dialog.show_waiting(self.tr("Counting the reviewed cases…"))
        job = self._projects.submit(
            "threshold_curve",
            self.tr("operating points of {0}").format(label),
            project=str(project.root),
            system=self._system,
            label=label,
            version=self._version,
        )
        job.finished.connect(lambda found, label=label: self._found(label, found))
        job.failed.connect(lambda error, label=label: self._failed(label, error))
        job.cancelled.connect(lambda label=label: self._failed(label, self.tr("Cancelled.")))

    def _found(self, label: str, found: Mapping[str, Any]) -> None:
        if self.dialog is not None and label == self._wanted:  # another one may have been chosen meanwhile
            self.dialog.show_found(found)

    def _failed(self, label: str, error: object) -> None:
        if self.dialog is not None and label == self._wanted:
            self.dialog.show_waiting(str(error))

    def _save(self, label: str, threshold: float | None) -> None:
        """Keep or drop a threshold; the ranking on screen is marked anew."""
        project, dialog = self._desk.project, self.dialog
        if project is None or dialog is None:
            return
        facts = {key: dialog.found[key] for key in ("positives", "negatives", "held_back") if dialog.found}
        reader = self._desk.settings.reader
        try:
            set_threshold(project, self._system, self._version, label, threshold, reader, facts)
            kept = thresholds(project, self._system, self._version)
        except EngineError as error:
            self._desk.fail(self.tr("The threshold could not be saved"), error)
            return
        dialog.show_found({**dialog.found, "chosen": kept.get(label)})
        self._desk.case_changed.emit()

    def _closed(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
        self.dialog = None
