"""How soon the window stands, and how it holds up: ``python -m tests.benchmarks.window [PARTS]``.

Parts: ``start`` (process start to a painted worklist of 10,000 cases, the worker left out), ``next`` (next
case, prefetched), ``burst`` (the same without a pause), ``train`` (gaps between turns of the event loop
while the worker retrains), ``browse`` (peak memory after real images). Wall time tells what a reader on this
machine sees at this load; processor time what the program needs, and by it alone a budget is judged: exit
code 1 when the start misses it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks import store

CHILD = "tests.benchmarks._window_child"
ROOT = Path(__file__).resolve().parents[2]
PARTS = ("start", "next", "burst", "train", "browse")
START_MS, NEXT_MS, BURST_MS, FRAME_MS, MEMORY_MB = 1500, 20, 60, 33, 600  # budgets
CASES, RUNS, IMAGES = 10_000, 5, 300
BARE = (sys.executable, "-c", "import PySide6.QtWidgets")


def spread(values: Sequence[float]) -> tuple[float, float]:
    """Median and 95th percentile."""
    ordered = sorted(values)
    return statistics.median(ordered), ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]


def row(name: str, wall: Sequence[float], cpu: Sequence[float], budget: float, extra: str = "") -> None:
    """One line of the table; milliseconds."""
    figures = [*spread(wall), *(spread(cpu) if cpu else ())]
    text = "".join(f"{value:9.1f}" for value in figures) + " " * 9 * (4 - len(figures))
    print(f"{name:36}{text}{budget or '':>8}  {extra}", flush=True)


def child(*words: str) -> dict[str, Any]:
    """What a measuring process tells."""
    command = [sys.executable, "-m", CHILD, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode or not done.stdout.strip():
        raise RuntimeError(f"{words[0]} ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def bare() -> tuple[float, float]:
    """Wall and processor milliseconds of loading Qt and nothing else."""
    used, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(BARE, check=True)
    wall, now = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * wall, 1000 * (now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime)


def measure_start(folder: Path) -> bool:
    """Whether the processor time of the start keeps to the budget."""
    project = folder / "many"
    store.fill(project, CASES)
    child("start", str(project))  # fills the caches of the disk
    walls, spent, bares = [], [], []
    for _ in range(RUNS):
        bares.append(bare())
        began = time.monotonic()
        told = child("start", str(project))
        walls.append(1000 * (told["at"] - began))
        spent.append(1000 * told["cpu"])
        if told["cases"] != CASES:
            raise RuntimeError(f"{told['cases']} cases were listed")
    alone, alone_cpu = zip(*bares, strict=True)
    ratio = statistics.median(walls) / statistics.median(alone)
    row("import PySide6.QtWidgets", alone, alone_cpu, 0)
    row(f"start, {CASES} cases", walls, spent, START_MS, f"{ratio:.1f} × the line above")
    return spread(spent)[1] <= START_MS


def measure_demo(part: str, demo: Path, folder: Path) -> None:
    """Parts that need predictions of real models, on a copy of a project."""
    if not (demo / "lynceus.sqlite").is_file():
        print(f"{part}: left out, there is no project {demo}")
        return
    copy = folder / part
    shutil.copytree(demo, copy)
    told = child(part, str(copy))
    if part == "next":
        row("next case, prefetched", told["walls"], told["cpu"], NEXT_MS)
    elif part == "burst":
        row("next case, burst", told["walls"], told["cpu"], BURST_MS)
    elif told["gaps"]:
        row("frame while training", told["gaps"], (), FRAME_MS, f"longest {max(told['gaps']):.0f} ms")
    if part == "train":
        print(f"    {len(told['gaps'])} turns, training {told['phase']} {told['error']}")


def measure_memory(images: Path, count: int, folder: Path) -> None:
    """Peak memory after browsing real images that no model has seen."""
    if not images.is_dir():
        print(f"browse: left out, there is no folder {images}")
        return
    told = child("browse", str(images), str(count), str(folder / "real"))
    print(f"peak memory after {told['images']} images: {told['peak_mb']:.0f} MB, budget {MEMORY_MB} MB")


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; 1 when the start misses its budget."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=list(PARTS))
    parser.add_argument("--demo", type=Path, default=ROOT / "build" / "demo" / "project")
    parser.add_argument("--images", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--count", type=int, default=IMAGES, help="images to browse")
    arguments = parser.parse_args(argv)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["PYTHONPATH"] = str(ROOT)
    print(f"load average {', '.join(f'{load:.1f}' for load in os.getloadavg())} on {os.cpu_count()} cores")
    print(f"{'milliseconds':36}{'wall p50':>9}{'p95':>9}{'cpu p50':>9}{'p95':>9}{'budget':>8}")
    kept = True
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        os.environ["LYNCEUS_CONFIG"] = str(folder / "config")
        for part in arguments.parts:
            if part == "start":
                kept = measure_start(folder)
            elif part == "browse":
                measure_memory(arguments.images, arguments.count, folder)
            else:
                measure_demo(part, arguments.demo, folder)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
