"""How long and how much memory lesion masks take: ``tests/benchmarks/lesion_speed.py [WIDTH HEIGHT]``.

A phantom of 4288×2848 pixels by default, with the shipped network on the CPU (``--weights``, ``--device``:
another one, elsewhere), at the scale that it works at. Prints the
seconds of each part, the highest memory, how far tiles and the whole image agree away from the borders, and
the same for an image of twice the height, whose memory grows by its maps alone. Budget: 6 s of CPU, which an
idle machine of two cores turns into less.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path

import cv2
import numpy as np

from engine import memory
from engine.data.fundus_input import fundus_input
from engine.imaging.phantoms.fundus import fundus, sample_fundus
from engine.inference import loading, tiling
from engine.inference.segmentation import SegmentationPredictor, probabilities

BUDGET = 6.0
MARGIN = 160  # pixels at working scale from the edge, beyond which tiles and whole must agree


def photograph(width: int, height: int) -> np.ndarray:
    """A phantom brought to that size."""
    phantom = fundus(sample_fundus(np.random.default_rng(0), grade=3), 1024)
    return np.asarray(cv2.resize(phantom.rgb, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def peak() -> float:
    """Highest resident memory so far in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def agreement(predictor: SegmentationPredictor, rgb: np.ndarray) -> tuple[float, float]:
    """Mean and highest difference of probability between tiles and the whole image, away from the edge."""
    config = predictor.card.config
    working = fundus_input(rgb, int(config["diameter"]))

    def run(pixels: np.ndarray) -> np.ndarray:
        return probabilities(predictor.network, pixels, predictor.device)

    tiles = tiling.tiled(working.pixels, run, int(config["tile"]), int(config["overlap"]))
    inner = (slice(None), slice(MARGIN, -MARGIN), slice(MARGIN, -MARGIN))
    apart = np.abs(tiles[inner].astype(int) - tiling.whole(working.pixels, run)[inner].astype(int)) / 255
    return float(apart.mean()), float(apart.max())


def main(width: int, height: int, file: Path | None, device: str) -> int:
    """Print the table; 1 where the budget is not kept."""
    memory.keep_freed()  # as the command and the worker do
    predictor = loading.load("lesion_unet", (lambda _: file) if file else loading.shipped, device)
    assert isinstance(predictor, SegmentationPredictor)
    predictor.maps(photograph(800, 600))  # libraries and kernels are warm
    worst = 0.0
    for rows in (height, 2 * height):
        rgb = photograph(width, rows)
        before = peak()
        start, cpu = time.perf_counter(), time.process_time()
        predictor.maps(rgb)
        seconds, work = time.perf_counter() - start, time.process_time() - cpu
        worst = max(worst, work) if rows == height else worst
        print(
            f"{width}×{rows}: {seconds:6.2f} s ({work:.2f} s of CPU), memory {before:.0f} → {peak():.0f} MB"
        )
    mean, highest = agreement(predictor, photograph(width, height))
    print(f"tiles against whole image, {MARGIN} px from the edge: mean {mean:.4f}, highest {highest:.3f}")
    print(f"budget {BUDGET:.0f} s of CPU: {worst:.2f}")
    return int(worst > BUDGET)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("width", type=int, nargs="?", default=4288)
    parser.add_argument("height", type=int, nargs="?", default=2848)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--device", default="cpu")
    asked = parser.parse_args()
    sys.exit(main(asked.width, asked.height, asked.weights, asked.device))
