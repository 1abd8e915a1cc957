"""Time the canvas: p50 and p95 of each operation, from the event to the painted and flushed frame.

    python -m tests.benchmarks.canvas [--size 1300x900] [--parts plain turned tools]

An operation ends when the view has handled a paint event after the trigger and the event loop has run
dry. Processor time stands beside it: what other programs take from a busy machine is not in it. The
pictures are random fields of the size of a fundus photograph (4288×2848 RGB) and a radiograph (4096²
uint16), each with five masks. Exit code 1 when a budget is missed.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from engine.records import Window
from viewer.canvas.view import ImageView
from viewer.state.geometry import Facing
from viewer.state.mask_edit import MaskEdit
from viewer.state.model_maps import ModelMaps
from viewer.state.overlays import CanvasPicture, MaskLayer, Pattern
from viewer.state.pyramid import ImagePyramid, MaskPyramid

BUDGETS = {"brush": 4.0, "toggle": 8.0, "window": 12.0, "zoom": 16.0}  # p95, milliseconds
PARTS = ("plain", "turned", "tools")
WAND = 50.0  # of the press, whatever the size of the image
COLOURS = ("#56B4E9", "#D55E00", "#F0E442", "#CC79A7", "#009E73")
REPEAT = 60


class Painted(QObject):
    """Counts the paint events of a view."""

    count = 0

    def eventFilter(self, _: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


class Bench:
    """A view on the screen and the times of what was done to it."""

    def __init__(self, app: QApplication, width: int, height: int) -> None:
        self.app, self.view, self.painted = app, ImageView(), Painted()
        self.view.resize(width, height)
        self.view.installEventFilter(self.painted)
        self.view.show()
        app.processEvents()
        self.times: dict[str, list[tuple[float, float]]] = {}  # wall and processor time

    def time(self, key: str, action: Callable[[], object]) -> None:
        self.app.processEvents()
        before, start, used = self.painted.count, time.perf_counter(), time.process_time()
        action()
        while self.painted.count == before and time.perf_counter() - start < 5:
            self.app.processEvents()
        self.app.processEvents()
        if self.painted.count == before:
            raise RuntimeError(f"{key}: nothing was painted")
        self.note(key, start, used)

    def note(self, key: str, start: float, used: float) -> None:
        wall, cpu = time.perf_counter() - start, time.process_time() - used
        self.times.setdefault(key, []).append((wall * 1e3, cpu * 1e3))

    def mouse(self, kind: QEvent.Type, x: float, y: float, down: bool) -> None:
        point = QPointF(x, y)
        button = Qt.MouseButton.LeftButton if kind != QEvent.Type.MouseMove else Qt.MouseButton.NoButton
        held = Qt.MouseButton.LeftButton if down else Qt.MouseButton.NoButton
        to = QPointF(self.view.mapToGlobal(point))
        self.app.sendEvent(
            self.view, QMouseEvent(kind, point, to, button, held, Qt.KeyboardModifier.NoModifier)
        )

    def wheel(self, x: float, y: float, notches: int) -> None:
        event = QWheelEvent(
            QPointF(x, y),
            QPointF(x, y),
            QPoint(),
            QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        self.app.sendEvent(self.view, event)

    def stroke(self, key: str, brush: float) -> None:
        self.view.settings.brush = brush
        width, height = self.view.width(), self.view.height()
        path = [
            (width * (0.2 + 0.6 * i / REPEAT), height / 2 + 60 * math.sin(i / 5)) for i in range(REPEAT + 1)
        ]
        self.mouse(QEvent.Type.MouseMove, *path[0], False)
        self.time(key + " press", lambda: self.mouse(QEvent.Type.MouseButtonPress, *path[0], True))
        for x, y in path[1:]:
            self.time(key + " move", lambda x=x, y=y: self.mouse(QEvent.Type.MouseMove, x, y, True))
        start, used = time.perf_counter(), time.process_time()
        self.mouse(QEvent.Type.MouseButtonRelease, *path[-1], False)
        self.note(key + " release", start, used)


def blobs(rng: np.random.Generator, rows: int, columns: int, share: float) -> NDArray[np.uint8]:
    """A mask with irregular lesions over the whole image."""
    noise = rng.standard_normal((rows // 16, columns // 16)).astype(np.float32)
    field = cv2.resize(cv2.GaussianBlur(noise, (0, 0), 1.5), (columns, rows), interpolation=cv2.INTER_CUBIC)
    return (field > np.quantile(field[::8, ::8], 1 - share)).astype(np.uint8)


def case(name: str) -> tuple[CanvasPicture, dict[str, NDArray[np.uint8]]]:
    """A picture and five masks."""
    rng = np.random.default_rng(0)
    rows, columns = (2848, 4288) if name == "fundus" else (4096, 4096)
    if name == "fundus":
        small = rng.integers(0, 256, (rows // 8, columns // 8, 3), np.uint8)
        picture = CanvasPicture(cv2.resize(small, (columns, rows)), title="fundus", model="model v1")
    else:
        small16 = rng.integers(0, 4096, (rows // 8, columns // 8), np.uint16)
        picture = CanvasPicture(
            cv2.resize(small16, (columns, rows)), Window(2048, 4096), (0.143, 0.143), title="chest"
        )
    return picture, {f"L{i}": blobs(rng, rows, columns, 0.02 + 0.02 * i) for i in range(5)}


def layers(edit: MaskEdit, hidden: str = "") -> list[MaskLayer]:
    """The masks of an edit as layers."""
    patterns = tuple(Pattern)
    return [
        MaskLayer(c, c, COLOURS[i], patterns[i], visible=c != hidden, mask=edit.upright(c))
        for i, c in enumerate(edit.codes)
    ]


def measure(bench: Bench, name: str) -> None:
    """All operations on one picture."""
    view = bench.view
    picture, masks = case(name)
    rows, columns = picture.rows, picture.columns
    edit = MaskEdit(rows, columns)
    edit.set_planes(masks)

    def open_cold() -> None:
        view.set_picture(picture)
        view.set_layers(layers(edit))

    for _ in range(5):
        bench.time(f"{name} first paint, nothing prepared", open_cold)
    scale = view.view_scale()
    made = ImagePyramid(picture.array).build(scale)
    ready = [MaskPyramid(edit.upright(c)).build(scale) for c in edit.codes]

    def open_prepared() -> None:
        view.set_picture(CanvasPicture(picture.array, picture.window, pyramid=made))
        view.set_layers(
            [
                MaskLayer(c, c, COLOURS[i], tuple(Pattern)[i], mask=p.array, pyramid=p)
                for i, (c, p) in enumerate(zip(edit.codes, ready, strict=True))
            ]
        )

    for _ in range(20):
        bench.time(f"{name} first paint, pyramids prepared", open_prepared)
    open_cold()
    for where, go in (("fit", view.fit), ("1:1", view.one_to_one)):
        go()
        for i in range(REPEAT):
            bench.time(f"{name} {where} window", lambda i=i: view.set_window(1000 + 7 * i, 2000 + 5 * i))
        for i in range(REPEAT):
            bench.time(
                f"{name} {where} toggle one", lambda i=i: view.set_layers(layers(edit, "L2" if i % 2 else ""))
            )
        for i in range(REPEAT):
            bench.time(f"{name} {where} toggle all", lambda i=i: view.set_overlays_hidden(i % 2 == 0))
        for i in range(REPEAT):
            bench.time(f"{name} {where} pan", lambda i=i: view.pan_by(3 if i % 20 < 10 else -3, 2))
        view.set_edit(edit)
        view.set_tool("brush")
        view.settings.lesion = "L1"
        for brush in (8, 64, 256, 1024):
            go()
            edit.plane("L1").fill(0)  # so that every move changes pixels
            view.layer_changed("L1", None)
            bench.stroke(f"{name} {where} brush {brush}", brush)
        view.set_tool("pan")
    view.fit()
    for i in range(REPEAT):
        step = 1 if i % 24 < 12 else -1
        bench.time(
            f"{name} zoom", lambda step=step: bench.wheel(view.width() * 0.6, view.height() * 0.4, step)
        )


def make_bench(size: str) -> Bench:
    """A bench whose view has a size, WIDTHxHEIGHT."""
    width, height = (int(part) for part in size.split("x"))
    app = QApplication.instance()
    return Bench(app if isinstance(app, QApplication) else QApplication([]), width, height)


def budget_of(key: str) -> str:
    """Which of the budgets an operation has; empty when it has none."""
    timed = "press" not in key and "release" not in key
    return next((kind for kind in BUDGETS if kind in key and timed), "")


def measure_turned(bench: Bench, name: str) -> None:
    """The same budgets with the display turned by 90°."""
    view = bench.view
    picture, masks = case(name)
    edit = MaskEdit(picture.rows, picture.columns)
    edit.set_planes(masks)
    view.set_picture(replace(picture, facing=Facing(1)))
    view.set_layers(layers(edit))
    for i in range(REPEAT):
        bench.time(f"{name} turned window", lambda i=i: view.set_window(1000 + 7 * i, 2000 + 5 * i))
    for i in range(REPEAT):
        step = 1 if i % 24 < 12 else -1
        bench.time(
            f"{name} turned zoom",
            lambda step=step: bench.wheel(view.width() * 0.6, view.height() * 0.4, step),
        )
    view.set_edit(edit)
    view.set_tool("brush")
    view.settings.lesion = "L1"
    for brush in (64, 1024):
        view.one_to_one()
        edit.plane("L1").fill(0)
        view.layer_changed("L1", None)
        bench.stroke(f"{name} turned brush {brush}", brush)
    view.set_tool("pan")


def measure_tools(bench: Bench, name: str) -> None:
    """What a click or a step of the slider costs: wand, accepted lesion, the model's threshold, lens."""
    view = bench.view
    picture, masks = case(name)
    edit = MaskEdit(picture.rows, picture.columns)
    edit.set_planes(masks)
    probability = cv2.blur(masks["L3"] * np.uint8(255), (31, 31))
    maps = ModelMaps({"L1": probability}, {"L1": 0.5})
    view.set_picture(picture)
    view.set_layers(layers(edit))
    view.set_edit(edit, maps)
    view.settings.lesion, view.settings.tolerance = "L1", 40
    maps.upright("L1")
    inside = np.argwhere(probability > 150)
    spots = inside[np.linspace(0, len(inside) - 1, REPEAT).astype(int)]
    places = [view.transform().to_view(x + 0.5, y + 0.5) for y, x in spots.tolist()]
    for tool in ("wand", "accept"):
        view.set_tool(tool)
        for x, y in places:
            edit.plane("L1").fill(0)
            view.layer_changed("L1", None)
            press = lambda x=x, y=y: bench.mouse(QEvent.Type.MouseButtonPress, x, y, True)  # noqa: E731
            bench.time(f"{name} {tool} press", press)
            bench.mouse(QEvent.Type.MouseButtonRelease, x, y, False)
    view.set_tool("pan")
    edit.begin_stroke("L1")
    for i in range(REPEAT // 2):
        bench.time(f"{name} threshold step", lambda i=i: move_threshold(view, edit, maps, 0.5 - 0.01 * i))
    edit.cancel_stroke()
    view.set_magnifier(True)
    for x, y in places:
        bench.time(f"{name} lens move", lambda x=x, y=y: bench.mouse(QEvent.Type.MouseMove, x, y, False))
    view.set_magnifier(False)


def move_threshold(view: ImageView, edit: MaskEdit, maps: ModelMaps, threshold: float) -> None:
    """As `viewer.control.mask_tools` does while the slider moves."""
    rect, inside, becomes = maps.crossing("L1", 0.5, threshold)
    for part in (*edit.restart_stroke(), *edit.paint_region(rect, inside, becomes)):
        view.layer_changed("L1", part)
    view.update()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="1300x900", help="size of the view, WIDTHxHEIGHT")
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS)
    arguments = parser.parse_args()
    size, parts = arguments.size, arguments.parts
    bench = make_bench(size)
    for name in ("fundus", "chest"):
        if "plain" in parts:
            measure(bench, name)
        if "turned" in parts:
            measure_turned(bench, name)
    if "tools" in parts:
        measure_tools(bench, "fundus")
    missed = 0
    print(f"{size}, platform {bench.app.platformName()}, load {os.getloadavg()[0]:.1f}")
    print(f"{'milliseconds':44s} {'p50':>7s} {'p95':>7s} {'cpu p50':>8s} {'cpu p95':>8s}  budget")
    for key, values in bench.times.items():
        limit = WAND if "wand press" in key else BUDGETS.get(budget_of(key))
        (p50, cpu50), (p95, cpu95) = np.percentile(values, (50, 95), axis=0)
        over = limit is not None and p95 > limit
        missed += over
        budget = "" if limit is None else f"{limit:.0f}{'  MISSED' if over else ''}"
        print(f"{key:44s} {p50:7.2f} {p95:7.2f} {cpu50:8.2f} {cpu95:8.2f}  {budget}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
