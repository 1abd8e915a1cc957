"""How the quality gate and the laterality check do on real photographs, spoilt copies of them, and phantoms.

``python -m tests.benchmarks.fundus_quality [DATA] [--every 8]``. False alarms are counted over all graded
photographs; degraded copies are made of every eighth. IDRiD does not state which eye an image shows: with a
mask of the optic disc the truth is the side on which it lies.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data.manifest import MANIFEST, ManifestRow, read_manifest
from engine.imaging.fundus_laterality import find_disc, seen_laterality
from engine.imaging.fundus_quality import fundus_quality
from engine.imaging.fundus_view import fundus_view
from engine.imaging.phantoms.fundus import fundus, sample_fundus
from engine.records import Laterality

Image = NDArray[np.uint8]


def times(factor: float) -> Callable[[Image], Image]:
    return lambda image: np.clip(image.astype(np.float32) * factor, 0, 255).astype(np.uint8)


def blur(sigma: float) -> Callable[[Image], Image]:
    return lambda image: np.asarray(cv2.GaussianBlur(image, (0, 0), sigma * image.shape[1] / 1024), np.uint8)


def haze(detail: float) -> Callable[[Image], Image]:
    def change(image: Image) -> Image:
        mean = cv2.GaussianBlur(image, (0, 0), 60 * image.shape[1] / 1024).astype(np.float32)
        return np.clip(mean + detail * (image - mean), 0, 255).astype(np.uint8)

    return change


DEGRADED = {
    "light × 0.3": times(0.3),
    "light × 0.15": times(0.15),
    "light × 0.08": times(0.08),
    "light × 2": times(2),
    "light × 5": times(5),
    "blurred, σ 4 of 1024": blur(4),
    "blurred, σ 8 of 1024": blur(8),
    "blurred, σ 16 of 1024": blur(16),
    "haze, 30 % of the detail": haze(0.3),
    "haze, 15 % of the detail": haze(0.15),
    "haze, 7 % of the detail": haze(0.07),
}


def read(row: ManifestRow) -> Image:
    return np.asarray(cv2.imread(str(row.path), cv2.IMREAD_COLOR_RGB), np.uint8)


def faults(image: Image) -> tuple[str, ...]:
    return fundus_quality(fundus_view(image)).codes


def quality(rows: list[ManifestRow], every: int) -> None:
    alarms = [row.path.name for row in rows if faults(read(row))]
    print(f"real, graded: {len(alarms)} of {len(rows)} called ungradable {alarms}")
    for name, change in DEGRADED.items():
        codes = Counter(code for row in rows[::every] for code in faults(change(read(row))))
        print(f"{name:28} {sum(codes.values()):3} of {len(rows[::every])} {dict(codes)}")


def laterality(rows: list[ManifestRow], graded: list[ManifestRow]) -> None:
    found = sure = wrong = 0
    for row in rows:
        image, ys_xs = read(row), np.nonzero(cv2.imread(str(row.masks["OD"]), cv2.IMREAD_GRAYSCALE))
        y, x, radius = ys_xs[0].mean(), ys_xs[1].mean(), np.sqrt(len(ys_xs[0]) / np.pi)
        disc = find_disc(fundus_view(image))
        assert disc is not None
        found += bool(np.hypot(disc.x - x, disc.y - y) < 1.2 * radius)
        truth = Laterality.RIGHT if x > image.shape[1] / 2 else Laterality.LEFT
        seen = seen_laterality(disc)
        sure += bool(seen)
        wrong += bool(seen) and seen is not truth
    print(
        f"real with a disc mask: disc found in {found} of {len(rows)}, sure of {sure}, {wrong} of them wrong"
    )
    said = sum(bool(seen_laterality(find_disc(fundus_view(read(row))))) for row in graded)
    print(f"real, graded: sure of {said} of {len(graded)} (no truth)")


def phantoms(count: int) -> None:
    sure = wrong = alarms = 0
    for seed in range(count):
        phantom = fundus(sample_fundus(np.random.default_rng([11, seed])), 640)
        view = fundus_view(phantom.rgb)
        seen = seen_laterality(find_disc(view))
        sure += bool(seen)
        wrong += bool(seen) and seen is not phantom.laterality
        alarms += not fundus_quality(view).gradable
    print(f"phantoms: sure of {sure} of {count}, {wrong} of them wrong; {alarms} called ungradable")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    parser.add_argument("--every", type=int, default=8)
    parser.add_argument("--phantoms", type=int, default=100)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    phantoms(arguments.phantoms)
    if not (arguments.data / MANIFEST).is_file():
        print(f"no real images: {arguments.data} is absent")
        raise SystemExit
    graded_rows = read_manifest(arguments.data, "dr_grade")
    quality(graded_rows, arguments.every)
    with_disc = [r for r in read_manifest(arguments.data, "fundus_lesion_seg") if "OD" in r.masks]
    laterality(with_disc, graded_rows)
