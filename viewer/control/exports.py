"""Files out of a project and back into it: tables, masks, COCO, a picture of the view."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from engine.errors import EngineError, StoreUnavailable
from viewer.control.desk import Desk
from viewer.control.projects import ProjectControl
from viewer.dialogs.export_dialog import ExportDialog


class ExportControl(QObject):
    """See the module."""

    def __init__(self, desk: Desk, projects: ProjectControl) -> None:
        super().__init__(desk)
        self._desk, self._projects = desk, projects

    def ask_export(self) -> ExportDialog | None:
        """File > Export."""
        project = self._desk.project
        if project is None:
            return None
        folder = project.root.parent / f"{project.root.name}-export"
        dialog = ExportDialog(folder, self._desk.window)
        dialog.chosen.connect(self.export)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def export(self, folder: str, what: list[str]) -> None:
        """Write files in the worker; what is queued is recorded first."""
        project = self._desk.project
        if project is None or not self._saved():
            return
        out = str(Path(folder).expanduser().absolute())
        job = self._projects.submit(
            "export", self.tr("exporting"), project=str(project.root), out=out, what=what
        )
        job.finished.connect(lambda result: self._exported(out, result))
        job.failed.connect(lambda error: self._desk.fail(self.tr("The export failed"), error))

    def _exported(self, out: str, result: Mapping[str, Any]) -> None:
        counts = ", ".join(f"{name} {count}" for name, count in result.items())
        self._desk.tell(self.tr("Exported to {0}: {1}.").format(out, counts))

    def ask_annotations(self) -> None:
        """File > Import labels and masks."""
        folder = QFileDialog.getExistingDirectory(
            self._desk.window, self.tr("Folder of an export: labels.csv, masks, annotations.json")
        )
        if folder:
            self.import_annotations(folder)

    def import_annotations(self, folder: str) -> None:
        """Record what the files of a folder say as the reader's word."""
        project = self._desk.project
        if project is None or not self._saved():
            return
        job = self._projects.submit(
            "import_annotations",
            self.tr("reading labels and masks"),
            project=str(project.root),
            paths=[folder],
            reader=self._desk.settings.reader,
        )
        job.finished.connect(self._imported)
        job.failed.connect(
            lambda error: self._desk.fail(self.tr("The labels and masks could not be read"), error)
        )

    def _imported(self, result: Mapping[str, Any]) -> None:
        self._desk.list_changed.emit()
        if self._desk.open is not None:
            for instance in self._desk.open.instances:
                self._desk.masks_changed.emit(instance.id)
            self._desk.case_opened.emit()
        text = self.tr("{0} images with labels and {1} masks taken over, {2} said so already").format(
            result["labels"], result["masks"], result["unchanged"]
        )
        refused = result.get("refused") or ()
        if not refused:
            self._desk.tell(f"{text}.")
            return
        reasons = "\n".join(str(why) for _, why in refused[:5])
        title = self.tr("{0}; {1} could not be used").format(text, len(refused))
        self._desk.fail(title, EngineError(reasons))

    def ask_picture(self) -> None:
        """File > Save a picture of the view."""
        here = self._desk.open
        if here is None:
            return
        file, _ = QFileDialog.getSaveFileName(
            self._desk.window, self.tr("Save a picture of the view"), f"{here.case.name}.png", "PNG (*.png)"
        )
        if file:
            self.save_picture(Path(file))

    def save_picture(self, path: Path) -> None:
        """The image as it is on the screen, with what is drawn on it."""
        if not path.suffix:
            path = path.with_suffix(".png")
        if self._desk.window.canvas.grab().save(str(path)):
            self._desk.tell(self.tr("Saved {0}.").format(path))
            return
        error = StoreUnavailable(
            self.tr("the picture cannot be written"), path, self.tr("Choose another folder or name.")
        )
        self._desk.fail(self.tr("The picture was not saved"), error)

    def _saved(self) -> bool:
        """Whether every edit is in the store; says so when one is not."""
        if self._desk.writer.flush():
            return True
        self._desk.tell(self.tr("An edit is not saved yet: press Try again first."))
        return False
