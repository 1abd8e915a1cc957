"""Every row of the window's budgets in one table: ``python -m tests.benchmarks.viewer [--rows …]``.

Wall time is what a reader at this machine waits, processor time what the program needs: on a machine that
others use too the second tells more, and by it a row is judged, but for the frame time and the memory. The
measurements are those of `window`, `store` and `canvas` beside this file; canvas rows give the worst of all
sizes of brush and zoom, on a photograph of 12 megapixels and a radiograph of 16. Exit code 1 when a budget
is missed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from engine.store.project import open_project
from tests.benchmarks import canvas, store, window
from tests.benchmarks.window import ROOT, spread

MANY, LISTED, IMAGES = 100_000, 10_000, 1000
RUNS = 7


@dataclass
class Row:
    """A line of the table: samples in milliseconds, or one figure in another unit."""

    name: str
    budget: float
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    unit: str = "ms"
    note: str = ""

    @property
    def judged(self) -> float:
        """The figure that the budget is held against."""
        values = self.cpu or self.wall
        return spread(values)[1] if values else float("nan")

    def text(self) -> str:
        """The line."""
        if not self.wall:
            return f"{self.name:34}{'not measured: ' + self.note}"
        cells = [*spread(self.wall), *(spread(self.cpu) if self.cpu else ("", ""))]
        numbers = "".join(f"{cell:10.1f}" if cell != "" else " " * 10 for cell in cells)
        verdict = "kept" if self.judged <= self.budget else "MISSED"
        return f"{self.name:34}{numbers}{self.budget:9.0f} {self.unit:3} {verdict}  {self.note}"


def start(folder: Path, arguments: argparse.Namespace) -> list[Row]:
    """Process start to a painted worklist."""
    del arguments
    row = Row("window with 10,000 cases", window.START_MS)
    project = folder / "listed"
    store.fill(project, LISTED)
    window.child("start", str(project))  # fills the caches of the disk
    for _ in range(RUNS):
        began = time.monotonic()
        told = window.child("start", str(project))
        row.wall.append(1000 * (told["at"] - began))
        row.cpu.append(1000 * told["cpu"])
    return [row]


def many(folder: Path, arguments: argparse.Namespace) -> list[Row]:
    """Open, filter and sort a large project."""
    opening = Row(f"open {arguments.cases:,} cases", 3000)
    asking = Row("filter or sort them, the slowest", 100)
    root = folder / "many"
    store.fill(root, arguments.cases)
    for _ in range(3):
        timed(opening, lambda: open_project(root).__exit__(None, None, None))
    slowest: Row = asking
    with open_project(root) as project:
        for name, query in store.questions().items():
            row = Row(asking.name, asking.budget, note=name)
            for _ in range(RUNS):
                timed(row, lambda query=query: project.case_ids(query))
            slowest = max(slowest, row, key=lambda r: statistics.median(r.cpu) if r.cpu else -1.0)
    return [opening, slowest]


def timed(row: Row, call: Callable[[], object]) -> None:
    """Add a measurement to a row."""
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    row.cpu.append(1000 * (time.process_time() - cpu))
    row.wall.append(1000 * (time.perf_counter() - wall))


def stepping(folder: Path, arguments: argparse.Namespace) -> list[Row]:
    """Next case, loaded ahead and without a pause."""
    prefetched = _on_demo(Row("next case, prefetched", window.NEXT_MS), "next", folder, arguments.demo)
    return [prefetched, _on_demo(Row("next case, burst", window.BURST_MS), "burst", folder, arguments.demo)]


def training(folder: Path, arguments: argparse.Namespace) -> list[Row]:
    """Gaps between turns of the event loop while the worker retrains on all cores."""
    row = _on_demo(Row("frame while the worker trains", window.FRAME_MS), "train", folder, arguments.demo)
    if row.wall:
        row.note = f"{len(row.wall)} turns of the event loop, longest {max(row.wall):.0f}"
    return [row]


def _on_demo(row: Row, part: str, folder: Path, demo: Path) -> Row:
    """Measure on a copy of the demo; a row without figures says why."""
    if not (demo / "lynceus.sqlite").is_file():
        row.note = f"there is no project {demo}"
        return row
    copy = folder / part
    shutil.copytree(demo, copy)
    try:
        told = window.child(part, str(copy))
    except RuntimeError as error:
        row.note = str(error).splitlines()[-1]
        return row
    row.wall, row.cpu = told.get("walls") or told.get("gaps") or [], told.get("cpu") or []
    row.note = told.get("error", "")
    return row


def drawing(folder: Path, arguments: argparse.Namespace) -> list[Row]:
    """Brush, toggle, window and zoom: of each the operation that takes longest."""
    del folder
    bench = canvas.make_bench(arguments.size)
    for name in ("fundus", "chest"):
        canvas.measure(bench, name)
    names = {"brush": "brush move, any size", "toggle": "overlay toggle"}
    names |= {"window": "window-level step", "zoom": "zoom step"}
    rows = []
    for kind, budget in canvas.BUDGETS.items():
        found = []
        for key, values in bench.times.items():
            if canvas.budget_of(key) == kind:
                wall, cpu = zip(*values, strict=True)
                found.append(Row(names[kind], budget, list(wall), list(cpu), note=key))
        rows.append(max(found, key=lambda row: row.judged))
    return rows


def memory(folder: Path, arguments: argparse.Namespace) -> list[Row]:
    """Peak memory of the window after real images."""
    row = Row(f"peak memory, {arguments.images} images", window.MEMORY_MB, unit="MB")
    if not arguments.data.is_dir():
        row.note = f"there is no folder {arguments.data}"
        return [row]
    told = window.child("browse", str(arguments.data), str(arguments.images), str(folder / "real"))
    row.wall = [told["peak_mb"]]
    row.note = f"{told['steps']} cases; {told.get('half_mb', 0):.0f} MB half way"
    return [row]


PARTS = {
    "start": start,
    "many": many,
    "stepping": stepping,
    "training": training,
    "drawing": drawing,
    "memory": memory,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; 1 when a budget is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rows", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--demo", type=Path, default=ROOT / "build" / "demo" / "project")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="real images")
    parser.add_argument("--images", type=int, default=IMAGES)
    parser.add_argument("--cases", type=int, default=MANY, help="of the large project")
    parser.add_argument("--size", default="1300x900", help="of the view, WIDTHxHEIGHT")
    arguments = parser.parse_args(argv)
    os.environ["PYTHONPATH"] = str(ROOT)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"load average {load} on {os.cpu_count()} cores")
    print(f"{'':34}{'wall p50':>10}{'p95':>10}{'cpu p50':>10}{'p95':>10}{'budget':>9}", flush=True)
    missed = 0
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["LYNCEUS_CONFIG"] = str(Path(temporary) / "config")
        for name in arguments.rows:
            for row in PARTS[name](Path(temporary), arguments):
                print(row.text(), flush=True)
                missed += bool(row.wall) and row.judged > row.budget
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
