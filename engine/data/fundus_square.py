"""A fundus photograph as a square of evenly lit field of view, and the way back to the photograph's frame."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data.fundus_input import ILLUMINATIONS, MIDDLE, fundus_input
from engine.errors import WrongUsage
from engine.imaging.fundus import SmallField
from engine.records import Box

VERSION = "fundus square 2"
"""Part of every cache key: change it when the pixels change."""


FITS = ("radius", "circle", "borders")


@dataclass(frozen=True, slots=True)
class SquareConfig:
    """How a photograph becomes a square.

    Attributes
    ----------
    fit
        ``radius`` (ours): black borders cropped, the field's diameter brought to one length, the crop in the
        middle. ``circle``: the same with the fitted circle in the middle, so that a field cut off on one side
        keeps its place. ``borders``: black borders cropped, the rest stretched to the square (paper 003,
        section 4).
    illumination
        ``even`` (ours), ``graham`` (local-mean subtraction of EyePACS winners) or ``none`` (paper).

    Raises
    ------
    WrongUsage
        For another word.
    """

    fit: str = "radius"
    illumination: str = "even"

    def __post_init__(self) -> None:
        for value, known in ((self.fit, FITS), (self.illumination, ILLUMINATIONS)):
            if value not in known:
                raise WrongUsage(
                    f"no photograph is made square by {value!r}", remedy=f"Use one of {', '.join(known)}."
                )

    @property
    def version(self) -> str:
        """Part of every cache key: tells squares of other settings apart."""
        default = SquareConfig()
        return VERSION if self == default else f"{VERSION}|{self.fit}|{self.illumination}"


@dataclass(frozen=True, slots=True, eq=False)
class FundusSquare:
    """Field of view of one photograph, its diameter as wide as the square.

    Attributes
    ----------
    pixels
        uint8 ``[size, size, 3]``; even illumination (`engine.data.fundus_input`), 128 outside the field.
    x0, y0
        Where the square's corner lies in the upright photograph (may be negative: where the photograph cuts
        the field off, the square reaches beyond it).
    scale_x, scale_y
        Pixels of the square a pixel of the photograph.
    rows, columns
        Size of the upright photograph.
    """

    pixels: NDArray[np.uint8]
    x0: float
    y0: float
    scale_x: float
    scale_y: float
    rows: int
    columns: int

    def box_out(self, box: Box) -> Box:
        """A box of the square in pixels of the upright photograph, clipped to it."""
        return Box(
            min(max(self.x0 + box.x0 / self.scale_x, 0.0), float(self.columns)),
            min(max(self.y0 + box.y0 / self.scale_y, 0.0), float(self.rows)),
            min(max(self.x0 + box.x1 / self.scale_x, 0.0), float(self.columns)),
            min(max(self.y0 + box.y1 / self.scale_y, 0.0), float(self.rows)),
            box.score,
        )

    def box_in(self, box: Box) -> Box:
        """A box of the upright photograph in pixels of the square; not clipped."""
        return Box(
            (box.x0 - self.x0) * self.scale_x,
            (box.y0 - self.y0) * self.scale_y,
            (box.x1 - self.x0) * self.scale_x,
            (box.y1 - self.y0) * self.scale_y,
            box.score,
        )

    def of_larger(self, factor: int, rows: int, columns: int) -> FundusSquare:
        """The same square in the frame of a photograph ``factor`` times as large, whose size is known."""
        return replace(
            self,
            x0=self.x0 * factor,
            y0=self.y0 * factor,
            scale_x=self.scale_x / factor,
            scale_y=self.scale_y / factor,
            rows=rows,
            columns=columns,
        )

    def map_out(self, values: NDArray[np.float32], longest: int = 96) -> NDArray[np.float32]:
        """A map ``[h, w]`` of the square as one of the whole upright photograph, edge to edge.

        Returns
        -------
        NDArray
            float32, its longer side ``longest``; 0 beyond the square.
        """
        shrink = longest / max(self.rows, self.columns)
        height, width = max(round(self.rows * shrink), 1), max(round(self.columns * shrink), 1)
        size = self.pixels.shape[0]
        photo_x = (np.arange(width) + 0.5) * self.columns / width
        photo_y = (np.arange(height) + 0.5) * self.rows / height
        square_x = (photo_x - self.x0) * self.scale_x / size * values.shape[1] - 0.5
        square_y = (photo_y - self.y0) * self.scale_y / size * values.shape[0] - 0.5
        grid_x, grid_y = np.meshgrid(square_x.astype(np.float32), square_y.astype(np.float32))
        sampled = cv2.remap(
            np.ascontiguousarray(values, np.float32),
            grid_x.clip(0, values.shape[1] - 1),
            grid_y.clip(0, values.shape[0] - 1),
            cv2.INTER_LINEAR,
        )
        inside_x = (grid_x >= -0.5) & (grid_x <= values.shape[1] - 0.5)
        inside_y = (grid_y >= -0.5) & (grid_y <= values.shape[0] - 0.5)
        return np.where(inside_x & inside_y, sampled, 0).astype(np.float32)


def fundus_square(
    rgb: NDArray[np.uint8], size: int, how: SquareConfig = SquareConfig(), field: SmallField | None = None
) -> FundusSquare:
    """Crop black borders, even the illumination, and put the field of view into a square.

    Parameters
    ----------
    rgb
        Upright photograph, uint8 ``[H, W, 3]``.
    size
        Side of the square; but for ``fit="borders"`` also the diameter of the field of view in it.
    field
        The photograph's field of view, where it is known already.

    Raises
    ------
    WrongModality
        When it is no colour image.
    """
    found = fundus_input(rgb, size, how.illumination, field)
    pixels = found.pixels
    height, width = pixels.shape[:2]
    if how.fit == "borders":
        height = width = size
        pixels = _resized(pixels, size, size)
    elif max(height, width) > size and how.fit == "radius":
        shrink = size / max(height, width)
        width, height = max(round(width * shrink), 1), max(round(height * shrink), 1)
        pixels = _resized(pixels, width, height)
    bx0, by0, bx1, by1 = found.box
    scale_x, scale_y = width / (bx1 - bx0), height / (by1 - by0)
    left, top = (size - width) // 2, (size - height) // 2
    if how.fit == "circle":
        left = round(size / 2 - (found.center[0] - bx0) * scale_x)
        top = round(size / 2 - (found.center[1] - by0) * scale_y)
    square = np.full((size, size, 3), 0 if how.illumination == "none" else round(MIDDLE), np.uint8)
    _paste(square, pixels, left, top)
    return FundusSquare(
        square, bx0 - left / scale_x, by0 - top / scale_y, scale_x, scale_y, found.rows, found.columns
    )


def _paste(square: NDArray[np.uint8], pixels: NDArray[np.uint8], left: int, top: int) -> None:
    """Put an image into a square; what reaches beyond is cut off."""
    size, (height, width) = square.shape[0], pixels.shape[:2]
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + width, size), min(top + height, size)
    if x0 < x1 and y0 < y1:
        square[y0:y1, x0:x1] = pixels[y0 - top : y1 - top, x0 - left : x1 - left]


def _resized(pixels: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
