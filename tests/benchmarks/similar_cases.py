"""How long a search for similar cases takes: ``python tests/benchmarks/similar_cases.py [IMAGES] [LENGTH]``.

Prints milliseconds for stored embeddings (default 100,000 of 128 numbers): read from the project once, the
search alone, beside a plain loop in NumPy over the same vectors, and the whole operation as the window asks
for it, cold and warm. Budget of a warm answer: 1 s.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from engine.inference.neighbours import Neighbours
from engine.operations.similar import similar_cases
from engine.records import ImageInfo, Modality, ModelVersion, NamedScore, Prediction
from engine.store.project import create_project, open_project
from engine.systems import system
from engine.weights import read_card

SYSTEM = "disease_similarity"
BUDGET = 1000.0  # milliseconds


def timed(call: Callable[[], Any], runs: int = 5) -> tuple[float, Any]:
    """Median milliseconds of some runs, and what the last gave."""
    times, result = [], None
    for _ in range(runs):
        start = time.perf_counter()
        result = call()
        times.append((time.perf_counter() - start) * 1e3)
    return float(np.median(times)), result


def fill(root: Path, images: int, length: int) -> None:
    """A project with two images a case and an embedding of each."""
    rng = np.random.default_rng(0)
    version = read_card(system(SYSTEM).shipped_weights).version

    def said() -> Iterator[tuple[int, Prediction]]:
        for number in range(images):
            vector = rng.normal(size=length).astype(np.float32)
            similar = (NamedScore("glaucoma", 0.5),)
            model = ModelVersion(SYSTEM, version, "0" * 64)
            yield number + 1, Prediction(model, similar=similar, embedding=vector / np.linalg.norm(vector))

    with create_project(root) as store:
        store.import_images(
            ImageInfo(
                Path(f"/i/{n // 2:06}_{'left' if n % 2 else 'right'}.png"),
                f"{n}",
                "png",
                9,
                9,
                modality=Modality.FUNDUS,
            )
            for n in range(images)
        )
        store.add_predictions(said())


def loop(index: Neighbours, queries: np.ndarray, count: int) -> list[int]:
    """The plain way: one distance after the other, then a sort."""
    distances = [min(float(((v - q) ** 2).sum()) for q in queries) for v in index.vectors]
    return [int(index.ids[k]) for k in np.argsort(distances, kind="stable")[:count]]


def main(images: int = 100_000, length: int = 128) -> int:
    """Print the table; 1 where a warm answer is over the budget."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        fill(root, images, length)
        with open_project(root) as store:
            version = read_card(system(SYSTEM).shipped_weights).version
            load, index = timed(lambda: Neighbours.of(store.embeddings(SYSTEM, version)), 1)
        queries = index.vectors[:2]
        search, found = timed(lambda: index.nearest(queries, 12))
        plain, slow = timed(lambda: loop(index, queries, 12), 1)
        assert [number for number, _ in found] == slow
        cold, _ = timed(lambda: similar_cases(str(root), [1]), 1)
        warm, _ = timed(lambda: similar_cases(str(root), [1]))
    print(f"{images} embeddings of {length}")
    for name, value in (("read once", load), ("exact search", search), ("plain loop", plain)):
        print(f"{name:24} {value:9.1f} ms   {value / search:8.1f} × the search")
    print(f"{'operation, first time':24} {cold:9.1f} ms")
    print(f"{'operation, then':24} {warm:9.1f} ms   budget {BUDGET:.0f} ms")
    return int(warm > BUDGET)


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
