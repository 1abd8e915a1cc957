"""Open and create projects, import images, run the models, find files that moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from engine.errors import EngineError
from engine.records import CaseState
from engine.store.rows import STORE_FILE, CaseQuery
from viewer.control.desk import Desk, JobLike
from viewer.dialogs.import_dialog import ImportDialog, summary
from viewer.language import translate
from viewer.settings import config_folder

IMAGE_FILES = "*.dcm *.dicom *.jpg *.jpeg *.png *.tif *.tiff *.bmp"


def is_project(path: Path) -> bool:
    """Whether a folder holds a project."""
    return (path / STORE_FILE).is_file()


def default_project() -> Path:
    """Where images go that are opened without a project."""
    import platformdirs

    base = Path(platformdirs.user_data_dir("lynceus"))
    own = config_folder()
    return (own if own != Path(platformdirs.user_config_dir("lynceus")) else base) / "default-project"


class ProjectControl(QObject):
    """See the module."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._jobs: list[JobLike] = []
        self.import_dialog: ImportDialog | None = None
        desk.window.status.cancel_pressed.connect(self.cancel_job)
        desk.worker.state_changed.connect(
            lambda state: desk.window.status.worker.setText(translate("WorkerStates", f"worker {state}"))
        )

    # -- projects ------------------------------------------------------------------------------------

    def open_paths(self, paths: Sequence[Path]) -> None:
        """What the command line named or the user dropped: one project, or files and folders to import."""
        if len(paths) == 1 and is_project(paths[0]):
            self.open(paths[0])
        elif paths:
            if self._desk.project is None:
                self.open(default_project(), create=True)
            self.import_paths(paths)

    def open(self, root: Path, create: bool = False) -> bool:
        """Open a project, or make it where there is none; says why when it cannot."""
        from engine.store.project import create_project, open_project

        root = root.expanduser().resolve()
        if not self._desk.writer.flush():
            self._desk.tell(
                self.tr("An edit is not saved yet: press Try again before opening another project.")
            )
            return False
        try:
            project = create_project(root) if create and not is_project(root) else open_project(root)
        except EngineError as error:
            self._desk.fail(self.tr("The project could not be opened"), error)
            return False
        old, self._desk.project = self._desk.project, project
        self._desk.open = None
        self._desk.generation += 1
        self._desk.images.cache.clear()
        if old is not None:
            old.close()
        self._remember(root)
        self._desk.window.top.project.setText(root.name)
        self._desk.window.setWindowTitle(f"{root.name} · Lynceus")
        self._desk.project_opened.emit()
        return True

    def ask_new(self) -> None:
        """File > New project."""
        folder = QFileDialog.getExistingDirectory(self._desk.window, self.tr("Folder of the new project"))
        if folder:
            self.open(Path(folder), create=True)

    def ask_open(self) -> None:
        """File > Open project."""
        folder = QFileDialog.getExistingDirectory(self._desk.window, self.tr("Project folder"))
        if folder:
            self.open(Path(folder))

    def _remember(self, root: Path) -> None:
        try:
            self._desk.settings.add_recent(root)
        except EngineError as error:
            self._desk.tell(str(error))

    # -- images --------------------------------------------------------------------------------------

    def ask_files(self) -> None:
        """File > Import images."""
        files, _ = QFileDialog.getOpenFileNames(
            self._desk.window, self.tr("Import images"), "", self._kinds()
        )
        if files:
            self.open_paths([Path(file) for file in files])

    def _kinds(self) -> str:
        """File types that a file dialog offers."""
        return f"{self.tr('Images')} ({IMAGE_FILES});;{self.tr('All files')} (*)"

    def ask_folder(self) -> None:
        """File > Import folder."""
        folder = QFileDialog.getExistingDirectory(self._desk.window, self.tr("Import a folder of images"))
        if folder:
            self.open_paths([Path(folder)])

    def import_paths(self, paths: Sequence[Path]) -> None:
        """Import files and folders in the worker; reviewing goes on meanwhile."""
        project = self._desk.project
        if project is None:
            return
        dialog = ImportDialog(self._desk.window)
        self.import_dialog = dialog
        dialog.show()
        names = [str(path.expanduser().resolve()) for path in paths]
        job = self.submit("import", self.tr("importing"), project=str(project.root), paths=names)
        dialog.cancel_pressed.connect(job.cancel)
        job.progressed.connect(lambda done, total, text, _: dialog.show_progress(done, total, text))
        job.finished.connect(lambda result: self._imported(dialog, result))
        job.failed.connect(lambda error: dialog.show_end(str(error)))
        job.cancelled.connect(lambda: dialog.show_end(self.tr("Cancelled. What was imported before stays.")))
        job.cancelled.connect(self._desk.list_changed)

    def _imported(self, dialog: ImportDialog, result: Mapping[str, Any]) -> None:
        dialog.show_result(result)
        self._desk.tell(summary(result))
        if not (result.get("refused") or ()) and result["added"]:
            dialog.accept()
        self._desk.list_changed.emit()
        if self._desk.settings["auto_predict"] and result["added"]:
            self.predict_all()

    def locate(self, path: Path) -> None:
        """A file of a known case is gone: let the user say where it is; its hash tells it is the same."""
        file, _ = QFileDialog.getOpenFileName(
            self._desk.window, self.tr("Where is {0}?").format(path.name), "", self._kinds()
        )
        if file:
            self.import_paths([Path(file)])

    # -- models --------------------------------------------------------------------------------------

    def predict_all(self) -> None:
        """Run the models on every case that no model has seen."""
        if self._desk.project is None:
            return
        new = self._desk.project.case_ids(CaseQuery(states=frozenset({CaseState.NEW})))
        self.predict(self._desk.project.instance_ids(new))

    def predict_open(self) -> None:
        """Run the models on the open case."""
        if self._desk.open is not None:
            self.predict([i.id for i in self._desk.open.instances])

    def predict(self, instance_ids: Sequence[int], systems: Sequence[str] | None = None) -> None:
        """Run models (all that fit by default) on images; results land in the store."""
        project = self._desk.project
        if project is None or not instance_ids:
            self._desk.tell(self.tr("Every case has been seen by the models."))
            return
        arguments: dict[str, Any] = {"instance_ids": list(instance_ids)}
        if systems is not None:
            arguments["systems"] = list(systems)
        job = self.submit("predict", self.tr("predicting"), project=str(project.root), **arguments)
        job.finished.connect(self._predicted)
        job.failed.connect(lambda error: self._desk.fail(self.tr("The models could not run"), error))
        job.cancelled.connect(self._desk.list_changed)

    def _predicted(self, result: Any) -> None:
        self._desk.list_changed.emit()
        if isinstance(result, Mapping):
            refused = result.get("refused") or ()
            text = self.tr("{0} predictions").format(result.get("predicted", 0))
            if not result.get("predicted") and not refused:
                text = self.tr("No model looked at the images: none is installed for what they show.")
            if refused:
                text = self.tr("{0} · {1} refused: {2}").format(text, len(refused), refused[0][2])
            self._desk.tell(text)
        if self._desk.open is not None and not any(self._desk.open.predictions.values()):
            self._desk.case_opened.emit()  # nothing was shown that could change under the reader

    # -- the worker ----------------------------------------------------------------------------------

    def submit(self, operation: str, title: str, **arguments: Any) -> JobLike:
        """Give the worker something to do; the status line follows it and can cancel it."""
        job = self._desk.worker.submit(operation, **arguments)
        self._jobs.append(job)
        status = self._desk.window.status
        status.show_task(title)
        job.progressed.connect(
            lambda done, total, text, _: status.show_task(f"{title}: {text}" if text else title, done, total)
        )
        for signal in (job.finished, job.failed, job.cancelled):
            signal.connect(lambda *_: self._ended(job))
        return job

    def _ended(self, job: JobLike) -> None:
        if job in self._jobs:
            self._jobs.remove(job)
        if not self._jobs:
            self._desk.window.status.show_task("")

    def cancel_job(self) -> None:
        """Cancel the job under way."""
        if self._jobs:
            self._jobs[0].cancel()
