"""New vessels and intraretinal microvascular abnormalities: tufts of thin, tortuous vessels."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.phantoms.fundus_lesions import Lesion
from engine.imaging.phantoms.fundus_raster import Frame, Image, Points, multiply, patch

_WIDTH = 0.0115


def tuft(rng: np.random.Generator, root: Points, heading: float, reach: float, count: int) -> list[Points]:
    """Tortuous lines that leave a root and spread like a fan within ``reach`` (DD)."""
    lines: list[Points] = []
    steps = 46
    for _ in range(count):
        start = root if not lines or rng.random() < 0.45 else lines[int(rng.integers(len(lines)))][steps // 3]
        turns = np.cumsum(rng.normal(0.0, 0.30, steps)) * 0.6 + 0.75 * np.sin(
            np.arange(steps) * rng.uniform(0.3, 0.7) + rng.uniform(0, 7)
        )
        angle = heading + rng.normal(0.0, 0.9) + turns
        step = reach / steps * rng.uniform(1.2, 2.0)
        path = start + np.cumsum(np.stack([np.cos(angle), np.sin(angle)], axis=1), axis=0) * step
        farthest = float(np.hypot(*(path - root).T).max())
        lines.append(np.concatenate([start[None], start + (path - start) * min(1.0, reach / farthest)]))
    return lines


def frond(
    rng: np.random.Generator, root: Points, heading: float, reach: float
) -> tuple[Lesion, list[Points]]:
    """A frond of new vessels: the area that it covers (the lesion) and its vessels."""
    lines = tuft(rng, root, heading, reach, int(rng.integers(7, 14)))
    cloud = np.concatenate(lines).astype(np.float32)
    hull = cv2.convexHull(cloud)[:, 0].astype(np.float64)
    middle = hull.mean(axis=0)
    return Lesion("NV", middle + (hull - middle) * 1.05, rng.uniform(0.35, 0.6)), lines


def paint_tufts(image: Image, frame: Frame, lines: list[Points], opacity: float) -> None:
    """Draw thin vessels of intraretinal or new tufts; in place."""
    if not lines:
        return
    canvas = np.zeros((frame.rows * 2, frame.columns * 2), np.uint8)
    thick = max(round(_WIDTH * frame.scale * 2), 1)
    corners = [np.round((frame.pixels(line) * 2 - 0.5) * 8).astype(np.int32) for line in lines]
    cv2.polylines(canvas, corners, False, 255, thick, cv2.LINE_AA, 3)
    alpha = cv2.resize(canvas, (frame.columns, frame.rows), interpolation=cv2.INTER_AREA)
    density = alpha.astype(np.float32)[..., None] / 255.0 * opacity
    image *= 1.0 - density * (1.0 - np.array([0.84, 0.50, 0.60], np.float32))


def paint_fronds(
    image: Image, frame: Frame, fronds: list[tuple[Lesion, list[Points]]]
) -> NDArray[np.bool_] | None:
    """Draw fronds of new vessels with the reddish blush of their area; gives the mask of the areas."""
    if not fronds:
        return None
    layer = patch(frame, [(lesion.outline, lesion.opacity) for lesion, _ in fronds], 0.02)
    if layer is None:
        return None
    multiply(image, layer, (0.93, 0.80, 0.84))
    paint_tufts(image, frame, [line for _, lines in fronds for line in lines], 0.85)
    mask = np.zeros((frame.rows, frame.columns), np.bool_)
    mask[layer.rows, layer.columns] = layer.inside
    return mask
