"""Rectangles and the view transform of the canvas: pure functions on frozen records, no Qt.

Two frames: *image*, the upright full-resolution image in pixels (origin at the top left corner of the
top left pixel), and *view*, device pixels of the widget with the origin at its top left corner.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

MAX_SCALE = 16.0  # view pixels an image pixel; ours
NEAREST_FROM = 2.0  # image pixels are drawn as squares from this scale on; ours
FIT_MARGIN = 6.0  # view pixels left free around a fitted picture; ours


class Rect(NamedTuple):
    """Half-open rectangle of whole pixels: ``x0 <= x < x1``, ``y0 <= y < y1``."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        """Columns; 0 when empty."""
        return max(self.x1 - self.x0, 0)

    @property
    def height(self) -> int:
        """Rows; 0 when empty."""
        return max(self.y1 - self.y0, 0)

    @property
    def empty(self) -> bool:
        """Whether it holds no pixel."""
        return self.x1 <= self.x0 or self.y1 <= self.y0

    @property
    def slices(self) -> tuple[slice, slice]:
        """Row and column slices for an array."""
        return slice(self.y0, self.y1), slice(self.x0, self.x1)

    def padded(self, by: int) -> Rect:
        """Grown by that many pixels on every side."""
        return Rect(self.x0 - by, self.y0 - by, self.x1 + by, self.y1 + by)

    def intersected(self, other: Rect) -> Rect:
        """The common part; may be empty."""
        return Rect(
            max(self.x0, other.x0), max(self.y0, other.y0), min(self.x1, other.x1), min(self.y1, other.y1)
        )

    def united(self, other: Rect | None) -> Rect:
        """The smallest rectangle around both."""
        if other is None or other.empty:
            return self
        if self.empty:
            return other
        return Rect(
            min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1)
        )

    @classmethod
    def around(cls, x0: float, y0: float, x1: float, y1: float) -> Rect:
        """The whole pixels that a real-valued rectangle touches."""
        return cls(math.floor(x0), math.floor(y0), math.ceil(x1), math.ceil(y1))


class Facing(NamedTuple):
    """How the upright image is turned for display: mirrored left to right first, then turned clockwise.

    Attributes
    ----------
    quarters
        Quarter turns clockwise, 0–3.
    """

    quarters: int = 0
    mirrored: bool = False

    @property
    def matrix(self) -> tuple[int, int, int, int]:
        """(a, b, c, d): display x is ``a x + b y``, display y is ``c x + d y``; each is -1, 0 or 1."""
        a, b, c, d = ((1, 0, 0, 1), (0, -1, 1, 0), (-1, 0, 0, -1), (0, 1, -1, 0))[self.quarters % 4]
        return (-a, b, -c, d) if self.mirrored else (a, b, c, d)

    @property
    def swaps(self) -> bool:
        """Whether rows become columns."""
        return self.quarters % 2 == 1

    def turned(self, quarters: int) -> Facing:
        """Turned further on the screen, clockwise."""
        return Facing((self.quarters + quarters) % 4, self.mirrored)

    def flipped(self) -> Facing:
        """Mirrored left to right as seen on the screen."""
        return Facing(-self.quarters % 4, not self.mirrored)

    def size(self, image_size: tuple[int, int]) -> tuple[int, int]:
        """(width, height) on the screen of an image (width, height)."""
        return (image_size[1], image_size[0]) if self.swaps else image_size


UPRIGHT = Facing()


@dataclass(frozen=True, slots=True)
class ViewTransform:
    """Image to view: ``view = scale * facing(image) + (tx, ty)``, the same scale on both axes."""

    scale: float = 1.0
    tx: float = 0.0
    ty: float = 0.0
    facing: Facing = UPRIGHT

    def to_view(self, x: float, y: float) -> tuple[float, float]:
        """An image position in view pixels."""
        a, b, c, d = self.facing.matrix
        return (a * x + b * y) * self.scale + self.tx, (c * x + d * y) * self.scale + self.ty

    def to_image(self, x: float, y: float) -> tuple[float, float]:
        """A view position in image pixels."""
        a, b, c, d = self.facing.matrix
        u, v = (x - self.tx) / self.scale, (y - self.ty) / self.scale
        return a * u + c * v, b * u + d * v

    def corners_to_view(
        self, x0: float, y0: float, x1: float, y1: float
    ) -> tuple[float, float, float, float]:
        """The view rectangle (left, top, right, bottom) of an image rectangle."""
        (ax, ay), (bx, by) = self.to_view(x0, y0), self.to_view(x1, y1)
        return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)

    def corners_to_image(
        self, x0: float, y0: float, x1: float, y1: float
    ) -> tuple[float, float, float, float]:
        """The image rectangle (left, top, right, bottom) of a view rectangle."""
        (ax, ay), (bx, by) = self.to_image(x0, y0), self.to_image(x1, y1)
        return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)

    def rect_to_view(self, rect: Rect) -> Rect:
        """The view pixels that an image rectangle touches."""
        return Rect.around(*self.corners_to_view(*rect))

    def panned(self, dx: float, dy: float) -> ViewTransform:
        """Moved by view pixels."""
        return replace(self, tx=self.tx + dx, ty=self.ty + dy)

    def zoomed(self, view_x: float, view_y: float, scale: float) -> ViewTransform:
        """At another scale, the image position under a view position unmoved."""
        return placed(self.to_image(view_x, view_y), (view_x, view_y), scale, self.facing)


def placed(
    point: tuple[float, float], view: tuple[float, float], scale: float, facing: Facing = UPRIGHT
) -> ViewTransform:
    """The transform that shows an image position at a view position."""
    x, y = ViewTransform(scale, facing=facing).to_view(*point)
    return ViewTransform(scale, view[0] - x, view[1] - y, facing)


def centered(
    x: float, y: float, scale: float, view_size: tuple[int, int], facing: Facing = UPRIGHT
) -> ViewTransform:
    """The transform that shows image position (x, y) in the middle of a view (width, height)."""
    return placed((x, y), (view_size[0] / 2, view_size[1] / 2), scale, facing)


def fit_scale(image_size: tuple[int, int], view_size: tuple[int, int], facing: Facing = UPRIGHT) -> float:
    """Scale at which an image (width, height) just fits a view (width, height), a small margin free."""
    shown = facing.size(image_size)
    width = max(view_size[0] - 2 * FIT_MARGIN, 1.0)
    height = max(view_size[1] - 2 * FIT_MARGIN, 1.0)
    return min(width / max(shown[0], 1), height / max(shown[1], 1), MAX_SCALE)


def fitted(
    image_size: tuple[int, int], view_size: tuple[int, int], facing: Facing = UPRIGHT
) -> ViewTransform:
    """The whole image, as large as the view allows, in its middle."""
    scale = fit_scale(image_size, view_size, facing)
    return centered(image_size[0] / 2, image_size[1] / 2, scale, view_size, facing)


def clamped(
    transform: ViewTransform, image_size: tuple[int, int], view_size: tuple[int, int]
) -> ViewTransform:
    """Moved just so far that the middle of the view stays on the image: it cannot be lost from sight."""
    left, top, right, bottom = transform.corners_to_view(0, 0, *image_size)
    x, y = view_size[0] / 2, view_size[1] / 2
    return transform.panned(x - min(max(x, left), right), y - min(max(y, top), bottom))


def nice_length(longest: float) -> float:
    """The largest of 1, 2, 5 × 10^k that is no longer than ``longest`` (> 0): for a scale bar."""
    power = 10.0 ** math.floor(math.log10(longest))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= longest * (1 + 1e-9))
