"""The lesion masks of one image while they are edited: a plane a lesion, painted stroke by stroke. No Qt."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import BadMask
from engine.imaging.geometry import box_to_stored, box_to_upright, upright
from engine.imaging.masks import apply_delta, delta_between
from engine.records import Box, MaskDelta
from viewer.state.geometry import Rect
from viewer.state.raster import Point, capsule, enclosed_region, polygon
from viewer.state.regions import component_at

STRIP = 256  # rows of a painted shape that are looked at together; ours


class MaskEdit:
    """Planes (uint8 0/1, stored frame) that are painted through their upright views.

    Parameters
    ----------
    rows, columns
        Size of the **stored** image.
    orientation
        EXIF orientation 1–8.
    """

    def __init__(self, rows: int, columns: int, orientation: int = 1) -> None:
        self._size = (rows, columns)
        self._orientation = orientation
        self._planes: dict[str, NDArray[np.uint8]] = {}
        self._before = np.zeros((rows, columns), np.uint8)
        self._code = ""
        self._touched: Rect | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """Lesions that have a plane."""
        return tuple(self._planes)

    @property
    def stroking(self) -> str:
        """Code of the lesion that a stroke is being made on; empty between strokes."""
        return self._code

    @property
    def bounds(self) -> Rect:
        """The upright image."""
        rows, columns = self._size
        return Rect(0, 0, *((rows, columns) if self._orientation >= 5 else (columns, rows)))

    def set_plane(self, code: str, mask: NDArray[Any] | None) -> None:
        """Start a lesion from a stored mask (bool, or any number but 0 is lesion), copied; None: empty.

        Raises
        ------
        BadMask
            It has another size than the image.
        """
        if mask is None:
            self._planes[code] = np.zeros(self._size, np.uint8)
            return
        if mask.shape != self._size:
            raise BadMask(f"a mask of {mask.shape} does not fit an image of {self._size}", code)
        self._planes[code] = (mask != 0).view(np.uint8)

    def set_planes(self, masks: Mapping[str, NDArray[Any] | None]) -> None:
        """Start several lesions."""
        for code, mask in masks.items():
            self.set_plane(code, mask)

    def plane(self, code: str) -> NDArray[np.uint8]:
        """The stored plane of a lesion; an empty one is made when it has none."""
        if code not in self._planes:
            self.set_plane(code, None)
        return self._planes[code]

    def upright(self, code: str) -> NDArray[np.uint8]:
        """The upright view of a plane: writing into it writes the plane."""
        return upright(self.plane(code), self._orientation)

    def begin_stroke(self, code: str) -> None:
        """Remember a plane as it is now; what is painted until `end_stroke` is one step."""
        if self._code:
            raise RuntimeError(f"a stroke on {self._code} has not ended")
        np.copyto(self._before, self.plane(code))
        self._code, self._touched = code, None

    def paint_line(
        self, start: Point, end: Point, diameter: float, *, value: int = 1, keep_others: bool = False
    ) -> tuple[Rect, ...]:
        """Move a round brush along a segment (upright positions, diameter in image pixels).

        Returns
        -------
        tuple
            Upright rectangles that hold every pixel that changed; none when nothing did.
        """
        return self._put(*capsule(start, end, diameter, self.bounds), value, keep_others)

    def paint_polygon(
        self, points: Sequence[Point], *, value: int = 1, keep_others: bool = False
    ) -> tuple[Rect, ...]:
        """Fill a closed polygon; returns as `paint_line`."""
        return self._put(*polygon(points, self.bounds), value, keep_others)

    def fill(self, x: float, y: float, *, keep_others: bool = False) -> tuple[Rect, ...]:
        """Fill the hole of the lesion under a position; nothing when it is open to the image's border."""
        region = enclosed_region(self.upright(self._code), math.floor(x), math.floor(y))
        return self._put(*region, 1, keep_others)

    def paint_region(
        self, rect: Rect, inside: NDArray[np.uint8], value: int = 1, keep_others: bool = False
    ) -> tuple[Rect, ...]:
        """Write pixels given as uint8 0/1 of an upright rectangle within the image; as `paint_line`."""
        return self._put(rect, inside, value, keep_others)

    def region(self, code: str, at: Point | None = None) -> tuple[Rect, NDArray[np.uint8]]:
        """The connected lesion under an upright position, or all of a plane: its rectangle and a copy."""
        plane = self.upright(code)
        if at is not None:
            return component_at(plane, math.floor(at[0]), math.floor(at[1]))
        left, top, width, height = cv2.boundingRect(self.plane(code))
        stored = Box(left, top, left + width, top + height)
        box = box_to_upright(stored, self._orientation, *self._size)
        rect = Rect(int(box.x0), int(box.y0), int(box.x1), int(box.y1))
        return rect, np.ascontiguousarray(plane[rect.slices])

    def _put(self, rect: Rect, inside: NDArray[np.uint8], value: int, keep_others: bool) -> tuple[Rect, ...]:
        """Write a shape strip by strip: a large brush that moved a little changes little of it."""
        if not self._code:
            raise RuntimeError("painting outside a stroke")
        changed = []
        for y in range(rect.y0, rect.y1, STRIP):
            strip = Rect(rect.x0, y, rect.x1, min(y + STRIP, rect.y1))
            shape = inside[y - rect.y0 : strip.y1 - rect.y0]
            part = self.upright(self._code)[strip.slices]
            fresh = shape & (part ^ 1) if value else shape & part
            if keep_others and value:
                for other in self._planes:
                    if other != self._code:
                        fresh &= self.upright(other)[strip.slices] ^ 1
            left, top, width, height = cv2.boundingRect(fresh)
            if width:
                np.bitwise_xor(part, fresh, out=part)
                x0, y0 = strip.x0 + left, strip.y0 + top
                changed.append(Rect(x0, y0, x0 + width, y0 + height))
                self._touched = changed[-1].united(self._touched)
        return tuple(changed)

    def end_stroke(self) -> MaskDelta:
        """What the stroke changed, in the stored frame; without tiles when it changed nothing."""
        code, touched = self._code, self._touched
        self._code, self._touched = "", None
        if not code or touched is None:
            return MaskDelta(*self._size, ())
        box = box_to_stored(Box(*touched), self._orientation, *self._size)
        rect = (int(box.x0), int(box.y0), int(box.x1), int(box.y1))
        return delta_between(self._before, self._planes[code], rect)

    def restart_stroke(self) -> tuple[Rect, ...]:
        """Take back what the stroke painted so far, and stay in it: for a tool that shows a preview."""
        code, touched = self._code, self._touched
        self._touched = None
        if not code or touched is None:
            return ()
        part = touched.slices
        self.upright(code)[part] = upright(self._before, self._orientation)[part]
        return (touched,)

    def cancel_stroke(self) -> Rect | None:
        """Take back what was painted since `begin_stroke`; the upright pixels to draw again."""
        code, touched = self._code, self._touched
        self._code, self._touched = "", None
        if code and touched is not None:
            np.copyto(self._planes[code], self._before)
        return touched

    def apply(self, code: str, delta: MaskDelta) -> Rect:
        """Put a stroke into its plane: a delta to redo it, its `inverted` to undo it.

        Returns
        -------
        Rect
            The upright pixels to draw again; empty when the delta has no tiles.

        Raises
        ------
        BadMask
            The delta is damaged or of another size; the plane is untouched.
        """
        apply_delta(self.plane(code), delta, 1)
        rows, columns = self._size
        touched = Rect(0, 0, 0, 0)
        for tile in delta.tiles:
            x, y = tile.column * MaskDelta.TILE, tile.row * MaskDelta.TILE
            stored = Box(x, y, min(x + MaskDelta.TILE, columns), min(y + MaskDelta.TILE, rows))
            box = box_to_upright(stored, self._orientation, rows, columns)
            touched = Rect(int(box.x0), int(box.y0), int(box.x1), int(box.y1)).united(touched)
        return touched
