"""Fundus photographs as segmentation networks see them: one field-of-view diameter, even illumination.

Cameras differ in resolution and lighting. Bringing the field of view to one diameter gives a microaneurysm
one size in pixels; subtracting the local mean takes away illumination and pigmentation (both ours).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import BadMask, WrongModality
from engine.imaging.fundus import field_of_view, local_mean_subtraction

FINDING_SIDE = 1024  # longer side at which the field of view is looked for: finer only costs time
MEAN_SHARE = 0.1  # standard deviation of the local mean's Gaussian, as a share of the diameter
SPREAD = 32.0  # grey levels that one standard deviation of the corrected image gets
MIDDLE = 128.0
ILLUMINATIONS = ("even", "graham", "none")
MAX_SIDE = 4096  # of a working image, whatever the field of view seems to be: bounds memory


@dataclass(frozen=True, slots=True, eq=False)
class FundusInput:
    """An upright photograph brought to working scale and cropped to its field of view.

    Attributes
    ----------
    pixels
        uint8 ``[h, w, 3]``: 128 is the local mean, 32 levels one standard deviation of the field.
    field
        bool ``[h, w]``, True inside the field of view.
    box
        (x0, y0, x1, y1) of the crop in the upright source, half open.
    rows, columns
        Size of the upright source.
    center
        (x, y) of the field's circle in the source.
    """

    pixels: NDArray[np.uint8]
    field: NDArray[np.bool_]
    box: tuple[int, int, int, int]
    rows: int
    columns: int
    center: tuple[float, float]

    def mask_in(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """A mask of the upright source at working scale, ``[h, w]``.

        Raises
        ------
        BadMask
            When it is not of the source's size.
        """
        if mask.shape != (self.rows, self.columns):
            raise BadMask(
                f"the mask is {mask.shape[1]}×{mask.shape[0]}, its image {self.columns}×{self.rows}",
                remedy="Export the mask at the size of the image.",
            )
        x0, y0, x1, y1 = self.box
        part = mask[y0:y1, x0:x1].astype(np.uint8) * 255
        return _resize(part, self.field.shape) >= MIDDLE

    def map_out(self, values: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """A map ``[h, w]`` of the working image at the upright source's size; 0 outside the crop."""
        x0, y0, x1, y1 = self.box
        out = np.zeros((self.rows, self.columns), np.uint8)
        out[y0:y1, x0:x1] = cv2.resize(values, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR)
        return out


def fundus_input(rgb: NDArray[np.uint8], diameter: int, illumination: str = "even") -> FundusInput:
    """Bring an upright uint8 RGB photograph ``[H, W, 3]`` to a field-of-view diameter in pixels.

    Parameters
    ----------
    illumination
        One of `ILLUMINATIONS`: ``even`` (`even_illumination`), ``graham`` (`local_mean_subtraction`, 128
        outside the field) or ``none`` (as photographed, black outside).

    Raises
    ------
    WrongModality
        When it is no colour image.
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or 0 in rgb.shape:
        raise WrongModality(
            f"a fundus photograph is 8-bit RGB, this is {rgb.dtype} {rgb.shape}",
            remedy="Choose a colour fundus photograph.",
        )
    rows, columns = rgb.shape[:2]
    shrink = min(1.0, FINDING_SIDE / max(rows, columns))
    small = cv2.resize(rgb, _size(rows, columns, shrink), interpolation=cv2.INTER_AREA)
    found, (x, y), radius = field_of_view(small)
    found = np.asarray(found, bool)
    if not found.any():
        found = np.ones(small.shape[:2], bool)
        radius = max(small.shape[:2]) / 2
    box = _box(found, rows, columns)
    scale = diameter / (2 * max(float(radius), 1.0)) * small.shape[1] / columns
    height, width = box[3] - box[1], box[2] - box[0]
    scale = min(scale, MAX_SIDE / max(height, width))
    size = _size(height, width, scale)
    crop = cv2.resize(
        rgb[box[1] : box[3], box[0] : box[2]],
        size,
        interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC,
    )
    whole = cv2.resize(found.astype(np.uint8), (columns, rows), interpolation=cv2.INTER_NEAREST)
    field = cv2.resize(whole[box[1] : box[3], box[0] : box[2]], size, interpolation=cv2.INTER_NEAREST) > 0
    pixels = _lit(crop, field, diameter, illumination)
    center = (x * columns / small.shape[1], y * rows / small.shape[0])
    return FundusInput(pixels, field, box, rows, columns, center)


def _lit(
    crop: NDArray[np.uint8], field: NDArray[np.bool_], diameter: float, illumination: str
) -> NDArray[np.uint8]:
    if illumination == "even":
        return even_illumination(crop, field, diameter)
    if illumination == "graham":
        return np.where(field[..., None], local_mean_subtraction(crop, diameter / 2), round(MIDDLE)).astype(
            np.uint8
        )
    return np.where(field[..., None], crop, 0).astype(np.uint8)


def even_illumination(rgb: NDArray[np.uint8], field: NDArray[np.bool_], diameter: float) -> NDArray[np.uint8]:
    """``128 + 32 (image - local mean) / deviation`` per channel inside the field, 128 outside.

    The local mean is a normalised convolution over the field alone, so that its edge leaves no ring; it
    is computed at an eighth of the size.
    """
    rows, columns = field.shape
    coarse = _size(rows, columns, 1 / 8)
    weight = field.astype(np.float32)
    sigma = max(MEAN_SHARE * diameter / 8, 1.0)
    image = rgb.astype(np.float32)
    summed = _blur(cv2.resize(image * weight[..., None], coarse, interpolation=cv2.INTER_AREA), sigma)
    counted = _blur(cv2.resize(weight, coarse, interpolation=cv2.INTER_AREA), sigma)
    mean = summed / np.maximum(counted, 1e-3)[..., None]
    difference = image - cv2.resize(mean, (columns, rows), interpolation=cv2.INTER_LINEAR)
    spread = difference[field].std(axis=0) if field.any() else np.ones(3, np.float32)
    difference *= SPREAD / np.maximum(spread, 1.0)
    difference[~field] = 0
    return np.clip(difference + MIDDLE, 0, 255).astype(np.uint8)


def _blur(values: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.float32)


def _size(rows: int, columns: int, scale: float) -> tuple[int, int]:
    """OpenCV's (width, height) of an image scaled by that factor."""
    return max(round(columns * scale), 1), max(round(rows * scale), 1)


def _box(found: NDArray[np.bool_], rows: int, columns: int) -> tuple[int, int, int, int]:
    """Bounding box of the field in source pixels."""
    ys, xs = np.flatnonzero(found.any(axis=1)), np.flatnonzero(found.any(axis=0))
    fy, fx = rows / found.shape[0], columns / found.shape[1]
    x0, y0 = int(xs[0] * fx), int(ys[0] * fy)
    return x0, y0, min(int(np.ceil((xs[-1] + 1) * fx)), columns), min(int(np.ceil((ys[-1] + 1) * fy)), rows)


def _resize(values: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    shrinks = shape[0] < values.shape[0]
    kind = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(values, (shape[1], shape[0]), interpolation=kind), np.uint8)
