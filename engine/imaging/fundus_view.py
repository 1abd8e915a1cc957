"""A photograph at one field-of-view diameter: what quality gate and laterality check look at."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.fundus import FINDING_SIDE, SmallField, small_field

RADIUS = 256
"""Radius of the field of view in pixels of the view."""
MAX_SIDE = 2 * FINDING_SIDE  # of a view, whatever the field seems to be: bounds memory

Grey = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class FundusView:
    """An upright photograph brought to `RADIUS`.

    Attributes
    ----------
    pixels
        float32 ``[h, w, 3]``, RGB, 0–255.
    field
        bool ``[h, w]``; all False where nothing is lit.
    center
        (x, y) of the field's circle in pixels of the view.
    scale
        Pixels of the view a pixel of the photograph.
    """

    pixels: NDArray[np.float32]
    field: NDArray[np.bool_]
    center: tuple[float, float]
    scale: float


def fundus_view(rgb: NDArray[np.uint8], field: SmallField | None = None) -> FundusView:
    """The view of an upright photograph, uint8 ``[H, W, 3]``; its field of view where it is known already."""
    small, found = field or small_field(rgb)
    shrink = max(small.shape[:2]) / max(rgb.shape[:2])
    scale = min(RADIUS / max(found.radius, 1.0), MAX_SIDE / max(small.shape[:2]))
    pixels = _resized(small, scale).astype(np.float32)
    size = (pixels.shape[1], pixels.shape[0])
    inside = cv2.resize(found.mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    return FundusView(pixels, inside, (found.center[0] * scale, found.center[1] * scale), shrink * scale)


def inner(field: NDArray[np.bool_], margin: int) -> NDArray[np.bool_]:
    """The field without its outermost ``margin`` pixels; the image's edge counts as the field's."""
    side = 2 * margin + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    framed = cv2.erode(field.astype(np.uint8), kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(framed > 0)


def local_mean(values: Grey, field: NDArray[np.bool_], sigma: float) -> Grey:
    """Gaussian mean over the field alone (normalised convolution), so that its edge leaves no ring."""
    weight = field.astype(np.float32)
    summed = _blur(values * weight, sigma)
    return np.asarray(summed / np.maximum(_blur(weight, sigma), 1e-3), np.float32)


def _blur(values: Grey, sigma: float) -> Grey:
    """Gaussian blur; a wide one is computed at a quarter of the size."""
    if sigma < 16:
        return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE))
    rows, columns = values.shape
    small = cv2.resize(values, (max(columns // 4, 1), max(rows // 4, 1)), interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), sigma / 4, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(blurred, (columns, rows), interpolation=cv2.INTER_LINEAR))


def _resized(image: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    size = (max(round(image.shape[1] * scale), 1), max(round(image.shape[0] * scale), 1))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size, interpolation=method))
