"""Random changes to images that keep their labels: plain functions on arrays, driven by a given generator."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray


def dihedral(image: NDArray[np.uint8], element: int) -> NDArray[np.uint8]:
    """One of the 8 flips and quarter turns of a square image ``[n, n, ...]``, as a view; 0 changes nothing.

    ``element % 4`` quarter turns (counter-clockwise), then a mirror image from 4 on.
    """
    turned = np.rot90(image, element % 4)
    return turned[:, ::-1] if element >= 4 else turned


def similarity(
    rng: np.random.Generator, turn: float = 180.0, zoom: float = 0.1, shift: float = 0.03
) -> NDArray[np.float64]:
    """A random turn, mirroring, zoom and shift about the centre of a unit square, ``[2, 3]``.

    Maps output to input positions, both in shares of the side, so that one draw serves several sizes.

    Parameters
    ----------
    turn
        Largest angle in degrees.
    zoom, shift
        Largest relative change of size, and largest shift as a share of the side.
    """
    angle = math.radians(rng.uniform(-turn, turn))
    scale = math.exp(rng.uniform(-zoom, zoom))
    mirror = rng.choice((-1.0, 1.0))
    linear = scale * np.array(
        [[mirror * math.cos(angle), -math.sin(angle)], [mirror * math.sin(angle), math.cos(angle)]]
    )
    centre = np.array([0.5, 0.5])
    offset = centre - linear @ centre + rng.uniform(-shift, shift, 2)
    return np.hstack([linear, offset[:, None]])


def warp(image: NDArray[np.uint8], matrix: NDArray[np.float64], fill: int = 128) -> NDArray[np.uint8]:
    """Apply a map of `similarity` to a square image ``[n, n, C]``; what lies outside becomes ``fill``."""
    size = image.shape[0]
    pixels = matrix.copy()
    pixels[:, 2] = matrix[:, 2] * size + matrix[:, :2] @ (0.5, 0.5) - 0.5  # from corners to pixel centres
    channels = 1 if image.ndim == 2 else image.shape[2]
    warped = cv2.warpAffine(
        image,
        pixels,
        (size, size),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(fill,) * channels,
    )
    return np.asarray(warped, np.uint8)


def colour_table(
    rng: np.random.Generator, contrast: float = 0.2, brightness: float = 12.0, tint: float = 6.0
) -> NDArray[np.uint8]:
    """A random change of contrast about grey, brightness and colour as a table ``[256, 3]``.

    Parameters
    ----------
    contrast
        Largest change of the logarithm of contrast.
    brightness, tint
        Largest shift in grey levels of all channels together, and of each alone.
    """
    gain = math.exp(rng.uniform(-contrast, contrast))
    shift = rng.uniform(-brightness, brightness) + rng.uniform(-tint, tint, 3)
    levels = (np.arange(256.0) - 128)[:, None] * gain + 128 + shift
    return levels.clip(0, 255).round().astype(np.uint8)


def recolour(image: NDArray[np.uint8], table: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Look each channel of ``[H, W, 3]`` up in a table ``[256, 3]``."""
    return np.asarray(cv2.LUT(image, table[None]), np.uint8)
