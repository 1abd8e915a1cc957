"""Phantom eyes as a set that an expert has boxed: images in a folder with ``boxes.csv`` beside them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from engine.evaluation.localisation import lesion_boxes
from engine.imaging.phantoms.fundus import fundus, sample_pair
from engine.io.tables import write_table
from engine.progress import Progress

SEED = 1_000_007
"""Of the persons: those that `engine.evaluation.zoom_experiment` tests on, whom no training draws."""

SIDE = 1024  # pixels


def write(folder: Path, persons: int, progress: Progress) -> None:
    """Both eyes of so many persons, with boxes around the drawn lesions; an eye without any is left out."""
    lines: list[tuple[object, ...]] = []
    for index in range(2 * persons):
        progress(index, 2 * persons, "drawing phantom eyes")
        person, eye = divmod(index, 2)
        phantom = fundus(sample_pair(np.random.default_rng([SEED, person]))[eye], SIDE)
        boxes = np.concatenate([lesion_boxes(mask) for mask in phantom.masks.values()])
        if not len(boxes):
            continue
        name = f"{person}-{eye}.png"
        cv2.imwrite(str(folder / name), cv2.cvtColor(phantom.rgb, cv2.COLOR_RGB2BGR))
        lines += [(name, *box, person) for box in boxes.tolist()]
    write_table(folder / "boxes.csv", ("image", "x0", "y0", "x1", "y1", "person"), lines)
