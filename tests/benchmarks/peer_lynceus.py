"""Lynceus in the harness that measures viewers beside one another: ``peer_lynceus.py startup|work DATA OUT``.

The harness is a folder with ``common.py`` and ``run_peers.py`` (``VIEWER_PEERS``, by default
``../shared/bench/viewer_peers`` beside the checkout); `viewer_peers.py` beside this file runs it whole. The
program is driven through its own `main`, whose event loop is replaced by the measurements; images are
imported beforehand, as a project needs, and the worker process runs as it does for a reader.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
HARNESS = Path(os.environ.get("VIEWER_PEERS", ROOT.parent / "shared" / "bench" / "viewer_peers"))
sys.path[:0] = [str(HARNESS), str(ROOT)]

import common  # type: ignore[import-not-found]  # of the harness
from PySide6 import QtCore, QtGui, QtWidgets

import engine
from engine.operations.importing import import_paths
from engine.records import Correction, CorrectionKind
from engine.store.project import open_project
from viewer import app

SIZE = (1600, 1000)
BURST = 26  # images without a pause; the others after 0.8 s, as with the peers
RADII = (10, 40)  # image pixels, as with the peers


def project_of(data: Path) -> Path:
    """A project of the images of a folder, made once."""
    root = Path(os.environ.get("BENCH", tempfile.gettempdir())) / f"lynceus-{data.name}"
    if not (root / "lynceus.sqlite").is_file():
        import_paths(str(root), [str(data)])
        with open_project(root) as store:
            wanted = "fundus" if data.name == "fundus" else "chest"
            for instance in store.instances_of(store.case_ids()):
                before = instance.info.modality.value
                if before != wanted:
                    kind = CorrectionKind.MODALITY
                    made = Correction(instance.case_id, instance.id, kind, "", before, wanted, "bench")
                    store.record([made])
    return root


class Bench:
    """The window of `main` and what is done with it."""

    def __init__(self, lynceus: app.Lynceus, out: str) -> None:
        self.lynceus, self.out = lynceus, out
        self.application = QtWidgets.QApplication.instance()
        self.view = lynceus.window.canvas.views[0]
        self.drv = common.Drv(self.application, self.view, QtCore)
        self.extra: dict[str, Any] = {"version": engine.__version__, "qt": QtCore.qVersion()}

    def startup(self) -> None:
        """From the start of the process to a painted window."""
        drv = common.Drv(self.application, self.lynceus.window, QtCore)
        end = time.time() + 20
        while drv.paints == 0 and time.time() < end:
            self.application.processEvents()
        self.application.processEvents()
        self.extra["startup_ms"] = round((time.time() - common.T_SPAWN) * 1e3)
        common.finish("lynceus", drv, self.extra, self.out)

    def shown(self) -> bool:
        """Whether the canvas shows the open case, a pixel of the image for each of its own or more.

        A large JPEG is first decoded to that and shown whole a moment later, when the reader stays.
        """
        return self.lynceus.desk.open is not None and self.lynceus.pictures.is_sharp(0)

    def work(self, project: Path) -> None:
        """Everything that the peers do too."""
        drv, lynceus = self.drv, self.lynceus
        lynceus.window.resize(*SIZE)
        end = time.time() + 60
        while "idle" not in lynceus.window.status.worker.text() and time.time() < end:
            drv.settle(0.1)
        drv.settle(0.8)  # as two of the peers
        drv.op("open_first", lambda: lynceus.projects.open(project), self.shown)
        signatures = [drv.centre_signature()]
        drv.settle(0.5)
        self.extra["canvas"] = [self.view.width(), self.view.height()]
        count = len(lynceus.desk.model.worklist) if lynceus.desk.model else 0
        for number in range(1, min(count, BURST)):
            drv.op("next", lambda: lynceus.cases.step(1), self.shown)
            if number < 4:
                signatures.append(drv.centre_signature())
        self.extra["pixels_changed"] = len({str(s) for s in signatures}) == len(signatures)
        for _ in range(BURST, count):
            drv.settle(0.8)
            drv.op("next_dwell", lambda: lynceus.cases.step(1), self.shown)
        for _ in range(min(10, count - 1)):
            drv.op("prev", lambda: lynceus.cases.step(-1), self.shown)
        self.extra["mem_browse"] = common.rss_mb()
        drv.settle(0.5)
        self.window_level()
        self.paint()
        lynceus.window.grab().save(self.out.replace(".json", ".png"))
        common.finish("lynceus", drv, self.extra, self.out)

    def window_level(self) -> None:
        """Other windows of a grey picture."""
        picture = self.view.picture()
        if picture is None or picture.colour:
            return
        top = float(picture.array.max())
        for step in range(30):
            width = top * (0.6 + step * 0.01)
            self.drv.op("window_level", lambda w=width: self.view.set_window(top / 2, w))

    def paint(self) -> None:
        """Strokes of two sizes at two zooms, then the mask on and off."""
        lynceus, view = self.lynceus, self.view
        lynceus.run("masks.edit")
        if not lynceus.desk.editing:
            return
        for tag, go in (("fit", view.fit), ("1to1", view.one_to_one)):
            go()
            self.drv.settle(0.3)
            for radius in RADII:
                view.settings.brush = 2.0 * radius
                for k in range(3):
                    w, h = view.width(), view.height()
                    y = h * (0.35 + 0.1 * k)
                    common.stroke(
                        self.drv, QtCore, QtGui, view, f"brush_{tag}_r{radius}", w * 0.3, y, w * 0.7, y, n=30
                    )
        view.fit()
        self.drv.settle(0.3)
        for step in range(20):
            self.drv.op("toggle", lambda step=step: view.set_overlays_hidden(step % 2 == 0))


def main(kind: str, data: str, out: str) -> None:
    """Run `viewer.app.main` with the measurements in place of its event loop."""
    os.environ["LYNCEUS_CONFIG"] = tempfile.mkdtemp(prefix="lynceus-bench-")
    project = project_of(Path(data)) if kind == "work" else Path()
    made: list[app.Lynceus] = []
    plain = app.Lynceus.__init__

    def remember(self: app.Lynceus, *arguments: Any, **named: Any) -> None:
        plain(self, *arguments, **named)
        made.append(self)

    def measure(*_: object) -> int:
        bench = Bench(made[0], out)
        bench.startup() if kind == "startup" else bench.work(project)
        return 0

    app.Lynceus.__init__ = remember  # type: ignore[method-assign]
    QtWidgets.QApplication.exec = staticmethod(measure)  # type: ignore[method-assign,assignment]
    app.main([])


if __name__ == "__main__":
    main(*sys.argv[1:4])
