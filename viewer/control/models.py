"""Retraining, model versions, and diseases that a reader asks for by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal

from engine.errors import EngineError
from engine.records import Modality
from engine.systems import SYSTEMS
from viewer.control.cases import CHEST_SYSTEMS
from viewer.control.desk import Desk, JobLike
from viewer.control.projects import ProjectControl
from viewer.dialogs.retrain_dialog import RetrainDialog
from viewer.dialogs.versions_dialog import VersionsDialog
from viewer.state.retraining import Phase, Retraining


class ModelControl(QObject):
    """See the module.

    Attributes
    ----------
    retraining
        The one under way or last ended; lives on when the dialog is closed.
    """

    case_wanted = Signal(int)

    def __init__(self, desk: Desk, projects: ProjectControl) -> None:
        super().__init__(desk)
        self._desk, self._projects = desk, projects
        self.retraining = Retraining()
        self.dialog: RetrainDialog | None = None
        self._job: JobLike | None = None
        desk.window.review.ask.asked.connect(self.ask)

    # -- retraining ----------------------------------------------------------------------------------

    def open_retraining(self) -> RetrainDialog:
        """Show the retraining dialog."""
        if self.dialog is None:
            trainable = [system for system in SYSTEMS.values() if system.recipe]
            self.dialog = RetrainDialog(trainable, self._desk.window)
            self.dialog.system_chosen.connect(self._show_changes)
            self.dialog.start_pressed.connect(self.start)
            self.dialog.cancel_pressed.connect(self.cancel)
            self.dialog.accept_pressed.connect(self.accept)
            self.dialog.discard_pressed.connect(self.discard)
            self.dialog.case_chosen.connect(self.case_wanted)
        self._show_changes(self.dialog.system)
        self._show()
        self.dialog.show()
        return self.dialog

    def start(self, system: str) -> None:
        """Retrain in the worker; reviewing goes on meanwhile."""
        project = self._desk.project
        if project is None or self.retraining.phase in {Phase.RUNNING, Phase.CANCELLING}:
            return
        if not self._desk.writer.flush():
            self._desk.tell(self.tr("An edit is not saved yet: save it before retraining."))
            return
        self.retraining.start(system)
        self._show()
        job = self._projects.submit(
            "retrain", self.tr("training {0}").format(system), project=str(project.root), system=system
        )
        self._job = job
        job.progressed.connect(self._progressed)
        job.finished.connect(self._finished)
        job.failed.connect(self._failed)
        job.cancelled.connect(self._cancelled)

    def cancel(self) -> None:
        """Stop it; nothing is kept."""
        if self._job is not None and self.retraining.phase is Phase.RUNNING:
            self.retraining.phase = Phase.CANCELLING
            self._show()
            self._job.cancel()

    def accept(self) -> None:
        """The new model counts from now on, and looks at every image again."""
        if self.activate(self.retraining.system, str(self.retraining.result["version"])):
            self.retraining = Retraining()
            if self.dialog is not None:
                self.dialog.accept()

    def discard(self) -> None:
        """The old model stays active; the new version stays in the list."""
        self._desk.tell(
            self.tr("{0} is not used; it stays among the versions.").format(
                self.retraining.result.get("version", "")
            )
        )
        self.retraining = Retraining()
        self._show()

    def activate(self, system: str, version: str) -> bool:
        """Make a version the active one; False with a message when it cannot be."""
        project = self._desk.project
        if project is None:
            return False
        try:
            project.activate(system, version, self._desk.settings.reader)
            cases = project.case_ids()
        except EngineError as error:
            self._desk.fail(self.tr("The model could not be activated"), error)
            return False
        modality = SYSTEMS[system].modality
        ids = [i.id for i in project.instances_of(cases) if i.info.modality is modality]
        self._desk.tell(self.tr("{0} {1} is active.").format(system, version))
        if ids:
            self._projects.predict(ids, systems=[system])
        return True

    def _progressed(self, done: int, total: int, text: str, values: Mapping[str, float]) -> None:
        self.retraining.progress(done, total, text, values)
        self._show()

    def _finished(self, result: Mapping[str, Any]) -> None:
        self.retraining.finish(result)
        self._desk.tell(self.tr("{0} is trained: compare it with the old one.").format(result["version"]))
        self._show()

    def _failed(self, error: EngineError) -> None:
        self.retraining.fail(str(error))
        if self.dialog is None or not self.dialog.isVisible():
            self._desk.fail(self.tr("The retraining failed"), error)
        self._show()

    def _cancelled(self) -> None:
        self.retraining.cancelled()
        self._show()

    def _show(self) -> None:
        project, flipped = self._desk.project, self.retraining.flipped
        if self.dialog is not None:
            rows = project.case_rows(flipped) if project is not None and flipped else ()
            self.dialog.show_state(self.retraining, {row.id: row.name for row in rows})

    def _show_changes(self, system: str) -> None:
        project = self._desk.project
        if project is None or self.dialog is None:
            return
        row = project.active_model(system)
        changes = project.changes_since(system, row.version if row else "")
        counts = {
            self.tr("cases reviewed"): changes.cases,
            self.tr("labels decided"): changes.labels,
            self.tr("masks corrected"): changes.masks,
        }
        self.dialog.show_changes(counts, row.version if row else "")

    # -- versions ------------------------------------------------------------------------------------

    def open_versions(self) -> VersionsDialog | None:
        """Show all versions; any can be made the active one."""
        project = self._desk.project
        if project is None:
            return None
        dialog = VersionsDialog(self._desk.window)
        dialog.show_models({name: list(reversed(project.models(name))) for name in SYSTEMS})
        dialog.activate_pressed.connect(lambda system, version: self._roll_back(dialog, system, version))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def _roll_back(self, dialog: VersionsDialog, system: str, version: str) -> None:
        if self.activate(system, version) and self._desk.project is not None:
            project = self._desk.project
            dialog.show_models({name: list(reversed(project.models(name))) for name in SYSTEMS})

    # -- a disease by name ---------------------------------------------------------------------------

    def ask(self, name: str, description: str) -> None:
        """Rank a disease that was typed over all cases."""
        here, project, panel = self._desk.open, self._desk.project, self._desk.window.review.ask
        if here is None or project is None or here.modality is not Modality.CHEST:
            return
        spoken = [system for system in CHEST_SYSTEMS if system in here.chest_systems()]
        if not spoken:
            panel.show_answer(self.tr("No model has looked at this case yet: run the models first."))
            return
        panel.show_answer(self.tr("Ranking {0}…").format(name))
        job = self._projects.submit(
            "type_label",
            self.tr("ranking {0}").format(name),
            project=str(project.root),
            system=spoken[0],
            name=name,
            description=description,
        )
        job.finished.connect(self._answered)
        job.failed.connect(lambda error: panel.show_answer(str(error)))
        job.cancelled.connect(lambda: panel.show_answer(self.tr("Cancelled.")))

    def _answered(self, result: Mapping[str, Any]) -> None:
        nearest = " · ".join(f"{name} {score:.2f}" for name, score in (result.get("nearest") or ())[:3])
        text = self.tr("Ranked {0} images.").format(result["ranked"])
        if nearest:
            text = self.tr("Nearest known: {0}").format(nearest) + "\n" + text
        self._desk.window.review.ask.show_answer(text)
        if self._desk.open is not None:
            self._desk.case_opened.emit()
