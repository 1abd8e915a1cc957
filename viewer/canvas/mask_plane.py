"""All mask layers as one index image at view resolution: one digit a layer, one lookup for the colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from viewer.canvas.luts import STATES, overlay_lut
from viewer.canvas.patterns import HALO, LINE, plane
from viewer.canvas.sampling import sample, source_rect
from viewer.state.geometry import NEAREST_FROM, Rect, ViewTransform
from viewer.state.overlays import MaskLayer, Pattern
from viewer.state.pyramid import MaskPyramid

MAX_LAYERS = 6  # 5 ** 6 combinations fit an uint16

# A reduced view pixel shows a lesion that covers a fifth of it: small lesions must not vanish. Ours.
REDUCED_FROM, MAGNIFIED_FROM = 51, 128
_CROSS = np.ones((3, 3), np.uint8)


class MaskPlane:
    """Keeps the pyramids of the layers and the index image of the current view."""

    def __init__(self) -> None:
        self.layers: tuple[MaskLayer, ...] = ()
        self._pyramids: list[MaskPyramid] = []
        self._codes = np.zeros((0, 0), np.uint16)
        self._lut = np.zeros(1, np.uint32)
        self._stale = True

    def set_layers(self, layers: Sequence[MaskLayer]) -> None:
        """Show these layers, the last on top; what did not change of them is kept.

        Raises
        ------
        ValueError
            There are more than six.
        """
        if len(layers) > MAX_LAYERS:
            raise ValueError(f"at most {MAX_LAYERS} mask layers can be shown, not {len(layers)}")
        known = {id(p.array): p for p in self._pyramids}
        pyramids = [_pyramid_of(layer, known) for layer in layers]
        shape = [(id(p), layer.pattern) for p, layer in zip(pyramids, layers, strict=True)]
        before = [(id(p), layer.pattern) for p, layer in zip(self._pyramids, self.layers, strict=True)]
        self._stale |= shape != before
        self.layers, self._pyramids = tuple(layers), pyramids
        self._lut = overlay_lut(
            [(y.colour, y.opacity if y.visible else 0.0, y.pattern is not Pattern.SOLID) for y in layers]
        )

    def set_visible(self, visible: dict[str, bool]) -> None:
        """Show or hide layers by code."""
        self.set_layers([replace(y, visible=visible.get(y.code, y.visible)) for y in self.layers])

    @property
    def any_visible(self) -> bool:
        """Whether there is anything to draw."""
        return any(layer.visible and layer.opacity > 0 for layer in self.layers)

    def invalidate(self) -> None:
        """The view changed: the index image must be made again."""
        self._stale = True

    def changed(self, code: str, rect: Rect | None) -> None:
        """The array of a layer changed inside ``rect`` (image pixels; None: everywhere)."""
        for layer, pyramid in zip(self.layers, self._pyramids, strict=True):
            if layer.code == code:
                pyramid.update(rect)

    def render(self, transform: ViewTransform, view: Rect, out: NDArray[np.uint32]) -> None:
        """Write premultiplied colours of the whole view into ``out``; the index image only when stale."""
        if self._stale or self._codes.shape != (view.height, view.width):
            self._codes = self._index(transform, view)
            self._stale = False
        np.take(self._lut, self._codes, out=out, mode="clip")

    def render_part(self, transform: ViewTransform, part: Rect, out: NDArray[np.uint32]) -> None:
        """Make index and colours of a part of the view again, after a mask changed there."""
        self._codes[part.slices] = self._index(transform, part)
        out[part.slices] = self._lut[self._codes[part.slices]]

    @property
    def stale(self) -> bool:
        """Whether the index image does not fit the view."""
        return self._stale

    def _index(self, transform: ViewTransform, part: Rect) -> NDArray[np.uint16]:
        codes = np.zeros((part.height, part.width), np.uint16)
        for k, (layer, pyramid) in enumerate(zip(self.layers, self._pyramids, strict=True)):
            self._add(codes, STATES**k, layer, pyramid, transform, part)
        return codes

    def _add(
        self,
        codes: NDArray[np.uint16],
        weight: int,
        layer: MaskLayer,
        pyramid: MaskPyramid,
        transform: ViewTransform,
        part: Rect,
    ) -> None:
        """Add the digit of one layer to the index image."""
        depth = pyramid.depth(transform.scale)
        factor = (2.0**depth, 2.0**depth)
        padded = part.padded(1)  # outline and halo of a pixel depend on its neighbours
        source = source_rect(transform, padded, factor, pyramid.shape(depth))
        if source.empty:
            return
        crop = pyramid.coverage(depth, source)
        used = cv2.boundingRect(crop)
        if used[2] == 0:
            return
        area = _view_rect(transform, source, used, factor).intersected(padded)
        if area.empty:
            return
        cover = sample(
            crop,
            (source.x0, source.y0),
            factor,
            transform,
            area,
            nearest=transform.scale >= NEAREST_FROM,
            repeat_edge=False,
        )
        level = REDUCED_FROM if transform.scale < 1 else MAGNIFIED_FROM
        inside = np.asarray(cv2.threshold(cover, level - 1, 255, cv2.THRESH_BINARY)[1])
        states = _states(inside, plane(layer.pattern, area, (round(transform.tx), round(transform.ty))))
        kept = area.intersected(part)
        if kept.empty:
            return
        local = states[kept.y0 - area.y0 : kept.y1 - area.y0, kept.x0 - area.x0 : kept.x1 - area.x0]
        target = codes[kept.y0 - part.y0 : kept.y1 - part.y0, kept.x0 - part.x0 : kept.x1 - part.x0]
        target += np.multiply(local, weight, dtype=np.uint16)


def _states(inside: NDArray[np.uint8], pattern: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """State of each pixel in a layer: the pattern inside, its outline, and a halo just outside."""
    edge = cv2.subtract(inside, cv2.erode(inside, _CROSS))
    halo = cv2.subtract(cv2.dilate(inside, _CROSS), inside)
    states = cv2.bitwise_or(cv2.bitwise_and(inside, pattern), cv2.bitwise_and(edge, LINE))
    return np.asarray(cv2.bitwise_or(states, cv2.bitwise_and(halo, HALO)))


def _pyramid_of(layer: MaskLayer, known: dict[int, MaskPyramid]) -> MaskPyramid:
    """The pyramid made ahead, the one of the same array shown before, or a new one."""
    array, at_least = layer.source()
    if layer.pyramid is not None and layer.pyramid.at_least == at_least:
        return layer.pyramid
    for pyramid in known.values():
        if pyramid.at_least == at_least and _same(pyramid.array, array):
            return pyramid
    return MaskPyramid(array, at_least)


def _same(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> bool:
    """Whether two arrays are one piece of memory, seen alike."""
    return (
        a.shape == b.shape
        and a.strides == b.strides
        and a.__array_interface__["data"][0] == b.__array_interface__["data"][0]
    )


def _view_rect(
    transform: ViewTransform, source: Rect, used: Sequence[int], factor: tuple[float, float]
) -> Rect:
    """View pixels that the used part of a crop (x, y, width, height) can reach, interpolation included."""
    x0, y0 = source.x0 + used[0] - 1, source.y0 + used[1] - 1
    x1, y1 = source.x0 + used[0] + used[2] + 1, source.y0 + used[1] + used[3] + 1
    return Rect.around(
        *transform.to_view(x0 * factor[0], y0 * factor[1]), *transform.to_view(x1 * factor[0], y1 * factor[1])
    ).padded(2)
