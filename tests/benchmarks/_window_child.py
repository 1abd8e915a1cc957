"""What `window.py` measures, each in a process of its own that prints one JSON object.

``start PROJECT``: the worklist's first paint. ``next PROJECT``: next case, prefetched; ``burst PROJECT``:
without a pause. ``train PROJECT``: gaps between turns of the event loop while the worker retrains.
``browse FOLDER COUNT PROJECT``: peak memory.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QTimer

from engine.errors import EngineError
from viewer import app

if TYPE_CHECKING:
    from engine.records import ImageInfo

TRAIN_S = 40
STEPS = 40
QUIET = 0.3  # seconds without decoding after which nothing more is to come
GRADED = 12


class Paints(QObject):
    """Calls back after each paint event of a widget."""

    def __init__(self, then: Callable[[], None]) -> None:
        super().__init__()
        self._then = then

    def eventFilter(self, _: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self._then)
        return False


def tell(**values: Any) -> None:
    print(json.dumps(values), flush=True)


def start(project: str) -> int:
    """Runs the real `main`; ends when the list that holds the cases has been painted. No worker."""

    class Timed(app.Lynceus):
        def open(self, paths: Any) -> None:
            super().open(paths)
            self.paints = Paints(self.painted)
            self.window.worklist.list.viewport().installEventFilter(self.paints)

        def painted(self) -> None:
            model = self.window.worklist.list.model()
            if model is not None and model.rowCount():
                tell(at=time.monotonic(), cpu=time.process_time(), cases=model.rowCount())
                self.window.close()

        def start_worker(self) -> None:
            """Not measured here."""

    app.Lynceus = Timed  # type: ignore[misc]
    return app.main([project])


def opened(project: Path, *, worker: bool) -> tuple[Any, app.Lynceus]:
    """An application with its window shown on a project."""
    application = app.make_application()
    settings = app.Settings()
    app.theme.apply(application, settings["theme"], settings["font_scale"])
    lynceus = app.Lynceus(settings)
    if not worker:
        lynceus.start_worker = lambda: None  # type: ignore[method-assign]
    lynceus.open([project])
    lynceus.window.resize(1456, 860)
    lynceus.window.show()
    return application, lynceus


def wait(application: Any, done: Callable[[], bool], limit: float = 120.0) -> None:
    """Turn the event loop until something holds; RuntimeError when it never does."""
    end = time.monotonic() + limit
    while not done():
        application.processEvents()
        time.sleep(0.001)
        if time.monotonic() > end:
            raise RuntimeError("it took too long")
    application.processEvents()


def loaded_ahead(application: Any, lynceus: app.Lynceus) -> None:
    """Turn the event loop until nothing has been decoded for a while: neighbours come with a delay."""
    quiet = time.monotonic()

    def still() -> bool:
        nonlocal quiet
        if not lynceus.desk.images.is_idle:
            quiet = time.monotonic()
        return time.monotonic() - quiet > QUIET

    wait(application, still)


def next_case(project: str) -> int:
    """Wall and processor milliseconds of a step to a case that was loaded ahead, until it is painted."""
    application, lynceus = opened(Path(project), worker=False)
    walls, spent = [], []
    loaded_ahead(application, lynceus)
    for _ in range(STEPS):
        before, cpu = time.perf_counter(), time.thread_time()
        here = lynceus.desk.open
        lynceus.cases.step(1)
        application.processEvents()
        walls.append(1000 * (time.perf_counter() - before))
        spent.append(1000 * (time.thread_time() - cpu))
        if lynceus.desk.open is here:
            break
        if not lynceus.pictures.is_shown(0):
            raise RuntimeError("the case had not been loaded ahead")
        loaded_ahead(application, lynceus)
    lynceus.close()
    tell(walls=walls, cpu=spent)
    return 0


def burst(project: str) -> int:
    """Milliseconds of steps without a pause, each until its own picture is on the canvas."""
    application, lynceus = opened(Path(project), worker=False)
    images, walls, spent = lynceus.desk.images, [], []
    wait(application, lambda: images.is_idle)
    for _ in range(STEPS):
        before, cpu = time.perf_counter(), time.process_time()
        here = lynceus.desk.open
        lynceus.cases.step(1)
        now = lynceus.desk.open
        if now is here or now is None:
            break
        wait(application, lambda now=now: lynceus.pictures.picture_of(now.active_instance) is not None)
        walls.append(1000 * (time.perf_counter() - before))
        spent.append(1000 * (time.process_time() - cpu))
    lynceus.close()
    tell(walls=walls, cpu=spent)
    return 0


def train(project: str) -> int:
    """Retrain on graded cases; meanwhile turn the loop, pan, zoom and step as a reader would."""
    from engine.records import Modality
    from engine.store.rows import CaseQuery

    application, lynceus = opened(Path(project), worker=True)
    store = lynceus.desk.project
    assert store is not None
    for case_id in store.case_ids(CaseQuery(modality=Modality.FUNDUS))[:GRADED]:
        lynceus.cases.open(case_id)
        for instance in store.case(case_id).instances:
            lynceus.cases.activate(instance.id)
            lynceus.decisions.grade(case_id % 5)
        lynceus.decisions.accept()
    lynceus.desk.writer.flush()
    lynceus.models.start("zoom_in_net")
    wait(
        application,
        lambda: lynceus.models.retraining.phase != "running" or bool(lynceus.models.retraining.done),
        limit=600.0,  # the worker loads its libraries first
    )
    gaps, turns, end = [], 0, time.monotonic() + TRAIN_S
    last, view = time.perf_counter(), lynceus.window.canvas.views[0]
    while time.monotonic() < end and lynceus.models.retraining.phase == "running":
        if turns % 50 == 0:
            lynceus.cases.step(1 if turns % 100 else -1)
        view.zoom_about(300.0, 300.0, 1.2 if turns % 20 < 10 else 1 / 1.2)
        application.processEvents()
        now = time.perf_counter()
        gaps.append(1000 * (now - last))
        last = now + 0.004
        time.sleep(0.004)
        turns += 1
    phase = lynceus.models.retraining
    tell(gaps=gaps, phase=str(phase.phase), done=phase.done, error=phase.error)
    lynceus.models.cancel()
    lynceus.close()
    return 0


def _readable(files: Sequence[Path]) -> Iterator[ImageInfo]:
    """What can be read of them; a damaged file is no matter here."""
    from engine.io.readers import read_info

    for file in files:
        with suppress(EngineError):
            yield read_info(file)


def peak_mb() -> float:
    """Most memory that this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def browse(folder: str, count: str, made: str) -> int:
    """Import the first images of a folder, step through all their cases, tell the memory."""
    from engine.operations.importing import find_files
    from engine.store.project import create_project

    root = Path(made)
    if not root.is_dir():
        found = [f for f in find_files([Path(folder)]) if "mask" not in f.parts[-2]]
        files = found[:: max(len(found) // int(count), 1)][: int(count)]
        with create_project(root) as project:
            project.import_images(_readable(files))
    application, lynceus = opened(root, worker=False)
    steps, half = 0, 0.0
    while True:
        wait(application, lambda: lynceus.desk.images.is_idle and lynceus.desk.thumbnails.is_idle)
        here = lynceus.desk.open
        lynceus.cases.step(1)
        if lynceus.desk.open is here:
            break
        steps += 1
        if steps == int(count) // 2:
            half = peak_mb()
    lynceus.close()
    tell(images=int(count), steps=steps, peak_mb=peak_mb(), half_mb=half)
    return 0


PARTS = {"start": start, "next": next_case, "burst": burst, "train": train, "browse": browse}

if __name__ == "__main__":
    sys.exit(PARTS[sys.argv[1]](*sys.argv[2:]))
