"""From disc diameters to pixels: frames, soft-edged shapes, ribbons and noise fields."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""``[n, 2]`` anatomical positions (x, y) in disc diameters."""
Image = NDArray[np.float32]
RGB = tuple[float, float, float]

_FINE = 2  # shapes are drawn this many times finer than the image, then averaged
_SHIFT = 3  # fractional bits of the polygon corners


@dataclass(frozen=True)
class Frame:
    """Where the anatomy lies in an image.

    Attributes
    ----------
    scale
        Pixels in a disc diameter.
    center
        ``(x, y)`` pixel position (origin at the corner of the image) of the anatomical position ``gaze``.
    mirror
        1 when the nose is to the right (right eye), -1 for a left eye.
    """

    rows: int
    columns: int
    scale: float
    center: tuple[float, float]
    gaze: tuple[float, float]
    mirror: int

    def pixels(self, points: Points) -> Points:
        """Pixel positions ``(x, y)`` of anatomical ones."""
        offset = (np.asarray(points, dtype=np.float64) - self.gaze) * (self.mirror * self.scale, self.scale)
        return offset + self.center

    @cached_property
    def grid(self) -> tuple[Image, Image]:
        """Anatomical x and y at the pixel centres of a quarter-size image, for smooth layers."""
        rows, columns = max(self.rows // 4, 1), max(self.columns // 4, 1)
        x = (np.arange(columns) + 0.5) * self.columns / columns
        y = (np.arange(rows) + 0.5) * self.rows / rows
        x = (x - self.center[0]) / (self.scale * self.mirror) + self.gaze[0]
        y = (y - self.center[1]) / self.scale + self.gaze[1]
        grid_x, grid_y = np.meshgrid(x.astype(np.float32), y.astype(np.float32))
        return grid_x, grid_y

    def enlarge(self, field: Image) -> Image:
        """A smooth field of the grid's size at full size."""
        full: Image = cv2.resize(field, (self.columns, self.rows), interpolation=cv2.INTER_LINEAR)
        return full


@dataclass(frozen=True, slots=True)
class Patch:
    """A part of the image with the opacity of what is drawn there; ``inside`` is its hard shape."""

    rows: slice
    columns: slice
    alpha: Image
    inside: NDArray[np.bool_]


def patch(frame: Frame, shapes: Sequence[tuple[Points, float]], soften: float = 0.0) -> Patch | None:
    """Rasterise filled polygons with opacities 0–1; where they overlap the more opaque one counts.

    Parameters
    ----------
    shapes
        Pairs of outline (DD) and opacity.
    soften
        Standard deviation (DD) of the blur of the edges.
    """
    if not shapes:
        return None
    outlines = [(frame.pixels(points), opacity) for points, opacity in sorted(shapes, key=lambda s: s[1])]
    margin = 4.0 * soften * frame.scale + 2.0  # as far as OpenCV blurs
    low = np.min([points.min(axis=0) for points, _ in outlines], axis=0) - margin
    high = np.max([points.max(axis=0) for points, _ in outlines], axis=0) + margin
    x0, y0 = (int(v) for v in np.clip(np.floor(low), 0, (frame.columns, frame.rows)))
    x1, y1 = (int(v) for v in np.clip(np.ceil(high), 0, (frame.columns, frame.rows)))
    if x1 <= x0 or y1 <= y0:
        return None
    canvas = np.zeros(((y1 - y0) * _FINE, (x1 - x0) * _FINE), np.uint8)
    for points, opacity in outlines:
        corners = ((points - (x0, y0)) * _FINE - 0.5) * (1 << _SHIFT)
        value = max(round(opacity * 255), 1)
        cv2.fillPoly(canvas, [np.round(corners).astype(np.int32)], value, cv2.LINE_8, _SHIFT)
    size = (x1 - x0, y1 - y0)
    covered = cv2.resize((canvas > 0).view(np.uint8) * np.uint8(255), size, interpolation=cv2.INTER_AREA)
    alpha = cv2.resize(canvas, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
    if soften * frame.scale > 0.3:
        alpha = cv2.GaussianBlur(alpha, (0, 0), soften * frame.scale)
    return Patch(slice(y0, y1), slice(x0, x1), alpha, covered >= 128)


def multiply(image: Image, layer: Patch | None, colour: RGB) -> None:
    """Filter the light under a layer: in place, each channel times ``colour`` at full opacity."""
    if layer is None:
        return
    view = image[layer.rows, layer.columns]
    for channel, factor in enumerate(colour):
        view[..., channel] *= 1.0 - layer.alpha * np.float32(1.0 - factor)


def mix(image: Image, layer: Patch | None, colour: RGB) -> None:
    """Paint over: in place, towards ``colour`` by the layer's opacity."""
    if layer is None:
        return
    view = image[layer.rows, layer.columns]
    for channel, target in enumerate(colour):
        view[..., channel] += layer.alpha * (np.float32(target) - view[..., channel])


def ribbon(points: Points, widths: NDArray[np.float64] | float) -> Points:
    """Outline of a band of the given full widths along a line of at least two points."""
    tangent = np.gradient(points, axis=0)
    tangent /= np.maximum(np.hypot(tangent[:, 0], tangent[:, 1]), 1e-9)[:, None]
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1)
    half = np.broadcast_to(np.asarray(widths) / 2.0, points.shape[:1])[:, None]
    return np.concatenate([points + normal * half, (points - normal * half)[::-1]])


def blob(
    rng: np.random.Generator, center: Iterable[float], radius: float, rough: float = 0.2, corners: int = 16
) -> Points:
    """Outline of an irregular spot whose radius varies by about ``rough`` of itself."""
    angle = np.linspace(0.0, 2.0 * np.pi, corners, endpoint=False)
    order = np.arange(2, 6)[:, None]
    waves = rng.normal(0.0, rough, (4, 1)) / order * 2.0 * np.cos(order * angle + rng.uniform(0, 7, (4, 1)))
    length = radius * np.clip(1.0 + waves.sum(axis=0), 0.35, 1.9)
    outline = np.stack([np.cos(angle) * length, np.sin(angle) * length], axis=1)
    return np.asarray(outline + np.array(tuple(center)))


def stretch(points: Points, direction: float, factor: float) -> Points:
    """Lengthen a shape about its own middle along a direction (radians) and thin it across."""
    along = np.array([np.cos(direction), np.sin(direction)])
    across = np.array([-along[1], along[0]])
    middle = points.mean(axis=0)
    offset = points - middle
    stretched = np.outer(offset @ along * factor, along) + np.outer(offset @ across / np.sqrt(factor), across)
    return np.asarray(stretched + middle)


def noise(rng: np.random.Generator, frame: Frame, grain: float) -> Image:
    """Smooth noise at full size with features of about ``grain`` DD, mean 0, deviation about 1.

    The lattice depends on the field and not on the size in pixels, so a phantom looks alike at every size.
    """
    rows = max(int(np.ceil(frame.rows / frame.scale / grain)), 2)
    columns = max(int(np.ceil(frame.columns / frame.scale / grain)), 2)
    lattice = rng.standard_normal((rows, columns), dtype=np.float32) * np.float32(1.4)
    smooth: Image = cv2.resize(lattice, (frame.columns, frame.rows), interpolation=cv2.INTER_CUBIC)
    return smooth[:, ::-1] if frame.mirror < 0 else smooth
