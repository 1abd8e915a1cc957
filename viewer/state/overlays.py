"""What a canvas shows: a picture, mask layers and boxes as frozen records. No Qt.

Everything is in the frame of the upright full-resolution image: masks are upright *views* of stored
arrays (`engine.imaging.geometry.upright`), so painting on the view writes the stored array.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.records import Box, Window
from viewer.state.geometry import UPRIGHT, Facing
from viewer.state.measurements import MeasureScale
from viewer.state.packed_pyramid import PackedPyramid
from viewer.state.pyramid import ImagePyramid, MaskPyramid

IDENTITY_WINDOW = Window(128.0, 256.0, "full")
"""The window that leaves 8-bit pixels as they are."""


class Pattern(StrEnum):
    """How the inside of a lesion is drawn, so that colour is not the only cue."""

    SOLID = "solid"
    HATCH = "hatch"
    BACK_HATCH = "back hatch"
    DOTS = "dots"
    CROSS = "cross"
    RINGS = "rings"
    BARS = "bars"
    CHECKS = "checks"
    DIAMONDS = "diamonds"


@dataclass(frozen=True, slots=True, eq=False)
class CanvasPicture:
    """An image to show, with what its corners say.

    Attributes
    ----------
    array
        Upright: uint8 ``[H, W, 3]`` RGB, or uint8, uint16 or int16 ``[H, W]``; may be a smaller preview.
    size
        (rows, columns) of the upright full-resolution image when ``array`` is a preview of it.
    window
        First window, in the units of ``array``; None: the range of its type.
    spacing
        (row, column) distance of the full-resolution pixels in millimetres.
    title, subtitle
        Top left; lines of the subtitle are separated by a line feed.
    details
        Top right, under window and level.
    note
        Bottom left.
    model
        Bottom right, under the zoom: `ModelVersion.short`.
    pyramid
        A pyramid of ``array`` that was already built off the GUI thread.
    facing
        How the display is turned and mirrored.
    disc, disc_measured
        Diameter of the optic disc in pixels (0: unknown) and whether the reader measured it.
    """

    array: NDArray[Any]
    window: Window | None = None
    spacing: tuple[float, float] | None = None
    title: str = ""
    subtitle: str = ""
    details: str = ""
    note: str = ""
    model: str = ""
    size: tuple[int, int] | None = None
    pyramid: ImagePyramid | None = None
    facing: Facing = UPRIGHT
    disc: float = 0.0
    disc_measured: bool = False

    @property
    def measure(self) -> MeasureScale:
        """What lengths on it mean."""
        return MeasureScale(self.spacing, self.disc, self.disc_measured)

    @property
    def rows(self) -> int:
        """Rows of the full-resolution image."""
        return self.size[0] if self.size else int(self.array.shape[0])

    @property
    def columns(self) -> int:
        """Columns of the full-resolution image."""
        return self.size[1] if self.size else int(self.array.shape[1])

    @property
    def colour(self) -> bool:
        """Whether it is RGB."""
        return self.array.ndim == 3

    def first_window(self) -> Window:
        """The stated window, else one that spans the range of the pixel type."""
        if self.window is not None:
            return self.window
        if self.array.dtype == np.uint8:
            return IDENTITY_WINDOW
        limits = np.iinfo(self.array.dtype)
        width = float(limits.max) - float(limits.min) + 1.0
        return Window(float(limits.min) + width / 2, width, "full")


@dataclass(frozen=True, slots=True, eq=False)
class MaskLayer:
    """One lesion's mask, or the model's probability map of it.

    Attributes
    ----------
    code, name
        ``MA``, ``Microaneurysms``.
    colour
        ``#RRGGBB``.
    opacity
        0–1.
    mask
        bool or uint8 0/1 ``[H, W]`` of the upright full-resolution image.
    probability, threshold
        Instead of a mask: uint8 0–255 for 0–1 and the probability (0–1) from which a pixel counts.
    pyramid
        A pyramid of the mask that was already built off the GUI thread; a `PackedPyramid` stands alone.
    """

    code: str
    name: str
    colour: str
    pattern: Pattern = Pattern.SOLID
    opacity: float = 1.0
    visible: bool = True
    mask: NDArray[Any] | None = None
    probability: NDArray[np.uint8] | None = None
    threshold: float = 0.5
    pyramid: MaskPyramid | None = None

    def __post_init__(self) -> None:
        if [self.mask is None, self.probability is None, not self.packed].count(False) != 1:
            raise ValueError(f"layer {self.code}: give either a mask, a probability map or a packed pyramid")

    @property
    def packed(self) -> bool:
        """Whether the pyramid holds the mask."""
        return isinstance(self.pyramid, PackedPyramid)

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns) of the mask."""
        if isinstance(self.pyramid, PackedPyramid):
            return self.pyramid.shape(0)
        rows, columns = self.source()[0].shape
        return rows, columns

    def source(self) -> tuple[NDArray[np.uint8], int]:
        """The uint8 array behind the layer, and the value (1–255) from which a pixel counts.

        A packed layer has none.
        """
        if self.mask is not None:
            return (self.mask.view(np.uint8) if self.mask.dtype == np.bool_ else self.mask), 1
        assert self.probability is not None
        return self.probability, min(max(int(np.ceil(self.threshold * 255 - 1e-6)), 1), 255)


@dataclass(frozen=True, slots=True)
class CanvasBox:
    """A region; ``box`` in upright image pixels, ``colour`` as ``#RRGGBB``; number 0 is not shown."""

    box: Box
    number: int
    colour: str = "#FFFFFF"
    label: str = ""
