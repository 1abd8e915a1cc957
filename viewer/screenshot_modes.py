"""Every mode of the window as pictures, in light and dark and in the sizes of common screens.

    python -m viewer.screenshot_modes PROJECT FOLDER [--sizes 1366x768 …] [--themes dark light] [--modes …]

Each size runs in a process of its own, for Qt takes its scale once: ``3840x2160@2`` is a screen of that many
pixels at twice the scale. Nothing is decided and nothing written in the project, but it is opened: give a
copy where that matters.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QDialog

from engine.records import Modality
from engine.store.rows import CaseQuery
from viewer.screenshots import settle

if TYPE_CHECKING:
    from viewer.app import Lynceus

SIZES = ("1366x768", "1920x1080", "3840x2160@2")
THEMES = ("dark", "light")


@contextmanager
def opened(lynceus: Lynceus, modality: Modality, place: int = 0) -> Iterator[None]:
    """A case of a modality, the most severe first."""
    project = lynceus.desk.project
    assert project is not None
    found = project.case_ids(CaseQuery(modality=modality, sort="severity", descending=True))
    if found:
        lynceus.cases.open(found[min(place, len(found) - 1)])
        settle(lynceus)
    yield


@contextmanager
def commanded(lynceus: Lynceus, modality: Modality, command: str, leave: str = "") -> Iterator[None]:
    """A case with a command done; its dialog is closed, or another command done, afterwards."""
    with opened(lynceus, modality):
        if lynceus.window.actions_by_id[command].isEnabled():
            lynceus.run(command)
        settle(lynceus)
        yield
        for dialog in lynceus.window.findChildren(QDialog):
            dialog.close()
        if leave and lynceus.window.actions_by_id[leave].isEnabled():
            lynceus.run(leave)
        settle(lynceus)


@contextmanager
def evidence(lynceus: Lynceus) -> Iterator[None]:
    """A radiograph with the map of its first finding."""
    with opened(lynceus, Modality.CHEST):
        if lynceus.cases.ranking:
            lynceus.view.choose_evidence(lynceus.cases.ranking[0].name)
            settle(lynceus)
        yield


@contextmanager
def tour(lynceus: Lynceus) -> Iterator[None]:
    """The third mark of the tour."""
    with opened(lynceus, Modality.FUNDUS):
        lynceus.help.start_tour()
        shown = lynceus.help.tour
        assert shown is not None
        shown.advance()
        shown.advance()
        QApplication.processEvents()
        yield
        shown.skip.click()


FUNDUS, CHEST = Modality.FUNDUS, Modality.CHEST
MODES: Mapping[str, Callable[[Lynceus], AbstractContextManager[None]]] = {
    "screening": lambda lynceus: opened(lynceus, FUNDUS),
    "zero_shot": evidence,
    "masks": lambda lynceus: commanded(lynceus, FUNDUS, "masks.edit", "masks.leave"),
    "compare": lambda lynceus: commanded(lynceus, FUNDUS, "view.compare", "view.compare"),
    "retraining": lambda lynceus: commanded(lynceus, FUNDUS, "models.retrain"),
    "versions": lambda lynceus: commanded(lynceus, FUNDUS, "models.versions"),
    "atlas": lambda lynceus: commanded(lynceus, FUNDUS, "models.atlas"),
    "diagnosis": lambda lynceus: commanded(lynceus, FUNDUS, "models.diagnosis"),
    "thresholds": lambda lynceus: commanded(lynceus, CHEST, "models.thresholds"),
    "filters": lambda lynceus: commanded(lynceus, FUNDUS, "review.filters"),
    "batch": lambda lynceus: commanded(lynceus, FUNDUS, "review.batch"),
    "summary": lambda lynceus: commanded(lynceus, FUNDUS, "review.summary"),
    "export": lambda lynceus: commanded(lynceus, FUNDUS, "project.export"),
    "settings": lambda lynceus: commanded(lynceus, FUNDUS, "app.settings"),
    "palette": lambda lynceus: commanded(lynceus, FUNDUS, "help.palette"),
    "keys": lambda lynceus: commanded(lynceus, FUNDUS, "help.keys"),
    "key_editor": lambda lynceus: commanded(lynceus, FUNDUS, "app.keys"),
    "guide": lambda lynceus: commanded(lynceus, FUNDUS, "help.guide"),
    "tour": tour,
}


def picture(lynceus: Lynceus) -> QPixmap:
    """The window with the dialogs that stand over it, as a screen would show them."""
    window = lynceus.window
    shown = window.grab()
    painter = QPainter(shown)
    for dialog in window.findChildren(QDialog):
        if dialog.isVisible():
            room = window.size() - dialog.size()
            painter.drawPixmap(QPoint(max(room.width() // 2, 0), max(room.height() // 2, 0)), dialog.grab())
    painter.end()
    return shown


def take_modes(
    lynceus: Lynceus, folder: Path, size: tuple[int, int], themes: Sequence[str], modes: Sequence[str]
) -> int:
    """Save ``MODE_THEME_WIDTHxHEIGHT.png`` of each; how many."""
    folder.mkdir(parents=True, exist_ok=True)
    lynceus.window.resize(*size)
    saved = 0
    for theme in themes:
        lynceus.view.set_light(theme == "light")
        for mode in modes:
            with MODES[mode](lynceus):
                shown = picture(lynceus)
                shown.save(str(folder / f"{mode}_{theme}_{shown.width()}x{shown.height()}.png"))
                saved += 1
    return saved


def main(argv: Sequence[str] | None = None) -> int:
    """Save the pictures of every size; the first exit code that is not 0."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("project", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", nargs="+", default=list(SIZES), metavar="WIDTHxHEIGHT[@SCALE]")
    parser.add_argument("--themes", nargs="+", choices=THEMES, default=list(THEMES))
    parser.add_argument("--modes", nargs="+", choices=MODES, default=list(MODES))
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)  # this process takes the size
    arguments = parser.parse_args(argv)
    if arguments.one:
        return _take_one(arguments)
    for size in arguments.sizes:
        words = [sys.executable, "-m", "viewer.screenshot_modes", str(arguments.project)]
        words += [
            str(arguments.folder),
            "--one",
            "--sizes",
            size,
            "--themes",
            *arguments.themes,
            "--modes",
            *arguments.modes,
        ]
        scale = size.partition("@")[2] or "1"
        with tempfile.TemporaryDirectory() as config:
            own = {"QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen", "LYNCEUS_CONFIG": config}
            code = subprocess.run(words, env={**os.environ, **own}, check=False).returncode
        if code:
            return code
    return 0


def _take_one(arguments: argparse.Namespace) -> int:
    from viewer import app, theme
    from viewer.settings import Settings

    pixels, _, scale = arguments.sizes[0].partition("@")
    width, height = (int(part) // int(scale or 1) for part in pixels.split("x"))
    application = app.make_application()
    settings = Settings()
    theme.apply(application, settings["theme"], settings["font_scale"])
    lynceus = app.Lynceus(settings)
    lynceus.start_worker = lambda: None  # type: ignore[method-assign]  # what the store holds is shown
    try:
        lynceus.open([arguments.project])
        lynceus.window.show()
        settle(lynceus)
        if lynceus.desk.project is None:
            return 3
        take_modes(lynceus, arguments.folder, (width, height), arguments.themes, arguments.modes)
    finally:
        lynceus.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
