"""From summed opacity to a film: tilt, scatter, tone, sharpening, grain, markers, collimation."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.phantoms.chest_raster import Field, blur, grid, soft
from engine.imaging.phantoms.chest_spec import ChestSpec

BITS = 12


def turn(image: Field, degrees: float) -> Field:
    """Rotate about the middle of the picture."""
    size = image.shape[0]
    matrix = cv2.getRotationMatrix2D((size / 2 - 0.5, size / 2 - 0.5), degrees, 1.0)
    turned = cv2.warpAffine(
        image, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(turned, np.float32)


def expose(opacity: Field, full: float, spec: ChestSpec, rng: np.random.Generator) -> NDArray[np.uint16]:
    """Stored values of a film, 12 bit, bright dense.

    Parameters
    ----------
    full
        Opacity of the normal chest's densest part, which the exposure is set for; findings do not move it.
    """
    size = opacity.shape[0]
    scattered = (1 - spec.scatter) * opacity + spec.scatter * blur(opacity, 0.06)
    share = np.clip(scattered / full, 0, 1.35)
    image = (1 - np.exp(-spec.gamma * share)) / (1 - np.exp(-spec.gamma))
    image += spec.sharpen * (image - blur(image, 0.004))
    grain = rng.standard_normal((size, size), np.float32)
    grain = 0.55 * grain + 0.9 * cv2.GaussianBlur(grain, (0, 0), 0.9)
    image += spec.noise * (0.45 + np.clip(image, 0, 1)) * grain
    image = spec.black + (spec.white - spec.black) * image
    image = np.maximum(image, _writing(spec, size))
    image = _collimate(image, spec, size)
    top = 2**BITS - 1
    return np.asarray(np.clip(np.round(image * top), 0, top), np.uint16)


def _writing(spec: ChestSpec, size: int) -> Field:
    """The side marker and what else is written on the film; a lead letter shows white."""
    canvas = np.zeros((size, size), np.uint8)
    thick = max(1, round(size / 300))
    for text, x, y, height in spec.marks:
        place = (round(x * size), round(y * size))
        cv2.putText(
            canvas, text, place, cv2.FONT_HERSHEY_SIMPLEX, height * size / 22, 255, thick, cv2.LINE_AA
        )
    return np.asarray(canvas * np.float32(spec.white / 255), np.float32)


def _collimate(image: Field, spec: ChestSpec, size: int) -> Field:
    """Shutters around the field, a little askew, and what lies beyond them."""
    if not any(spec.shutters):
        return image
    x, y = grid(size)
    lean = np.float32(np.tan(np.deg2rad(spec.shutter_tilt)))
    across, down = x - lean * y, y + lean * x
    left, top, right, bottom = spec.shutters
    edges = (
        (left, across - left),
        (top, down - top),
        (right, 1 - right - across),
        (bottom, 1 - bottom - down),
    )
    inside = np.min([distance for margin, distance in edges if margin > 0], axis=0)
    open_ = soft(inside, 0.0012)
    return np.asarray(image * open_ + spec.beyond * (1 - open_), np.float32)
