"""Fundus photograph, chest radiograph or neither, told from the pixels.

For files that do not say (PNG, JPEG, TIFF, BMP, secondary captures). The rules ask for much: what is not
clearly one of the two is UNKNOWN, and the reader says what it is. A fundus photograph is coloured and a
radiograph is not, so that neither is ever taken for the other. All thresholds are ours, set on the IDRiD and
NIH images of the project's development data.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.fundus import field_of_view
from engine.records import Modality

SMALLEST_SIDE = 48
"""Below it nothing is told."""

_COLOUR = 12.0  # mean of (largest - smallest channel), grey levels of 255: fundus at least this
_GREY = 4.0  # chest at most this
_CIRCLE = 0.93  # overlap of the lit part with its fitted circle
_ALIKE, _ALIKE_LOW, _ALIKE_INVERTED = 0.45, 0.36, -0.60  # correlation with the mean chest image
_DARK_EDGE = 0.6  # part of the edge that is black: sections (CT, MR) have more
_STEEPNESS = 12.0

# Mean of 1,124 frontal chest images (NIH ChestX-ray14, Wang et al., CVPR 2017) at 16 x 16 pixels, 0-99.
_MEAN_CHEST_ROWS = """
00 02 04 07 13 29 50 63 64 52 32 15 08 06 05 03
12 20 24 27 31 40 53 63 64 55 42 32 29 27 24 14
32 43 48 48 46 44 49 60 62 51 43 45 48 49 46 35
49 59 61 56 46 40 44 58 62 47 39 43 54 61 60 50
57 65 66 56 41 34 41 59 64 45 33 37 52 64 65 57
60 66 67 54 38 31 41 62 68 48 32 34 50 64 66 59
57 64 66 52 37 33 45 67 73 54 36 35 49 64 64 56
52 61 64 52 39 38 52 72 77 63 44 39 49 62 61 51
47 58 63 52 43 45 59 77 82 71 55 45 51 61 58 46
42 56 62 55 50 53 66 82 86 78 65 54 54 61 56 41
38 53 62 61 60 63 73 86 89 83 73 63 59 61 54 37
34 51 63 68 71 74 81 90 92 86 80 71 65 62 51 33
29 48 66 75 81 84 88 93 94 90 85 79 72 63 48 29
25 47 67 80 87 91 94 97 97 94 90 85 77 65 46 25
23 45 69 83 91 95 97 99 99 96 93 88 80 67 45 23
24 46 70 84 91 95 97 98 98 96 93 89 81 68 45 24
"""
_MEAN_CHEST = np.array(_MEAN_CHEST_ROWS.split(), np.float32).reshape(16, 16)


def detect(pixels: NDArray[Any]) -> tuple[Modality, float]:
    """Tell what an image shows.

    Parameters
    ----------
    pixels
        uint8 or uint16, grey ``[h, w]`` or RGB ``[h, w, 3]``, upright, bright is dense; some 256 pixels are
        enough.

    Returns
    -------
    modality
        FUNDUS, CHEST or UNKNOWN.
    confidence
        0–1, larger the further from the rule's threshold; not a probability.
    """
    if min(pixels.shape[:2]) < SMALLEST_SIDE:
        return Modality.UNKNOWN, 1.0
    levels = _uint8(pixels)
    colour = _colourfulness(levels)
    if colour >= _COLOUR:
        margin = min(_fundus_margin(levels), (colour - _COLOUR) / 60)
        modality = Modality.FUNDUS
    elif colour <= _GREY:
        margin = _chest_margin(levels if levels.ndim == 2 else cv2.cvtColor(levels, cv2.COLOR_RGB2GRAY))
        modality = Modality.CHEST
    else:
        return Modality.UNKNOWN, 1.0
    confidence = float(1 / (1 + np.exp(-_STEEPNESS * margin)))
    return (modality, confidence) if margin >= 0 else (Modality.UNKNOWN, 1 - confidence)


def _uint8(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """Eight bits from the darkest to the brightest value; eight-bit images as they are."""
    if pixels.dtype == np.uint8:
        return pixels
    values = pixels.astype(np.float32)
    low, high = np.percentile(values, [0.5, 99.5])
    stretched: NDArray[np.float32] = (values - low) * (255.0 / max(float(high - low), 1.0))
    return np.clip(stretched, 0, 255).astype(np.uint8)


def _colourfulness(levels: NDArray[np.uint8]) -> float:
    if levels.ndim == 2:
        return 0.0
    return float(np.mean(np.ptp(levels, axis=2)))


def _fundus_margin(rgb: NDArray[np.uint8]) -> float:
    """How clearly this is a round field on black that is red before green before blue; negative: not."""
    field = field_of_view(rgb)
    if not field.mask.any():
        return -1.0
    rows, columns = field.mask.shape
    y, x = np.mgrid[:rows, :columns] + 0.5
    circle = np.hypot(x - field.center[0], y - field.center[1]) <= field.radius
    overlap = float((circle & field.mask).sum() / (circle | field.mask).sum())
    size = max(min(rows, columns) // 16, 1)
    tops, sides = (slice(None, size), slice(-size, None)), (slice(None, size), slice(-size, None))
    corners = [float(field.mask[top, side].mean()) for top in tops for side in sides]
    red, green, blue = (max(float(mean), 1.0) for mean in rgb[field.mask].mean(axis=0))
    margins = (
        (overlap - _CIRCLE) * 4,
        float(field.mask.mean()) - 0.3,
        0.3 - float(np.mean(corners)),
        0.75 - field.radius / max(rows, columns),
        0.95 - green / red,
        0.95 - blue / red,
        1.05 - blue / green,
    )
    return float(min(margins))


def _chest_margin(grey: NDArray[np.uint8]) -> float:
    """How clearly this resembles the mean chest image, upright; negative: not."""
    rows, columns = grey.shape
    if not 0.5 <= columns / rows <= 2.0:
        return -1.0
    alike = max((_correlation(grey, inset) for inset in (0.0, 0.05, 0.10)), key=abs)
    if alike < 0:
        return _ALIKE_INVERTED - alike
    return max(alike - _ALIKE, min(alike - _ALIKE_LOW, _DARK_EDGE - _black_edge(grey)))


def _correlation(grey: NDArray[np.uint8], inset: float) -> float:
    """Pearson correlation of the image without its margin with the mean chest image, -1 to 1."""
    rows, columns = grey.shape
    y, x = round(rows * inset), round(columns * inset)
    small = cv2.resize(
        grey[y : rows - y, x : columns - x].astype(np.float32), (16, 16), interpolation=cv2.INTER_AREA
    )
    deviation, mean = small - small.mean(), _MEAN_CHEST - _MEAN_CHEST.mean()
    norm = float(np.linalg.norm(deviation) * np.linalg.norm(mean))
    return float((deviation * mean).sum()) / norm if norm > 1e-3 else 0.0


def _black_edge(grey: NDArray[np.uint8]) -> float:
    size = max(min(grey.shape) // 20, 1)
    ring = np.concatenate(
        [part.ravel() for part in (grey[:size], grey[-size:], grey[:, :size], grey[:, -size:])]
    )
    return float((ring < 0.06 * max(float(np.percentile(grey, 99)), 1.0)).mean())
