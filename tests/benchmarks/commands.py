"""How long `inspect`, `import` and `export` take to start: ``python -m tests.benchmarks.commands``.

Each is run on one small image, from the start of the process to its end, so the figure holds the work as
well. Median and 95th percentile in milliseconds of wall time and of processor time (of the command and its
decoder), beside the budget and as a ratio to ``python -c "import numpy"`` within the same run: on a machine
that others use too, only the ratio and the processor time tell much.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

BUDGET_MS = 500
RUNS = 10
ENGINE = (sys.executable, "-m", "engine.cli")
BARE = (sys.executable, "-c", "import numpy")


def timed(words: Sequence[str]) -> tuple[float, float]:
    """Wall and processor milliseconds of one run of a command that must end well."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(words, check=True, capture_output=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return 1000 * wall, 1000 * spent


def p95(values: Sequence[float]) -> float:
    """95th percentile; of ten values the largest."""
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]


def main(runs: int = RUNS) -> None:
    """Print a line a command; runs are interleaved, so that load from elsewhere meets all alike."""
    with tempfile.TemporaryDirectory() as folder:
        image, known = Path(folder) / "image.png", Path(folder) / "known"
        cv2.imwrite(str(image), np.random.default_rng(0).integers(0, 256, (512, 512, 3), np.uint8))
        timed([*ENGINE, "import", str(known), str(image)])  # fills the caches of the disk too
        commands = {
            "import numpy": lambda _: BARE,
            "inspect": lambda _: (*ENGINE, "inspect", str(image)),
            "import, new project": lambda n: (*ENGINE, "import", f"{folder}/new{n}", str(image)),
            "import, known project": lambda _: (*ENGINE, "import", str(known), str(image)),
            "export": lambda _: (*ENGINE, "export", str(known), "--out", f"{folder}/out"),
        }
        measured: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for number in range(runs):
            for name, words in commands.items():
                measured[name].append(timed(words(number)))
    bare = statistics.median(wall for wall, _ in measured["import numpy"])
    print(f"{'command':24}{'p50 ms':>8}{'p95 ms':>8}{'cpu ms':>8}{'budget':>8}{'ratio':>8}")
    for name, pairs in measured.items():
        walls, spent = zip(*pairs, strict=True)
        middle = statistics.median(walls)
        budget = "" if name == "import numpy" else str(BUDGET_MS)
        print(
            f"{name:24}{middle:8.0f}{p95(walls):8.0f}{statistics.median(spent):8.0f}{budget:>8}"
            f"{middle / bare:8.1f}"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
