"""Fundus photographs as segmentation networks see them: one field-of-view diameter, even illumination.

Cameras differ in resolution and lighting. Bringing the field of view to one diameter gives a microaneurysm
one size in pixels; subtracting the local mean takes away illumination and pigmentation (both ours).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import BadMask, WrongModality
from engine.imaging.fundus import SmallField, local_mean_subtraction, small_field

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


def check_photograph(rgb: NDArray[Any]) -> None:
    """Refuse what is no colour photograph.

    Raises
    ------
    WrongModality
        Unless it is uint8 ``[H, W, 3]`` with pixels.
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or 0 in rgb.shape:
        raise WrongModality(
            f"a fundus photograph is 8-bit RGB, this is {rgb.dtype} {rgb.shape}",
            remedy="Choose a colour fundus photograph.",
        )


def fundus_input(
    rgb: NDArray[np.uint8], diameter: int, illumination: str = "even", field: SmallField | None = None
) -> FundusInput:
    """Bring an upright uint8 RGB photograph ``[H, W, 3]`` to a field-of-view diameter in pixels.

    Parameters
    ----------
    illumination
        One of `ILLUMINATIONS`: ``even`` (`even_illumination`), ``graham`` (`local_mean_subtraction`, 128
        outside the field) or ``none`` (as photographed, black outside).
    field
        The photograph's field of view, where it is known already.

    Raises
    ------
    WrongModality
        When it is no colour image.
    """
    check_photograph(rgb)
    rows, columns = rgb.shape[:2]
    small, (found, (x, y), radius) = field or small_field(rgb)
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
    inside = _nearest(found, box, (rows, columns), size)
    pixels = _lit(crop, inside, diameter, illumination)
    center = (x * columns / small.shape[1], y * rows / small.shape[0])
    return FundusInput(pixels, inside, box, rows, columns, center)


def _nearest(
    found: NDArray[np.bool_], box: tuple[int, int, int, int], source: tuple[int, int], size: tuple[int, int]
) -> NDArray[np.bool_]:
    """The field in a crop of the source brought to ``size``, as if first enlarged to the source."""
    y, x = (
        (
            (np.arange(size[1 - axis]) * ((box[3 - axis] - box[1 - axis]) / size[1 - axis])).astype(int)
            + box[1 - axis]
        )
        * found.shape[axis]
        // source[axis]
        for axis in (0, 1)
    )
    return np.ascontiguousarray(found[np.ix_(y, x)])


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
    mask = field.astype(np.uint8)
    sigma = max(MEAN_SHARE * diameter / 8, 1.0)
    image = rgb.astype(np.float32)
    inside = cv2.copyTo(image, mask, np.zeros_like(image))
    summed = _blur(cv2.resize(inside, coarse, interpolation=cv2.INTER_AREA), sigma)
    counted = _blur(cv2.resize(mask.astype(np.float32), coarse, interpolation=cv2.INTER_AREA), sigma)
    mean = summed / np.maximum(counted, 1e-3)[..., None]
    image -= cv2.resize(mean, (columns, rows), interpolation=cv2.INTER_LINEAR)
    spread = cv2.meanStdDev(image, mask=mask)[1][:, 0] if field.any() else np.ones(3)
    gain = np.diag(SPREAD / np.maximum(spread, 1.0))
    image = cv2.transform(image, np.column_stack([gain, np.full(3, MIDDLE)]))
    lit = np.clip(image, 0, 255, out=image).astype(np.uint8)
    return np.asarray(cv2.copyTo(lit, mask, np.full_like(lit, round(MIDDLE))))


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
