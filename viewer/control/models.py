"""Retraining, model versions, and diseases that a reader asks for by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from engine.errors import EngineError
from engine.records import Modality
from engine.store.rows import CaseQuery
from engine.systems import SYSTEMS
from viewer import language
from viewer.control.cases import CHEST_SYSTEMS
from viewer.control.desk import Desk, JobLike
from viewer.control.projects import ProjectControl
from viewer.dialogs.retrain_dialog import RetrainDialog
from viewer.dialogs.versions_dialog import VersionsDialog
from viewer.state.retraining import UNDER_WAY, Phase, Retraining

MOST_ASKED = 200  # selected cases that similar ones are looked for; ours
DISEASES_TOLD = 3


class ModelControl(QObject):
    """See the module.

    Attributes
    ----------
    retraining
        The one under way or last ended; lives on when the dialog is closed.
    """

    case_wanted = Signal(int)
    list_wanted = Signal(object, str)  # case ids, what the list is

    def __init__(self, desk: Desk, projects: ProjectControl) -> None:
        super().__init__(desk)
        self._desk, self._projects = desk, projects
        self.retraining = Retraining()
        self.dialog: RetrainDialog | None = None
        self.versions: VersionsDialog | None = None
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
            self.dialog.pause_pressed.connect(self.pause)
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
        if project is None or self.retraining.phase in UNDER_WAY:
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
        if self._job is not None and self.retraining.phase in {Phase.RUNNING, Phase.PAUSED}:
            self.retraining.phase = Phase.CANCELLING
            self._show()
            self._job.cancel()

    def pause(self, on: bool) -> None:
        """Let it stand still, or go on."""
        if self._job is None:
            return
        if on:
            self.retraining.pause()
            self._job.pause()
        else:
            self.retraining.resume()
            self._job.resume()
        self._show()

    def accept(self) -> None:
        """The new model counts from now on, and looks at every image again."""
        self.activate(self.retraining.system, str(self.retraining.result["version"]), self._accepted)

    def _accepted(self) -> None:
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

    def activate(self, system: str, version: str, done: Callable[[], object] = lambda: None) -> None:
        """Make a version the active one, in a thread: choosing what counts for every case takes time."""
        project, reader = self._desk.project, self._desk.settings.reader
        if project is None:
            return
        query = CaseQuery(modality=SYSTEMS[system].modality)

        def work() -> list[int]:
            project.activate(system, version, reader)
            return project.instance_ids(project.case_ids(query))

        def active(ids: list[int]) -> None:
            done()
            if project is self._desk.project:
                self._desk.tell(self.tr("{0} {1} is active.").format(system, version))
                if ids:
                    self._projects.predict(ids, systems=[system])

        self._desk.tell(self.tr("Making {0} {1} the active one…").format(system, version))
        title = self.tr("The model could not be activated")
        self._desk.chores.run(work, active, lambda error: self._desk.fail(title, error))

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
        project, dialog = self._desk.project, self.dialog
        if project is None or dialog is None:
            return
        row = project.active_model(system)
        changes = project.changes_since(system, row.version if row else "")
        counts = {
            self.tr("cases reviewed"): changes.cases,
            self.tr("labels decided"): changes.labels,
            self.tr("masks corrected"): changes.masks,
        }
        dialog.show_changes(counts, row.version if row else "")
        dialog.show_plan(None)
        from engine.operations.retraining_plan import retraining_plan

        def show(plan: Mapping[str, Any]) -> None:
            if project is self._desk.project and dialog.system == system:
                dialog.show_plan(plan)

        title = self.tr("The reviewed images could not be counted")
        self._desk.chores.run(
            lambda: retraining_plan(str(project.root), system),
            show,
            lambda error: self._desk.fail(title, error),
        )

    # -- versions ------------------------------------------------------------------------------------

    def open_versions(self) -> VersionsDialog | None:
        """Show all versions; any can be made the active one."""
        project = self._desk.project
        if project is None:
            return None
        dialog = self.versions = VersionsDialog(self._desk.window)
        dialog.show_models({name: list(reversed(project.models(name))) for name in SYSTEMS})
        dialog.activate_pressed.connect(self._roll_back)
        dialog.export_pressed.connect(self.ask_export)
        dialog.finished.connect(self._versions_closed)
        dialog.open()
        return dialog

    def _versions_closed(self) -> None:
        if self.versions is not None:
            self.versions.deleteLater()
            self.versions = None

    def _roll_back(self, system: str, version: str) -> None:
        def show() -> None:
            project = self._desk.project
            if project is not None and self.versions is not None:
                self.versions.show_models({name: list(reversed(project.models(name))) for name in SYSTEMS})

        self.activate(system, version, show)

    def ask_export(self, system: str, version: str) -> None:
        """Where to, then write a version's weights with its card."""
        file, _ = QFileDialog.getSaveFileName(
            self._desk.window,
            self.tr("Export a model"),
            f"{system}-{version}.safetensors",
            self.tr("Weights (*.safetensors)"),
        )
        if file:
            self.export(system, version, Path(file))

    def export(self, system: str, version: str, out: Path) -> None:
        """Write a version's weights with its card beside them."""
        project = self._desk.project
        if project is None:
            return
        from engine.operations.exporting_models import export_model

        title = self.tr("The model could not be exported")
        self._desk.chores.run(
            lambda: export_model(str(project.root), system, version, str(out)),
            lambda made: self._desk.tell(
                self.tr("Written: {0} and its card.").format(Path(made["weights"]).name)
            ),
            lambda error: self._desk.fail(title, error),
        )

    # -- similar cases -------------------------------------------------------------------------------

    def find_similar(self) -> None:
        """List the cases whose stored embeddings lie nearest to those of the open or selected ones."""
        here, project = self._desk.open, self._desk.project
        if here is None or project is None:
            return
        selected = self._desk.window.worklist.selected()
        asked = selected if here.case.id in selected and len(selected) > 1 else [here.case.id]
        if len(asked) > MOST_ASKED:
            self._desk.tell(self.tr("Select at most {0} cases to look for similar ones.").format(MOST_ASKED))
            return
        whom = here.case.name if len(asked) == 1 else self.tr("the {0} selected cases").format(len(asked))
        about: dict[str, Any] = {"project": str(project.root), "case_ids": asked}
        job = self._projects.submit("similar_cases", self.tr("looking for similar cases"), **about)

        def show(found: Sequence[Sequence[float]]) -> None:
            if project is self._desk.project:
                ids = (*asked, *(int(case) for case, _ in found))
                self.list_wanted.emit(ids, self.tr("Most like {0}, nearest first").format(whom))

        job.finished.connect(show)
        if len(asked) > 1 and here.modality is Modality.FUNDUS:
            title = self.tr("looking for similar diseases")
            self._projects.submit("similar_diseases", title, **about).finished.connect(self._tell_diseases)
        failed = self.tr("No similar cases could be found")
        job.failed.connect(lambda error: self._desk.fail(failed, error))

    def _tell_diseases(self, found: Sequence[tuple[str, float]]) -> None:
        """What the selected cases resemble together."""
        named = ", ".join(f"{language.term(name)} {score:.2f}" for name, score in found[:DISEASES_TOLD])
        self._desk.tell(self.tr("Together most like: {0} (mean similarity, no probability)").format(named))

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
        self._desk.list_changed.emit()  # the worklist can be sorted by the new label
        if self._desk.open is not None:
            self._desk.case_opened.emit()
