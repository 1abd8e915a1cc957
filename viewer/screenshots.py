"""Walk through a project and save what the window shows: for machines without a display, and the guide."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from engine.records import Modality
from engine.store.rows import CaseQuery

if TYPE_CHECKING:
    from viewer.app import Lynceus

SIZE = (1456, 860)
CASES = 2  # of each modality
LOAD_LIMIT_MS = 60_000
PASSES = 4


def take(lynceus: Lynceus, folder: Path) -> int:
    """Save PNGs of a few cases of each modality; 0 when there were some, else 3 with a line that says why.

    No model is started: what is shown is what the store holds.
    """
    lynceus.window.resize(*SIZE)
    project = lynceus.desk.project
    if project is None:
        sys.stderr.write("there is no project to show; name one\n")
        return 3
    folder.mkdir(parents=True, exist_ok=True)
    saved = 0
    for modality in (Modality.FUNDUS, Modality.CHEST):
        query = CaseQuery(modality=modality, sort="severity", descending=True)
        for number, case_id in enumerate(project.case_ids(query)[:CASES], start=1):
            lynceus.cases.open(case_id)
            settle(lynceus)
            if modality is Modality.CHEST and lynceus.cases.ranking:
                lynceus.view.choose_evidence(lynceus.cases.ranking[0].name)
                settle(lynceus)
            save(lynceus, folder / f"{modality.value}_{number}.png")
            saved += 1
    if not saved:
        sys.stderr.write(f"{project.root} holds no case to show\n")
        return 3
    return 0


def settle(lynceus: Lynceus) -> None:
    """Wait until everything that the window wants is loaded and painted."""
    deadline = QDeadlineTimer(LOAD_LIMIT_MS)
    QApplication.processEvents()
    lynceus.window.grab()  # makes the worklist ask for its thumbnails
    busy = (lynceus.desk.images, lynceus.desk.thumbnails, lynceus.desk.patches)
    while not all(background.is_idle for background in busy) and not deadline.hasExpired():
        loop = QEventLoop()
        for background in busy:
            background.idle.connect(loop.quit)
        QTimer.singleShot(100, loop.quit)  # in case it became idle before the connection
        loop.exec()
    for _ in range(PASSES):  # a layout within a layout is done in the next turn
        QApplication.sendPostedEvents()
        QApplication.processEvents()


def save(lynceus: Lynceus, path: Path) -> None:
    """The window as it is now."""
    lynceus.window.grab().save(str(path))
