"""What `durability.py` kills: each part works until it is killed, and prints a JSON line for what is done.

``strokes PROJECT``: the real window; strokes by mouse, grades by key, each told when the store has it.
``import PROJECT FOLDER``: imports a few new files at a time. ``retrain PROJECT RESOURCES``: retrains a tiny
network over and over while comments are recorded.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

BATCH = 4


def tell(**values: Any) -> None:
    """A line that the parent takes as a promise."""
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


def strokes(project: str) -> None:
    """Paint with the mouse, grade with the keys, in the window that a reader uses."""
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    from viewer import app

    application = app.make_application()
    lynceus = app.Lynceus(app.Settings())
    lynceus.start_worker = lambda: None  # type: ignore[method-assign]
    lynceus.open([Path(project)])
    lynceus.window.show()
    desk, view = lynceus.desk, lynceus.window.canvas.views[0]
    desk.writer.saved.connect(
        lambda write: tell(events=[(e.id, e.kind.value, e.key, e.after) for e in write.recorded])
    )
    chance = random.Random()

    def until(done: Callable[[], object], limit: float = 60.0) -> None:
        end = time.monotonic() + limit
        while not done() and time.monotonic() < end:
            application.processEvents()
            time.sleep(0.001)

    until(lambda: desk.images.is_idle and desk.open is not None)
    for number in range(100_000):
        if not desk.editing:
            until(lambda: lynceus.pictures.picture_of(desk.open.active_instance) is not None)
            until(lambda: (lynceus.run("masks.edit"), desk.editing)[1])
        width, height = view.width(), view.height()
        x, y = chance.randint(width // 4, width // 2), chance.randint(height // 4, height // 2)
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
        for step in range(1, 6):
            QTest.mouseMove(view, QPoint(x + 9 * step, y + chance.randint(-20, 20)))
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(x + 50, y))
        application.processEvents()
        if number % 4 == 3:
            lynceus.run("masks.leave")
            QTest.keyClick(view, chance.choice([Qt.Key.Key_0, Qt.Key.Key_2, Qt.Key.Key_4]))
            application.processEvents()


def imports(project: str, folder: str) -> None:
    """New files all the time, a few at once, each with its own content."""
    import cv2
    import numpy as np

    from engine.operations.importing import import_paths

    rng = np.random.default_rng()
    for number in range(100_000):
        files = [str(Path(folder) / f"{time.monotonic_ns()}_{number}_{n}.png") for n in range(BATCH)]
        for file in files:
            cv2.imwrite(file, rng.integers(0, 255, (96, 96, 3), np.uint8))
        result = import_paths(project, files)
        if not result["refused"]:
            tell(files=files)


def retrain(project: str, resources: str) -> None:
    """Train tiny networks in one thread while another records comments."""
    from engine import systems
    from engine.operations import retraining
    from engine.records import Correction, CorrectionKind
    from engine.store.project import open_project
    from engine.training.recipes import cxr_ml_gzsl
    from engine.training.recipes.chest_config import TuningConfig

    systems.RESOURCES = Path(resources)
    tuning = TuningConfig(steps=40, batch=4, views=1, replay=4, lr=1e-2)
    cxr_ml_gzsl.CONFIGS["shipped"] = replace(cxr_ml_gzsl.CONFIGS["shipped"], tuning=tuning)
    training = threading.Event()

    def comments() -> None:
        training.wait()
        with open_project(Path(project)) as store:
            case = store.case_ids()[0]
            for number in range(100_000):
                before = store.review(case).comment
                kind = CorrectionKind.COMMENT
                made = store.record([Correction(case, None, kind, "", before, f"comment {number}", "ada")])
                tell(events=[(e.id, e.kind.value, e.key, e.after) for e in made])
                time.sleep(0.005)

    threading.Thread(target=comments, daemon=True).start()

    def progress(done: int, total: int, text: str = "", **values: float) -> None:
        training.set()

    while True:
        result = retraining.retrain(project, "cxr_ml_gzsl", device="cpu", progress=progress)
        tell(version=result["version"])


if __name__ == "__main__":
    {"strokes": strokes, "import": imports, "retrain": retrain}[sys.argv[1]](*sys.argv[2:])
