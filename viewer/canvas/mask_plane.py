"""All mask layers as one index image at view resolution: one digit a layer, one lookup for the colours.

The layers travel as the bits of one uint8 image, so that sampling, outlines and halos of all of them cost
as much as of one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from viewer.canvas.luts import GROUND, HALO, INK, LINE, STATES, overlay_lut
from viewer.canvas.patterns import InkPlane
from viewer.canvas.sampling import sample, source_rect
from viewer.canvas.scratch import Scratch, shifted
from viewer.state.geometry import Rect, ViewTransform
from viewer.state.overlays import MaskLayer, Pattern
from viewer.state.packed_pyramid import PackedPyramid
from viewer.state.pyramid import MaskPyramid

MAX_LAYERS = 6  # 5 ** 6 combinations fit an uint16

# A pixel of a reduced level shows a lesion that covers a fifth of it, and a view pixel shows all level
# pixels that it spans: small lesions must not vanish when the picture is fitted. Ours.
REDUCED_FROM = 51
POOL_FROM = 1.1  # level pixels a view pixel
STRIP = 128  # rows worked on together, so that passing results stay in the processor's cache; ours

# Sets of layers (bits) as sums of 5 ** k: the digits of the index image.
_DIGITS = np.array(
    [sum(STATES**k for k in range(MAX_LAYERS) if bits >> k & 1) for bits in range(256)], np.uint16
)


class MaskPlane:
    """Keeps the pyramids of the layers and the index image of the current view."""

    def __init__(self) -> None:
        self.layers: tuple[MaskLayer, ...] = ()
        self._pyramids: list[MaskPyramid] = []
        self._ink = InkPlane(())
        self._scratch = Scratch()
        self._kept: dict[tuple[int, bool], NDArray[np.uint8]] = {}  # (depth, pooled) -> bits of that level
        self._codes = np.zeros((0, 0), np.uint16)
        self._spare = np.zeros((0, 0), np.uint16)
        self._lut = np.zeros(1, np.uint32)
        self.stale = True  # the index image does not fit the view

    def set_layers(self, layers: Sequence[MaskLayer]) -> None:
        """Show these layers, the last on top; what did not change of them is kept.

        Raises
        ------
        ValueError
            There are more than six.
        """
        if len(layers) > MAX_LAYERS:
            raise ValueError(f"at most {MAX_LAYERS} mask layers can be shown, not {len(layers)}")
        self.layers = tuple(layers)
        if not layers:
            return  # switched off for a moment: what was made is kept for when they come back
        pyramids = [_pyramid_of(layer, self._pyramids) for layer in layers]
        patterns = tuple(layer.pattern for layer in layers)
        if [id(p) for p in pyramids] != [id(p) for p in self._pyramids] or patterns != self._ink.patterns:
            self.stale = True
            self._ink = InkPlane(patterns)
            self._kept.clear()
        self._pyramids = pyramids
        self._lut = overlay_lut(
            [(y.colour, y.opacity if y.visible else 0.0, y.pattern is not Pattern.SOLID) for y in layers]
        )

    def clear(self) -> None:
        """Show no layers and let go of what was made of them: another picture comes."""
        self.layers, self._pyramids, self.stale = (), [], True
        self._kept.clear()

    @property
    def any_visible(self) -> bool:
        """Whether there is anything to draw."""
        return any(layer.visible and layer.opacity > 0 for layer in self.layers)

    def changed(self, code: str, rect: Rect | None) -> None:
        """The array of a layer changed inside ``rect`` (image pixels; None: everywhere)."""
        if not self.layers:
            self.clear()  # nobody says which pyramid it was
            return
        for layer, pyramid in zip(self.layers, self._pyramids, strict=True):
            if layer.code == code:
                pyramid.update(rect)
        if rect is None:
            self._kept.clear()
        else:
            self._refresh(rect)

    def render(self, transform: ViewTransform, view: Rect, out: NDArray[np.uint32]) -> None:
        """Write premultiplied colours of the whole view into ``out``; the index image only when stale."""
        if self.stale or self._codes.shape != (view.height, view.width):
            if self._codes.shape != (view.height, view.width):
                self._codes = np.empty((view.height, view.width), np.uint16)
            for y in range(0, view.height, STRIP):
                part = Rect(0, y, view.width, min(y + STRIP, view.height))
                self._codes[part.slices] = self._index(transform, part)
            self.stale = False
        np.take(self._lut, self._codes, out=out, mode="clip")

    def shift(self, dx: int, dy: int) -> None:
        """The view was panned by whole pixels; the index image of what came into sight is not made yet."""
        self._codes, self._spare = shifted(self._codes, dx, dy, self._spare), self._codes

    def render_part(self, transform: ViewTransform, part: Rect, out: NDArray[np.uint32]) -> None:
        """Make index and colours of a part of the view again, after a mask changed there."""
        codes = self._index(transform, part)
        self._codes[part.slices] = codes
        colours = self._scratch.array("colours", codes.shape, np.uint32)
        out[part.slices] = np.take(self._lut, codes, out=colours, mode="clip")

    def _index(self, transform: ViewTransform, part: Rect) -> NDArray[np.uint16]:
        """Digits of a view rectangle, in scratch memory."""
        shape = (part.height, part.width)
        codes = self._scratch.array("codes", shape, np.uint16)
        sampled = self._sampled_bits(transform, part.padded(1))  # outlines depend on the neighbours
        if sampled is None:
            codes.fill(0)
            return codes
        inner, outer = self._scratch.array("inner", shape), self._scratch.array("outer", shape)
        _around(cv2.bitwise_and, sampled, self._scratch.array("rows", (shape[0], shape[1] + 2)), inner)
        _around(cv2.bitwise_or, sampled, self._scratch.array("rows", (shape[0], shape[1] + 2)), outer)
        inside = sampled[1:-1, 1:-1]
        pattern = self._ink.part(part, (math.floor(transform.tx), math.floor(transform.ty)))
        ink = cv2.bitwise_and(inner, pattern, dst=self._scratch.array("ink", shape))
        # Each is the difference of a set of layers and one inside it: xor.
        ground = cv2.bitwise_xor(inner, ink, dst=self._scratch.array("ground", shape))
        line = cv2.bitwise_xor(inside, inner, dst=inner)
        halo = cv2.bitwise_xor(outer, inside, dst=outer)
        digits = self._scratch.array("digits", shape, np.uint16)
        cv2.LUT(ground, _DIGITS * np.uint16(GROUND), dst=codes)
        for state, bits in ((INK, ink), (LINE, line), (HALO, halo)):
            cv2.add(codes, cv2.LUT(bits, _DIGITS * np.uint16(state), dst=digits), dst=codes)
        return codes

    def _sampled_bits(self, transform: ViewTransform, view: Rect) -> NDArray[np.uint8] | None:
        """Bit k of each pixel of a view rectangle: inside layer k; None when no layer reaches into it."""
        if not self._pyramids:
            return None
        depth = min(pyramid.depth(transform.scale) for pyramid in self._pyramids)
        factor = (2.0**depth, 2.0**depth)
        source = source_rect(transform, view, factor, self._pyramids[0].shape(depth))
        if source.empty:
            return None
        pool = 1 / (transform.scale * factor[0]) > POOL_FROM
        bits = self._level_bits(depth, pool, source)
        if not cv2.countNonZero(bits):
            return None
        origin = (source.x0 - 0.5, source.y0 - 0.5) if pool else (source.x0, source.y0)
        out = self._scratch.array("sampled", (view.height, view.width))
        return sample(bits, origin, factor, transform, view, nearest=True, repeat_edge=False, out=out)

    def _level_bits(self, depth: int, pool: bool, source: Rect) -> NDArray[np.uint8]:
        """Bits over a rectangle of a level; with ``pool`` one row and column more, see `_pooled`.

        They are kept for the whole level, since every zoom and pan step needs them again.
        """
        if (depth, pool) not in self._kept:
            rows, columns = self._pyramids[0].shape(depth)
            self._kept[depth, pool] = np.zeros((rows + int(pool), columns + int(pool)), np.uint8)
            for y in range(0, rows, STRIP):
                self._gather(depth, pool, Rect(0, y, columns, y + STRIP))
        wanted = Rect(source.x0, source.y0, source.x1 + int(pool), source.y1 + int(pool))
        return self._kept[depth, pool][wanted.slices]

    def _refresh(self, rect: Rect) -> None:
        """Follow a change of masks inside ``rect`` (image pixels) in the bits that are kept."""
        for depth, pool in self._kept:
            step = 2**depth
            self._gather(
                depth, pool, Rect(rect.x0 // step, rect.y0 // step, -(-rect.x1 // step), -(-rect.y1 // step))
            )

    def _gather(self, depth: int, pool: bool, rect: Rect) -> None:
        """Make the kept bits again where they depend on a rectangle of the level."""
        rows, columns = self._pyramids[0].shape(depth)
        near = rect.padded(1).intersected(Rect(0, 0, columns, rows))
        if near.empty:
            return
        kept, bits = self._kept[depth, pool], self._gathered(depth, near)
        if not pool:
            kept[near.slices] = bits
            return
        # Inner pooled pixels are made of ``near`` alone; at the image's border the outer ones are too.
        left, top = int(near.x0 > 0), int(near.y0 > 0)
        right, bottom = int(near.x1 < columns), int(near.y1 < rows)
        pooled = self._pooled(bits)
        part = pooled[top : pooled.shape[0] - bottom, left : pooled.shape[1] - right]
        y, x = near.y0 + top, near.x0 + left
        kept[y : y + part.shape[0], x : x + part.shape[1]] = part

    def _gathered(self, depth: int, source: Rect) -> NDArray[np.uint8]:
        """Bits of all layers over a rectangle of a level."""
        shape = (source.height, source.width)
        bits, one = self._scratch.array("bits", shape), self._scratch.array("one", shape)
        bits.fill(0)
        for k, pyramid in enumerate(self._pyramids):
            level = pyramid.at_least if depth == 0 else REDUCED_FROM
            cv2.threshold(pyramid.crop(depth, source), level - 1, 1 << k, cv2.THRESH_BINARY, dst=one)
            cv2.bitwise_or(bits, one, dst=bits)
        return bits

    def _pooled(self, bits: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Each 2×2 pixels (zeros around) joined: pixel (0, 0) is centred on the corner of the first one."""
        rows, columns = bits.shape
        padded = self._scratch.array("padded", (rows + 2, columns + 2))
        cv2.copyMakeBorder(bits, 1, 1, 1, 1, cv2.BORDER_CONSTANT, dst=padded, value=0)
        across = self._scratch.array("across", (rows + 2, columns + 1))
        cv2.bitwise_or(padded[:, :-1], padded[:, 1:], dst=across)
        pooled = self._scratch.array("pooled", (rows + 1, columns + 1))
        return np.asarray(cv2.bitwise_or(across[:-1], across[1:], dst=pooled))


def _around(
    join: Callable[..., Any], bits: NDArray[np.uint8], rows: NDArray[np.uint8], out: NDArray[np.uint8]
) -> None:
    """Join each pixel with its eight neighbours: *and* erodes, *or* dilates; ``out`` lacks the border."""
    join(join(bits[:-2], bits[1:-1], dst=rows), bits[2:], dst=rows)
    join(join(rows[:, :-2], rows[:, 1:-1], dst=out), rows[:, 2:], dst=out)


def _pyramid_of(layer: MaskLayer, known: Sequence[MaskPyramid]) -> MaskPyramid:
    """The pyramid made ahead, the one of the same array shown before, or a new one."""
    if layer.packed and layer.pyramid is not None:
        return layer.pyramid
    array, at_least = layer.source()
    ready: tuple[MaskPyramid, ...] = () if layer.pyramid is None else (layer.pyramid,)
    for pyramid in (*ready, *known):
        if (
            not isinstance(pyramid, PackedPyramid)
            and pyramid.at_least == at_least
            and _same(pyramid.array, array)
        ):
            return pyramid
    return MaskPyramid(array, at_least)


def _same(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> bool:
    """Whether two arrays are one piece of memory, seen alike."""
    return (
        a.shape == b.shape
        and a.strides == b.strides
        and a.__array_interface__["data"][0] == b.__array_interface__["data"][0]
    )
