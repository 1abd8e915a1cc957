"""A diagnosis without labels (RURA-Net): asked for by name, run in the worker, kept, a way into each case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from engine.errors import EngineError
from engine.io.tables import write_table
from engine.records import Instance
from viewer import language
from viewer.control.cases import CaseControl
from viewer.control.desk import Desk, JobLike
from viewer.control.projects import ProjectControl
from viewer.dialogs.diagnosis_dialog import LISTED, OPEN, DiagnosisDialog
from viewer.dialogs.matrix_dialog import MatrixDialog
from viewer.panels.score_list import ScoreList, ScoreRow
from viewer.state.diagnosis import KIND, LAST, Diagnosed, Request, diagnosed_from, header, rows

SIMILAR = 6  # diseases shown


class DiagnosisControl(QObject):
    """See the module."""

    def __init__(self, desk: Desk, projects: ProjectControl, cases: CaseControl) -> None:
        super().__init__(desk)
        self._desk, self._projects, self._cases = desk, projects, cases
        self.dialog: DiagnosisDialog | None = None
        self.matrix: MatrixDialog | None = None
        self._bars: ScoreList | None = None
        self._files: list[tuple[str, Path] | None] = []  # of the images of the run
        self._job: JobLike | None = None
        desk.project_opened.connect(self._forget)
        desk.thumbnails.ready.connect(self._thumbnail_ready)

    # -- the page ------------------------------------------------------------------------------------

    def open(self) -> DiagnosisDialog | None:
        """Show the page with the project's last run."""
        project = self._desk.project
        if project is None:
            return None
        if self.dialog is None:
            self._bars = ScoreList(bar_below=True)
            dialog = self.dialog = DiagnosisDialog(self._bars, self._desk.window)
            dialog.start_pressed.connect(self.start)
            dialog.cancel_pressed.connect(self.cancel)
            dialog.save_pressed.connect(self.ask_csv)
            dialog.image_opened.connect(self.open_image)
            dialog.map.thumbnail = self._thumbnail
            kept = project.document(KIND, LAST)
            if kept is not None:
                self._show(kept)
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.target.setFocus()
        return self.dialog

    def request(self) -> Request | None:
        """What the page asks for; None, and a word why, when that cannot be asked."""
        dialog = self.dialog
        if dialog is None:
            return None
        chosen, shown = str(dialog.cases.currentData()), str(dialog.examples.currentData())
        wanted = {key: self._ids(key) for key in {chosen, shown}}
        if any(ids == () for key, ids in wanted.items() if key in (OPEN, LISTED)):
            dialog.show_end(self.tr("No case is open, or none is listed."))
            return None
        target = " ".join(dialog.target.text().split())
        return Request(target, dialog.lesions(), wanted[shown] or (), wanted[chosen], dialog.switches())

    def _ids(self, which: str) -> tuple[int, ...] | None:
        """Cases that a choice of the page stands for; None: all, or no examples."""
        here, model = self._desk.open, self._desk.model
        if which == OPEN:
            return (here.case.id,) if here else ()
        if which == LISTED:
            return tuple(model.worklist.ids) if model else ()
        return None

    def start(self) -> None:
        """Run the chain in the worker; reviewing goes on meanwhile."""
        project, dialog, request = self._desk.project, self.dialog, self.request()
        if project is None or dialog is None or request is None or self._job is not None:
            return
        title = self.tr("looking for {0}").format(request.target)
        job = self._projects.submit("diagnose", title, project=str(project.root), **request.arguments())
        self._job = job
        dialog.show_progress(0, 0, self.tr("waiting for the worker"))

        def end(text: str) -> None:
            self._job = None
            if project is self._desk.project and self.dialog is not None:
                self.dialog.show_end(text)

        def done(result: Mapping[str, Any]) -> None:
            end("")
            if project is self._desk.project:
                self._keep(result, request)

        job.progressed.connect(lambda *told: self._progressed(project, *told[:3]))
        job.finished.connect(done)
        job.failed.connect(lambda error: end(str(error)))
        job.cancelled.connect(lambda: end(self.tr("Cancelled.")))

    def cancel(self) -> None:
        """Stop it; nothing is kept."""
        if self._job is not None:
            self._job.cancel()

    def _progressed(self, project: object, done: int, total: int, text: str) -> None:
        if project is self._desk.project and self.dialog is not None:
            self.dialog.show_progress(done, total, text)

    def _keep(self, result: Mapping[str, Any], request: Request) -> None:
        """Show a run, keep it in the project off this thread, and show its masks where they are looked at."""
        project, reader = self._desk.project, self._desk.settings.reader
        if project is None:
            return
        self._show(result)
        document = {**result, "request": request.arguments()}
        title = self.tr("The diagnosis could not be kept")
        self._desk.chores.run(
            lambda: project.put_document(KIND, LAST, document, reader),
            lambda _: self._desk.tell(self.tr("Diagnosed: {0}").format(language.term(request.target))),
            lambda error: self._desk.fail(title, error),
        )
        if self._desk.open is not None:
            self._desk.case_opened.emit()

    def _show(self, table: Mapping[str, Any]) -> None:
        dialog = self.dialog
        if dialog is None:
            return
        try:
            found = diagnosed_from(table)
        except ValueError as error:
            dialog.show_end(self.tr("The last diagnosis cannot be read: {0}. Diagnose anew.").format(error))
            return
        instances = self._instances(found)
        names, infos = self._names(found, instances), {i.id: i.info for i in instances}
        known = [infos.get(one.instance) for one in found.images]
        self._files = [(info.sha256, info.path) if info else None for info in known]
        dialog.show_found(found, [" · ".join(dict.fromkeys(names[one.instance])) for one in found.images])
        similar = sorted(found.similar, key=lambda pair: -pair[1])[:SIMILAR]
        if self._bars is not None:
            self._bars.show_rows([ScoreRow(language.term(n), score, f"{score:.2f}") for n, score in similar])

    def _names(self, found: Diagnosed, instances: Sequence[Instance]) -> dict[int, tuple[str, str]]:
        """Image -> name of its case and of its file; numbers where it is no longer in the project."""
        project = self._desk.project
        if project is None:
            return {}
        cases = {row.id: row.name for row in project.case_rows([one.case for one in found.images])}
        files = {i.id: i.info.path.stem for i in instances}
        return {
            one.instance: (cases.get(one.case, str(one.case)), files.get(one.instance, str(one.instance)))
            for one in found.images
        }

    def _instances(self, found: Diagnosed) -> list[Instance]:
        """The images of a run that are still in the project."""
        project = self._desk.project
        return project.instances([one.instance for one in found.images]) if project else []

    def _thumbnail(self, place: int) -> QImage | None:
        file = self._files[place] if place < len(self._files) else None
        return self._cases.thumbnail(*file) if file else None

    def _thumbnail_ready(self, *_: object) -> None:
        if self.dialog is not None:
            self.dialog.map.update()

    def open_image(self, place: int) -> None:
        """Open the case of an image with that eye active; the page stays."""
        dialog = self.dialog
        if dialog is None or dialog.found is None or not 0 <= place < len(dialog.found.images):
            return
        one = dialog.found.images[place]
        self._cases.open(one.case)
        here = self._desk.open
        if here is not None and here.case.id == one.case:
            self._cases.activate(one.instance)

    def ask_csv(self) -> None:
        """Where to, then write the images of the run."""
        file = self._file("diagnosis.csv")
        found = self.dialog.found if self.dialog else None
        if file and found is not None:
            self._write(file, header(found), rows(found, self._names(found, self._instances(found))))

    # -- similarity of diseases ----------------------------------------------------------------------

    def open_matrix(self) -> MatrixDialog | None:
        """Show which known diseases look alike to the model that counts now."""
        project = self._desk.project
        if project is None:
            return None
        if self.matrix is None:
            self.matrix = MatrixDialog(self._desk.window)
            self.matrix.save_pressed.connect(self.ask_matrix_csv)
        dialog = self.matrix
        dialog.show_waiting(self.tr("Asking the model…"))
        job = self._projects.submit(
            "disease_matrix", self.tr("similarity of diseases"), project=str(project.root)
        )
        job.finished.connect(lambda found: self._matrix_found(project, found))
        job.failed.connect(lambda error: dialog.show_waiting(str(error)))
        job.cancelled.connect(lambda: dialog.show_waiting(self.tr("Cancelled.")))
        dialog.show()
        dialog.raise_()
        dialog.view.setFocus()
        return dialog

    def _matrix_found(self, project: object, found: Mapping[str, Any]) -> None:
        if self.matrix is not None and project is self._desk.project:
            self.matrix.show_found(found)

    def ask_matrix_csv(self) -> None:
        """Where to, then write the matrix with names on both sides; empty where nothing was compared."""
        file = self._file("similarity.csv")
        if not file or self.matrix is None or not self.matrix.found:
            return
        names, values = self.matrix.found["names"], self.matrix.found["matrix"]
        lines = [
            [name, *("" if v is None else f"{v:.4f}" for v in row)]
            for name, row in zip(names, values, strict=True)
        ]
        self._write(file, ["disease", *names], lines)

    # -- both ----------------------------------------------------------------------------------------

    def _file(self, suggested: str) -> str:
        title = self.tr("Save as csv")
        return QFileDialog.getSaveFileName(self._desk.window, title, suggested, "CSV (*.csv)")[0]

    def _write(self, file: str, names: list[str], lines: list[list[object]]) -> None:
        try:
            write_table(Path(file), names, lines)
        except EngineError as error:
            self._desk.fail(self.tr("The table could not be written"), error)
            return
        self._desk.tell(self.tr("Written: {0}").format(Path(file).name))

    def _forget(self) -> None:
        """Another project: its last run is read when the page is opened."""
        for dialog in (self.dialog, self.matrix):
            if dialog is not None:
                dialog.hide()
                dialog.deleteLater()
        self.dialog = self.matrix = self._bars = None
