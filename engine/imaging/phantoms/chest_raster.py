"""Drawing for chest phantoms: soft shapes, splines, noise; lengths are shares of the picture's side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
Curve = NDArray[np.float64]  # [n, 2] points (x, y)


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A finding as opacity to add and its weight in 0–1, both ``[size, size]``."""

    opacity: Field
    weight: Field


@lru_cache(maxsize=4)
def grid(size: int) -> tuple[Field, Field]:
    """X and y of pixel centres as shares of the side; read only."""
    steps = (np.arange(size, dtype=np.float32) + 0.5) / size
    x = np.broadcast_to(steps[None, :], (size, size))
    y = np.broadcast_to(steps[:, None], (size, size))
    return np.asarray(x, np.float32), np.asarray(y, np.float32)


def soft(distance: Field, width: float) -> Field:
    """0 far outside, 1 far inside of an edge that is ``width`` wide; distance is positive inside."""
    return np.asarray(0.5 + 0.5 * np.tanh(distance * np.float32(0.5 / width)), np.float32)


def smooth_noise(rng: np.random.Generator, size: int, cells: int) -> Field:
    """Noise of about unit variance whose structures are a ``cells``-th of the side."""
    small = rng.standard_normal((cells + 3, cells + 3)).astype(np.float32)
    return np.asarray(cv2.resize(small, (size, size), interpolation=cv2.INTER_CUBIC), np.float32)


def blur(image: Field, sigma: float) -> Field:
    """Gaussian blur with sigma as a share of the side; wide ones are made at a lower resolution."""
    size = image.shape[0]
    pixels = sigma * size
    factor = int(pixels // 2.2)
    if factor < 2:
        return _gauss(image, pixels)
    side = max(size // factor, 8)
    small = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
    small = _gauss(np.asarray(small, np.float32), sigma * side)
    return np.asarray(cv2.resize(small, (size, size), interpolation=cv2.INTER_CUBIC), np.float32)


def _gauss(image: Field, sigma: float) -> Field:
    """Gaussian cut off at three sigmas, in pixels."""
    side = 2 * int(np.ceil(3 * sigma)) + 1
    return np.asarray(cv2.GaussianBlur(image, (side, side), sigma), np.float32)


def spline(knots: list[tuple[float, float]], closed: bool = False, fine: int = 12) -> Curve:
    """Catmull-Rom curve through the knots, ``fine`` points a stretch."""
    points = np.asarray(knots, float)
    around = (
        np.concatenate([points[-1:], points, points[:2]])
        if closed
        else np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    )
    t = np.linspace(0, 1, fine, endpoint=False)[:, None]
    parts = []
    for a, b, c, d in zip(around, around[1:], around[2:], around[3:], strict=False):
        parts.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        )
    if not closed:
        parts.append(points[-1:])
    return np.concatenate(parts)


def polygon(size: int, outline: Curve, edge: float = 0.0) -> Field:
    """Filled outline in 0–1, ``[size, size]``, its edge blurred by ``edge``."""
    canvas = np.zeros((size, size), np.uint8)
    fill(canvas, outline, 1.0)
    mask = tones(canvas)
    return blur(mask, edge) if edge * size >= 0.3 else mask


def tones(canvas: NDArray[np.uint8]) -> Field:
    """Canvas of 8 bits -> 0–1."""
    return np.asarray(canvas * np.float32(1 / 255), np.float32)


def fill(canvas: NDArray[np.uint8], outline: Curve, value: float) -> None:
    """Paint a filled outline of 0–1 on an 8-bit canvas (the only depth that OpenCV smooths edges of).

    OpenCV's smoothed edge adds about a third of a pixel on each side.
    """
    cv2.fillPoly(canvas, [_sixteenths(outline, canvas.shape[0])], value * 255, cv2.LINE_AA, 4)


def stroke(canvas: NDArray[np.uint8], curve: Curve, value: float, width: float) -> None:
    """Paint a line of 0–1 that is ``width`` wide; one thinner than a pixel becomes fainter instead."""
    pixels = width * canvas.shape[0]
    value *= min(pixels, 1.0)
    points = _sixteenths(curve, canvas.shape[0])
    cv2.polylines(canvas, [points], False, value * 255, max(1, round(pixels)), cv2.LINE_AA, 4)


def ribbon(curve: Curve, width: Curve) -> Curve:
    """Outline of a band along a curve; ``width`` is its full width at each point ``[n]``."""
    along = np.gradient(curve, axis=0)
    normal = np.stack([-along[:, 1], along[:, 0]], 1) / (np.linalg.norm(along, axis=1, keepdims=True) + 1e-9)
    half = 0.5 * width[:, None] * normal
    return np.concatenate([curve + half, (curve - half)[::-1]])


def depth_of(mask: Field, reach: float) -> Field:
    """Thickness of a rounded body over its mask: 0 at its edge, 1 from ``reach`` inwards."""
    size = mask.shape[0]
    side = min(size, 256)  # a distance is smooth: it need not be measured at full size
    small = cv2.resize(mask, (side, side), interpolation=cv2.INTER_AREA)
    inside = np.pad((small > 0.5).astype(np.uint8), 1, mode="edge")
    away = cv2.distanceTransform(inside, cv2.DIST_L2, 5)[1:-1, 1:-1].astype(np.float32) / side
    t = np.clip(away / reach, 0, 1)
    rounded = cv2.GaussianBlur(np.sqrt(t * (2 - t)), (0, 0), 1.2)
    return np.asarray(cv2.resize(rounded, (size, size), interpolation=cv2.INTER_LINEAR), np.float32)


def _sixteenths(points: Curve, size: int) -> NDArray[np.int32]:
    """Shares of the side -> sixteenths of a pixel, where (0, 0) is the middle of the first pixel."""
    return np.asarray(np.round((points * size - 0.5) * 16), np.int32)[:, None]
