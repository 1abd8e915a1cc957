"""Nothing stays behind: widgets, threads and open files after windows were opened, used and closed."""

from __future__ import annotations

import gc
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from engine.operations.importing import import_paths
from viewer import theme
from viewer.app import Lynceus
from viewer.settings import Settings

CASES = 6
DIALOGS = (
    "app.settings",
    "app.keys",
    "help.keys",
    "help.palette",
    "help.guide",
    "project.export",
    "models.versions",
)


class NoWorker(QObject):
    """No process: only the window is looked at."""

    state_changed = Signal(str)

    def start(self) -> None:
        self.state_changed.emit("idle")

    def stop(self) -> None:
        pass


@pytest.fixture
def project(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    images = tmp_path / "images"
    images.mkdir()
    for number in range(CASES):
        cv2.imwrite(str(images / f"C{number}.png"), rng.integers(0, 4096, (300, 260), np.uint16))
    import_paths(str(tmp_path / "project"), [str(images)])
    return tmp_path / "project"


def swept(application: QApplication) -> None:
    """What was to be deleted is gone."""
    for _ in range(3):
        application.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()


def open_files() -> Counter[str]:
    """Files of this process by what they are; none where the system does not tell."""
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        return Counter()
    found: Counter[str] = Counter()
    for entry in folder.iterdir():
        try:
            target = str(entry.readlink())
        except OSError:  # closed meanwhile: the folder's own
            continue
        found[target.partition(":")[0] if ":" in target else Path(target).name] += 1
    return found


def left(application: QApplication) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Top-level widgets, threads and open files."""
    swept(application)
    widgets = Counter(type(widget).__name__ for widget in application.topLevelWidgets())
    threads = Counter(thread.name.rstrip("0123456789-_ ") for thread in threading.enumerate())
    return widgets, threads, open_files()


def sitting(project: Path, use: Callable[[Lynceus], None]) -> None:
    """Open a window, use it, close it."""
    lynceus = Lynceus(Settings(), NoWorker())  # type: ignore[arg-type]
    try:
        lynceus.open([project])
        lynceus.window.show()
        use(lynceus)
    finally:
        lynceus.close()
        lynceus.window.close()
        lynceus.window.deleteLater()


@pytest.mark.skipif(sys.platform == "win32", reason="counts open files as POSIX does")
def test_windows_leave_no_widget_thread_or_file_behind(qapp: QApplication, qtbot: QtBot, project: Path):
    theme.apply(qapp, "dark")

    def use(lynceus: Lynceus) -> None:
        for _ in range(CASES - 1):
            qtbot.waitUntil(lambda: lynceus.desk.images.is_idle, timeout=20_000)
            QTest.keyClick(lynceus.window.canvas.views[0], Qt.Key.Key_D)
        for command in DIALOGS:
            lynceus.run(command)
            for dialog in lynceus.window.findChildren(QDialog):
                dialog.close()
        lynceus.run("help.tour")
        assert lynceus.help.tour is not None
        lynceus.help.tour.skip.click()

    sitting(project, use)  # what is made once and kept: fonts, caches of libraries
    before = left(qapp)
    for _ in range(2):
        sitting(project, use)
    after = left(qapp)
    for name, one, other in zip(("widgets", "threads", "files"), before, after, strict=True):
        assert other - one == Counter(), name


def test_dialogs_that_are_closed_are_deleted(qapp: QApplication, project: Path):
    theme.apply(qapp, "dark")

    def use(lynceus: Lynceus) -> None:
        for _ in range(3):
            for command in DIALOGS:
                lynceus.run(command)
                for dialog in lynceus.window.findChildren(QDialog):
                    dialog.close()
            swept(qapp)
            assert [type(d).__name__ for d in lynceus.window.findChildren(QDialog)] == []

    sitting(project, use)
