"""Builds and wires everything; the only place that does. ``lynceus [PROJECT | FILES | FOLDERS]``."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Lock, Thread, get_ident
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox

import engine
from engine.errors import EngineError
from engine.records import Laterality, Modality
from viewer import language, theme
from viewer.control.atlas import AtlasControl
from viewer.control.batches import BatchControl
from viewer.control.cases import CaseControl
from viewer.control.compare import CompareControl
from viewer.control.decisions import DecisionControl
from viewer.control.desk import READERS, Desk, WorkerLike
from viewer.control.diagnosis import DiagnosisControl
from viewer.control.evidence import EvidenceControl
from viewer.control.exports import ExportControl
from viewer.control.help import HelpControl
from viewer.control.lesions import LesionControl
from viewer.control.listing import ListControl
from viewer.control.maps import MapControl
from viewer.control.mask_tools import MaskToolControl
from viewer.control.masks import MaskControl
from viewer.control.measuring import MeasureControl
from viewer.control.models import ModelControl
from viewer.control.pairing import PairingControl
from viewer.control.pictures import PictureControl
from viewer.control.projects import ProjectControl
from viewer.control.reading import ReadingControl
from viewer.control.showing import ShowControl
from viewer.control.thresholds import ThresholdControl
from viewer.control.view import ViewControl
from viewer.crash import CrashReports
from viewer.language import translate
from viewer.panels.edit_bar import TOOLS
from viewer.settings import Settings, config_folder
from viewer.state.compare import Compared
from viewer.window import Window

if TYPE_CHECKING:
    from engine.io.sandbox import Sandbox


class Decoders:
    """Sandboxed decoders, started at their first use from whichever thread.

    Parameters
    ----------
    count
        Threads that ask get one each, as far as there are so many.
    """

    def __init__(self, count: int = 1) -> None:
        self._sandboxes: list[Sandbox] = []
        self._places: dict[int, int] = {}  # of threads
        self._count = count
        self._closed = False
        self._lock = Lock()

    def __call__(self) -> Sandbox:
        """The decoder of this thread."""
        with self._lock:
            place = self._places.setdefault(get_ident(), len(self._places) % self._count)
            self._fill(place + 1)
            return self._sandboxes[place]

    def warm_up(self) -> None:
        """Start the processes now, while nobody waits for them."""
        with self._lock:
            self._fill(self._count)
            waiting = tuple(self._sandboxes)
        with suppress(EngineError):  # told when an image is opened
            for sandbox in waiting:
                sandbox.start()

    def close(self) -> None:
        """End the processes, whatever they are at."""
        with self._lock:
            self._closed = True
            waiting = tuple(self._sandboxes)
        for sandbox in waiting:
            sandbox.close()

    def _fill(self, count: int) -> None:
        from engine.io.sandbox import Sandbox

        while len(self._sandboxes) < min(count, self._count):
            self._sandboxes.append(Sandbox())
            if self._closed:
                self._sandboxes[-1].close()  # it says so to whoever asks it


class Lynceus:
    """The application: window, workflows, worker.

    Parameters
    ----------
    worker
        The real one by default; tests give another.
    """

    def __init__(self, settings: Settings, worker: WorkerLike | None = None) -> None:
        self.settings = settings
        self.window = Window(settings["keys"])
        self.decoders = (Decoders(READERS), Decoders())  # a large image must not keep thumbnails waiting
        self.desk = Desk(settings, self.window, worker or _make_worker(), *self.decoders)
        self.cases = CaseControl(self.desk)
        self.showing = ShowControl(self.desk, self.cases)
        self.lists = ListControl(self.desk, self.cases)
        self.reading = ReadingControl(self.desk, self.cases)
        self.pictures = PictureControl(self.desk)
        self.decisions = DecisionControl(self.desk, self.cases)
        self.pairing = PairingControl(self.desk, self.decisions)
        self.batches = BatchControl(self.desk, self.cases, self.lists, self.decisions)
        self.maps = MapControl(self.desk, self.pictures)
        self.evidence = EvidenceControl(self.desk, self.pictures)
        self.lesions = LesionControl(self.desk, self.pictures)
        self.masks = MaskControl(self.desk, self.pictures, self.decisions, self.lesions)
        self.mask_tools = MaskToolControl(self.desk, self.pictures, self.masks, self.lesions)
        self.measuring = MeasureControl(self.desk, self.pictures)
        self.compare = CompareControl(self.desk, self.pictures)
        self.view = ViewControl(self.desk, self.cases, self.pictures)
        self.projects = ProjectControl(self.desk)
        self.models = ModelControl(self.desk, self.projects)
        self.thresholds = ThresholdControl(self.desk, self.projects, self.cases)
        self.atlas = AtlasControl(self.desk, self.projects, self.cases, self.pictures, self.decisions)
        self.diagnosis = DiagnosisControl(self.desk, self.projects, self.cases)
        self.exports = ExportControl(self.desk, self.projects)
        self.help = HelpControl(self.desk, self.run)
        self.crashes = CrashReports(config_folder() / "reports", self.help.show_report)
        self._worker_started = False
        self._commands = self._make_commands()
        self._wire()

    def open(self, paths: Sequence[Path]) -> None:
        """Open what the command line names, else the project opened last."""
        if paths:
            self.projects.open_paths(paths)
            return
        recent = [Path(entry) for entry in self.settings["recent_projects"]]
        found = next((root for root in recent if (root / "lynceus.sqlite").is_file()), None)
        if found is not None:
            self.projects.open(found)

    def run(self, name: str) -> None:
        """Do a command of `viewer.actions.COMMANDS`."""
        self.crashes.commands.append(name)
        self._commands[name]()

    def start_worker(self) -> None:
        """Start the process that holds the models; once."""
        if not self._worker_started:
            self._worker_started = True
            self.desk.worker.start()

    def warm_up(self) -> None:
        """Start the decoders, and load what else the first image would wait for, ahead of it."""
        for work in (*(decoders.warm_up for decoders in self.decoders), _load_libraries):
            Thread(target=work, daemon=True, name="warm-up").start()

    def close(self) -> None:
        """End threads and processes; what is queued is recorded first."""
        self.window.review.comment.commit()
        self.desk.writer.flush()
        for decoder in self.decoders:
            decoder.close()
        self.desk.stop()
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self.window)

    # -- wiring --------------------------------------------------------------------------------------

    def _wire(self) -> None:
        window, review = self.window, self.window.review
        window.command.connect(self.run)
        self.help.setting_changed.connect(self._setting_changed)
        window.dropped.connect(self.projects.open_paths)
        window.painted.connect(lambda: QTimer.singleShot(0, self.desk, self.start_worker))
        window.close_asked.connect(self._close_asked)
        window.canvas.open_pressed.connect(self.projects.ask_open)
        window.canvas.import_pressed.connect(self.projects.ask_files)
        self.models.case_wanted.connect(self.cases.open)
        self.models.list_wanted.connect(self.lists.show_only)
        window.canvas.locate_pressed.connect(self._locate)
        review.decision.triggered.connect(self.run)
        review.comment_left.connect(window.canvas.views[0].setFocus)
        window.worklist.search.returnPressed.connect(window.canvas.views[0].setFocus)
        window.status.show_reader(self.settings.reader)
        recent = window.menus["File"].addMenu(translate("Application", "Recent projects"))
        recent.aboutToShow.connect(lambda: self._fill_recent(recent))
        if self.settings.problem is not None:
            self.desk.tell(str(self.settings.problem))

    def _fill_recent(self, menu: QMenu) -> None:
        menu.clear()
        for entry in self.settings["recent_projects"]:
            menu.addAction(entry, partial(self.projects.open, Path(entry)))

    def _make_commands(self) -> dict[str, Callable[[], object]]:
        window, decisions, masks, view = self.window, self.decisions, self.masks, self.view
        commands: dict[str, Callable[[], object]] = {
            "project.new": self.projects.ask_new,
            "project.open": self.projects.ask_open,
            "project.import_files": self.projects.ask_files,
            "project.import_folder": self.projects.ask_folder,
            "project.export": self.exports.ask_export,
            "project.import_annotations": self.exports.ask_annotations,
            "view.save_picture": self.exports.ask_picture,
            "project.predict": self.projects.predict_open,
            "project.predict_all": self.projects.predict_all,
            "app.settings": self.help.show_settings,
            "app.keys": self.help.edit_keys,
            "app.quit": window.close,
            "edit.undo": masks.undo,
            "edit.redo": masks.redo,
            "edit.comment": window.review.comment.field.setFocus,
            "edit.ungradable": decisions.ungradable,
            "edit.modality_fundus": partial(decisions.set_modality, Modality.FUNDUS),
            "edit.modality_chest": partial(decisions.set_modality, Modality.CHEST),
            "edit.eye_right": partial(decisions.set_laterality, Laterality.RIGHT),
            "edit.eye_left": partial(decisions.set_laterality, Laterality.LEFT),
            "review.next": partial(self.cases.step, 1),
            "review.previous": partial(self.cases.step, -1),
            "review.next_unreviewed": self.cases.next_unreviewed,
            "review.accept": decisions.accept,
            "review.reject": decisions.reject,
            "review.unsure": decisions.unsure,
            "review.other_eye": self.cases.switch_eye,
            "review.blind": lambda: self.reading.set_blind(window.is_checked("review.blind")),
            "review.double": lambda: self.reading.set_double(window.is_checked("review.double")),
            "review.summary": self.reading.open_summary,
            "review.batch": self.batches.open,
            "review.similar": self.models.find_similar,
            "review.filters": self.lists.open_filters,
            "review.queue": self.lists.toggle_queue,
            "review.find_label": window.review.findings.search.setFocus,
            "view.fit": view.fit,
            "view.one_to_one": view.one_to_one,
            "view.reset": view.reset,
            "view.hide_overlays": lambda: self.desk.tell(
                translate("Application", "Hold the key down to hide the overlays.")
            ),
            "view.next_pane": window.next_pane,
            "view.theme": lambda: view.set_light(window.is_checked("view.theme")),
            "view.larger_text": partial(self.help.resize_text, True),
            "view.smaller_text": partial(self.help.resize_text, False),
            "masks.edit": masks.start,
            "masks.leave": masks.leave,
            "models.retrain": self.models.open_retraining,
            "models.versions": self.models.open_versions,
            "models.atlas": self.atlas.open,
            "models.diagnosis": self.diagnosis.open,
            "models.diseases": self.diagnosis.open_matrix,
            "edit.pair": self.pairing.open,
            "edit.split": self.pairing.split,
            "edit.pairing_rules": self.pairing.open_rules,
            "view.map_kind": self.maps.next_kind,
            "view.map_level": self.maps.next_level,
            "models.thresholds": self.thresholds.open,
            "help.keys": self.help.show_keys,
            "help.palette": self.help.show_palette,
            "help.guide": self.help.show_guide,
            "help.tour": self.help.start_tour,
            "help.about": self.help.show_about,
        }
        commands |= self._canvas_commands()
        commands |= {f"review.grade_{g}": partial(decisions.grade, g) for g in range(5)}
        commands |= {f"review.finding_{n}": partial(decisions.toggle_numbered, n) for n in range(1, 10)}
        commands |= {f"view.region_{n}": partial(view.zoom_to_region, n) for n in range(1, 5)}
        commands |= {f"view.window_{n}": partial(view.use_window, n) for n in range(1, 5)}
        switches = ("masks", "boxes", "labels", "evidence", "grad_cam", "invert", "red_free", "smooth")
        return commands | {f"view.{name}": lambda: None for name in switches}  # they act when toggled

    def _canvas_commands(self) -> dict[str, Callable[[], object]]:
        """Turning, comparing, measuring, and what the bar does while masks are corrected."""
        view, masks, tools = self.view, self.masks, self.mask_tools
        measuring, compare = self.measuring, self.compare
        commands: dict[str, Callable[[], object]] = {
            "view.magnify": lambda: self.desk.tell(
                translate("Application", "Hold the key down over the image to magnify it.")
            ),
            "view.turn_right": partial(view.turn, 1),
            "view.turn_left": partial(view.turn, -1),
            "view.mirror": view.mirror,
            "view.compare": compare.toggle,
            "measure.length": partial(measuring.use, "measure"),
            "measure.angle": partial(measuring.use, "angle"),
            "measure.area": partial(measuring.use, "area"),
            "measure.stop": measuring.stop,
            "measure.delete": measuring.delete_last,
            "measure.clear": measuring.delete_all,
            "measure.disc": measuring.take_disc,
            "measure.comment": measuring.to_comment,
            "masks.smaller": partial(tools.resize_brush, False),
            "masks.larger": partial(tools.resize_brush, True),
            "masks.next_class": masks.next_lesion,
            "masks.previous_class": partial(masks.next_lesion, -1),
            "masks.keep_others": lambda: tools.keep_others(self.window.is_checked("masks.keep_others")),
            "masks.next_region": partial(self.lesions.step, 1),
            "masks.previous_region": partial(self.lesions.step, -1),
            "masks.threshold": tools.focus_threshold,
            "masks.delete": tools.delete,
        }
        for name in ("fill", "fill_holes", "grow", "shrink", "remove_small", "clear"):
            commands[f"masks.{name}"] = getattr(tools, name)
        commands |= {f"masks.{name}": partial(tools.use, name) for name in TOOLS}
        return commands | {
            f"view.compare_{kind.name.lower()}": partial(compare.start, kind) for kind in Compared
        }

    def _locate(self, index: int) -> None:
        self.projects.locate(self.pictures.shown[index].info.path)

    def _setting_changed(self, name: str) -> None:
        self.window.status.show_reader(self.settings.reader)
        if name in {"theme", "font_scale"}:
            self.view.apply_theme()
        elif name in {"fundus_opacity", "evidence_opacity"}:
            self.pictures.show_active()
        elif name == "brush_size":
            self.window.canvas.tool_settings.brush = float(self.settings["brush_size"])

    def _close_asked(self, event: QCloseEvent) -> None:
        """Edits that cannot be saved keep the window open until the reader says otherwise."""
        self.window.review.comment.commit()
        if self.desk.writer.flush():
            return
        answer = QMessageBox.question(
            self.window,
            "Lynceus",
            translate("Application", "{0} edits are not saved and would be lost. Close all the same?").format(
                self.desk.writer.pending
            ),
        )
        if answer != QMessageBox.StandardButton.Yes:
            event.ignore()


def _load_libraries() -> None:
    """NumPy loads this at the first percentile: that of the window of the first radiograph."""
    import numpy.ma  # noqa: F401


def _make_worker() -> WorkerLike:
    from viewer.jobs.worker import Worker

    return Worker()


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Arguments of the command line."""
    parser = argparse.ArgumentParser("lynceus", description="Review fundus photographs and chest X-rays.")
    parser.add_argument("paths", nargs="*", type=Path, metavar="PROJECT | FILE | FOLDER")
    parser.add_argument("--screenshot", type=Path, metavar="FOLDER", help="walk through, save PNGs, end")
    parser.add_argument("--version", action="version", version=f"lynceus {engine.__version__}")
    return parser.parse_args(argv)


def make_application() -> QApplication:
    """The application object, its fonts and a name; offscreen where there is no display."""
    display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform.startswith("linux") and not display:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    QGuiApplication.setApplicationName("Lynceus")
    QGuiApplication.setDesktopFileName("lynceus")
    return QApplication(sys.argv[:1])


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window and stay until it is closed; or save screenshots and end."""
    arguments = parse(argv)
    gc.disable()  # until the window stands: what is made for it stays, and looking at it takes a tenth longer
    application = make_application()
    settings = Settings()
    theme.apply(application, settings["theme"], settings["font_scale"])
    language_problem = _use_language(application, settings)
    lynceus = Lynceus(settings)
    lynceus.help.tour_allowed = arguments.screenshot is None
    earlier = lynceus.crashes.start()
    try:
        once = Qt.ConnectionType.SingleShotConnection
        lynceus.window.painted.connect(lambda: QTimer.singleShot(0, lynceus.desk, lynceus.warm_up), once)
        lynceus.open(arguments.paths)
        lynceus.window.show()
        gc.freeze()
        gc.enable()
        lynceus.window.canvas.views[0].setFocus()
        if arguments.screenshot is not None:
            from viewer.screenshots import take

            return take(lynceus, arguments.screenshot)
        if language_problem is not None:
            lynceus.desk.tell(str(language_problem))
        if earlier is not None:
            lynceus.help.show_report(earlier, earlier=True)
        return application.exec()
    finally:
        gc.enable()
        lynceus.close()
        lynceus.crashes.stop()
        language.remove(application)


def _use_language(application: QApplication, settings: Settings) -> EngineError | None:
    """The language of the settings; why it cannot be used, where it cannot."""
    try:
        language.install(application, settings["language"])
    except EngineError as error:
        return error
    return None


if __name__ == "__main__":
    sys.exit(main())
