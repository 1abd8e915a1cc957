"""View-resolution compositor: picture, heat map and masks as 32-bit frames of exactly the view's size. No Qt.

Each of the three frames is made again only when what it shows changed: a window step touches the picture,
a toggle the masks' colours, a brush move a small rectangle. Decision 0003 tells why.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.records import Window
from viewer.canvas.luts import grey_lut, heat_lut, heat_values, window_values
from viewer.canvas.mask_plane import MaskPlane
from viewer.canvas.sampling import sample, source_rect
from viewer.canvas.scratch import Scratch, shifted
from viewer.state.geometry import NEAREST_FROM, Rect, ViewTransform
from viewer.state.overlays import IDENTITY_WINDOW, MaskLayer
from viewer.state.pyramid import ImagePyramid

BACKGROUND = 0xFF000000
STRIP = (
    128  # view rows that are sampled together, so that passing results stay in the processor's cache; ours
)


class Compositor:
    """What is shown, and the frames of the current view.

    Attributes
    ----------
    base
        uint32 ``[height, width]`` 0xFFRRGGBB: the windowed picture on black.
    heat, overlay
        uint32 premultiplied 0xAARRGGBB of the same size, or None when there is nothing to draw.
    """

    def __init__(self) -> None:
        self.masks = MaskPlane()
        self.base: NDArray[np.uint32] = np.full((1, 1), BACKGROUND, np.uint32)
        self.heat: NDArray[np.uint32] | None = None
        self.overlay: NDArray[np.uint32] | None = None
        self._overlay_buffer = np.zeros((1, 1), np.uint32)
        self._spare_base = self._spare_overlay = np.zeros((1, 1), np.uint32)
        self._pyramid: ImagePyramid | None = None
        self._size = (1, 1)
        self._view = Rect(0, 0, 1, 1)
        self._transform = ViewTransform()
        self._window, self._inverted, self._red_free = IDENTITY_WINDOW, False, False
        self._smooth = False
        self._map: NDArray[np.uint8] | None = None
        self._map_opacity = 0.0
        self._source: NDArray[Any] | None = None  # the picture at view resolution (BGRA) before the window
        self._scratch = Scratch()
        self._stale = {"source", "base", "heat", "overlay"}

    def set_picture(self, pyramid: ImagePyramid | None, size: tuple[int, int]) -> None:
        """Show a picture whose full resolution is ``size`` (rows, columns)."""
        self._pyramid, self._size = pyramid, size
        self._stale |= {"source", "base", "heat"}

    def set_view(self, transform: ViewTransform, width: int, height: int) -> None:
        """Show another part of it, or in another size (device pixels)."""
        view = Rect(0, 0, max(width, 1), max(height, 1))
        if (transform, view) == (self._transform, self._view):
            return
        dx, dy = transform.tx - self._transform.tx, transform.ty - self._transform.ty
        whole = abs(dx - round(dx)) < 1e-6 and abs(dy - round(dy)) < 1e-6
        small = abs(dx) < view.width / 2 and abs(dy) < view.height / 2
        turned = (transform.scale, transform.facing) != (self._transform.scale, self._transform.facing)
        same = view == self._view and not turned
        fresh = not self._stale & {"base", "overlay"} and not (self.overlay is not None and self.masks.stale)
        self._transform, self._view = transform, view
        if same and whole and small and fresh:
            self._pan(round(dx), round(dy))
            return
        self._stale |= {"source", "base", "heat", "overlay"}
        self.masks.stale = True

    def _pan(self, dx: int, dy: int) -> None:
        """Move the frames by whole pixels and make only what came into sight."""
        self._stale |= {"source", "heat"}
        self.base, self._spare_base = shifted(self.base, dx, dy, self._spare_base), self.base
        parts = [part for part in _uncovered(self._view, dx, dy) if not part.empty]
        for part in parts:
            self._render_base(part)
        if self.overlay is None:
            self.masks.stale = True
            return
        self.masks.shift(dx, dy)
        self.overlay = shifted(self._overlay_buffer, dx, dy, self._spare_overlay)
        self._overlay_buffer, self._spare_overlay = self.overlay, self._overlay_buffer
        for part in parts:
            self.masks.render_part(self._transform, part, self.overlay)

    def set_grey(self, window: Window, inverted: bool, red_free: bool) -> None:
        """Choose the window, inverted grey levels, and the green channel alone (colour pictures)."""
        if (window, inverted, red_free) != (self._window, self._inverted, self._red_free):
            self._window, self._inverted, self._red_free = window, inverted, red_free
            self._stale.add("base")

    def set_smooth(self, smooth: bool) -> None:
        """Interpolate magnified pixels instead of showing them as squares; masks stay exact."""
        if smooth != self._smooth:
            self._smooth = smooth
            self._stale |= {"source", "base"}

    def set_layers(self, layers: Sequence[MaskLayer]) -> None:
        """Show these mask layers, the last on top."""
        self.masks.set_layers(layers)
        self._stale.add("overlay")

    def clear_overlays(self) -> None:
        """Show no masks and no heat map, and let go of what was made of them."""
        self.masks.clear()
        self._map = None
        self._stale |= {"heat", "overlay"}

    def set_heat(self, values: NDArray[np.float32] | None, opacity: float) -> None:
        """Show a low-resolution map that covers the image edge to edge, its strongest part only; or none.

        Raises
        ------
        ValueError
            The map has no values or not two axes.
        """
        self._stale.add("heat")
        if values is None or opacity <= 0:
            self._map = None
            return
        if values.ndim != 2 or values.size == 0:
            raise ValueError(f"a heat map has two axes and values, not shape {values.shape}")
        self._map = _smoothed(heat_values(values), self._size)
        self._map_opacity = opacity

    def layer_changed(self, code: str, rect: Rect | None) -> Rect:
        """Follow a change of a mask; returns the view pixels that must be painted again."""
        self.masks.changed(code, rect)
        if rect is None or self.overlay is None or self.masks.stale or "overlay" in self._stale:
            self.masks.stale = True
            self._stale.add("overlay")
            return self._view
        part = self._transform.rect_to_view(rect).padded(3).intersected(self._view)
        if not part.empty:
            self.masks.render_part(self._transform, part, self._overlay_buffer)
        return part

    def render(self) -> None:
        """Bring all frames up to date."""
        if "base" in self._stale:
            if "source" in self._stale:
                self._source = self._sampled(self.picture_rect)
                self._stale.discard("source")
            self._render_base(self._view, self._source)
        if "heat" in self._stale:
            self._render_heat()
        if "overlay" in self._stale:
            self._render_overlay()
        self._stale &= {"source"}

    @property
    def picture_rect(self) -> Rect:
        """View pixels whose centres lie on the picture."""
        whole = self._transform.corners_to_view(0, 0, self._size[1], self._size[0])
        corners = (int(np.ceil(v - 0.5)) for v in whole)
        return Rect(*corners).intersected(self._view)

    def _sampled(self, place: Rect) -> NDArray[Any] | None:
        """The picture at view resolution: mono in its own type, colour as BGRA; None where there is none."""
        if self._pyramid is None or place.empty:
            return None
        level, *factors = self._pyramid.level(self._transform.scale)
        channels = (4,) if level.ndim == 3 else ()
        out = self._scratch.array("source", (place.height, place.width, *channels), level.dtype)
        for y in range(place.y0, place.y1, STRIP):
            strip = Rect(place.x0, y, place.x1, min(y + STRIP, place.y1))
            self._sample_strip(
                level, (factors[0], factors[1]), strip, out[y - place.y0 : strip.y1 - place.y0]
            )
        return out

    def _sample_strip(
        self, level: NDArray[Any], factor: tuple[float, float], strip: Rect, out: NDArray[Any]
    ) -> None:
        """Sample some view rows of the picture from a level into ``out``."""
        assert self._pyramid is not None
        source = source_rect(self._transform, strip, factor, level.shape[:2])
        crop = level[source.slices]
        if crop.ndim == 3:  # OpenCV samples four channels much faster than three
            buffer = self._scratch.array("crop", (*crop.shape[:2], 4))
            crop = cv2.cvtColor(crop, cv2.COLOR_RGB2BGRA, dst=buffer)
        full = self._pyramid.factor == (1.0, 1.0)
        magnified = not self._smooth and full and self._transform.scale >= NEAREST_FROM
        sample(
            crop,
            (source.x0, source.y0),
            factor,
            self._transform,
            strip,
            nearest=magnified,
            repeat_edge=True,
            out=out,
        )

    def _render_base(self, part: Rect, source: NDArray[Any] | None = None) -> None:
        """Write a part of the picture on its background, from the sampled pixels when they are given."""
        if self.base.shape != (self._view.height, self._view.width):
            self.base = np.empty((self._view.height, self._view.width), np.uint32)
        place = self.picture_rect.intersected(part)
        if source is None:
            source = self._sampled(place)
        if source is None:
            self.base[part.slices] = BACKGROUND
            return
        _fill_around(self.base, part, place)
        self.base[place.slices] = self._shaded(source)

    def _shaded(self, source: NDArray[Any]) -> NDArray[np.uint32]:
        """Screen colours of sampled pixels: window, inversion, green channel."""
        if source.ndim == 3 and self._red_free:
            source = cv2.extractChannel(source, 1)
        if source.ndim == 2:
            lut = grey_lut(source.dtype, self._window, self._inverted)
            grey = self._scratch.array("grey", source.shape, np.uint32)
            return np.take(lut, source.view(f"u{source.dtype.itemsize}"), out=grey, mode="clip")
        if self._inverted or (self._window.center, self._window.width) != (128.0, 256.0):
            table = np.full((1, 256, 4), 255, np.uint8)
            table[..., :3] = window_values(np.arange(256.0), self._window, self._inverted)[:, None]
            source = cv2.LUT(source, table, dst=self._scratch.array("windowed", source.shape))
        colours: NDArray[np.uint32] = source.view(np.uint32)[..., 0]
        return colours

    def _render_heat(self) -> None:
        place = self.picture_rect
        if self._map is None or place.empty:
            self.heat = None
            return
        if self.heat is None or self.heat.shape != (self._view.height, self._view.width):
            self.heat = np.empty((self._view.height, self._view.width), np.uint32)
        self.heat.fill(0)
        factor = (self._size[1] / self._map.shape[1], self._size[0] / self._map.shape[0])
        shape = (place.height, place.width)
        values = sample(
            self._map,
            (0, 0),
            factor,
            self._transform,
            place,
            nearest=False,
            repeat_edge=True,
            out=self._scratch.array("heat values", shape),
        )
        colours = self._scratch.array("heat colours", shape, np.uint32)
        self.heat[place.slices] = np.take(heat_lut(self._map_opacity), values, out=colours, mode="clip")

    def _render_overlay(self) -> None:
        shape = (self._view.height, self._view.width)
        if not self.masks.any_visible:
            self.overlay = None
            return
        if self._overlay_buffer.shape != shape:
            self._overlay_buffer = np.zeros(shape, np.uint32)
        self.masks.render(self._transform, self._view, self._overlay_buffer)
        self.overlay = self._overlay_buffer


def _smoothed(values: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """A coarse map made finer by cubic interpolation, so that its cells do not show when it is magnified."""
    grow = int(min(8, max(1, 512 // max(values.shape)), max(1, min(size) // max(values.shape))))
    if grow == 1:
        return values
    wanted = (values.shape[1] * grow, values.shape[0] * grow)
    return np.asarray(cv2.resize(values, wanted, interpolation=cv2.INTER_CUBIC))


def _fill_around(base: NDArray[np.uint32], part: Rect, place: Rect) -> None:
    """Background in a part of the frame around the place of the picture."""
    rows, middle = slice(part.y0, part.y1), slice(place.y0, place.y1)
    columns = slice(part.x0, part.x1)
    base[rows.start : place.y0, columns] = BACKGROUND
    base[place.y1 : rows.stop, columns] = BACKGROUND
    base[middle, columns.start : place.x0] = BACKGROUND
    base[middle, place.x1 : columns.stop] = BACKGROUND


def _uncovered(view: Rect, dx: int, dy: int) -> tuple[Rect, Rect]:
    """What comes into sight when a view is moved by (dx, dy): full rows, then the columns beside them."""
    rows = Rect(0, 0, view.x1, dy) if dy >= 0 else Rect(0, view.y1 + dy, view.x1, view.y1)
    y0, y1 = (dy, view.y1) if dy >= 0 else (0, view.y1 + dy)
    columns = Rect(0, y0, dx, y1) if dx >= 0 else Rect(view.x1 + dx, y0, view.x1, y1)
    return rows, columns
