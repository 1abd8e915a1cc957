"""Lookup tables from pixel values to screen colours (0xAARRGGBB, as QImage's 32-bit formats want them)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.imaging.windowing import apply_window, to_uint8
from engine.records import Window
from viewer.theme import VIRIDIS

# Alpha of what a layer paints at opacity 1. Ours: lesions stay visible through a layer, outlines do not.
GAP_ALPHA, INK_ALPHA, FILL_ALPHA, LINE_ALPHA, HALO_ALPHA = 0.16, 0.72, 0.5, 1.0, 0.45

# States of a view pixel in a layer; 0 is outside.
GROUND, INK, LINE, HALO = 1, 2, 3, 4
STATES = 5

# Percentiles of a map where it begins to show and where it is fully shown. Ours: the weaker part of a map
# says little and would hide the image.
SHOWN_FROM, SHOWN_FULL = 60.0, 99.5


def window_values(values: NDArray[np.float64], window: Window, inverted: bool) -> NDArray[np.uint8]:
    """Grey levels 0–255 of pixel values: linear (DICOM PS3.3 C.11.2.1.2.1), or by the window's own function.

    A linear width below 1 counts as 1, which is a threshold at ``center - 0.5``.
    """
    if window.curve is not None or window.function != "LINEAR":
        shown = apply_window(values, window)
        return to_uint8(1.0 - shown if inverted else shown)
    span = max(window.width - 1.0, 1e-6)
    grey = ((values - (window.center - 0.5)) / span + 0.5) * 255.0
    if inverted:
        grey = 255.0 - grey
    return np.rint(np.clip(grey, 0.0, 255.0)).astype(np.uint8)


def grey_lut(dtype: np.dtype[np.generic], window: Window, inverted: bool) -> NDArray[np.uint32]:
    """Opaque screen grey of every value of uint8, uint16 or int16, indexed by the value's bits."""
    bits = np.arange(1 << (8 * dtype.itemsize), dtype=np.dtype(f"u{dtype.itemsize}"))
    grey = window_values(bits.view(dtype).astype(np.float64), window, inverted).astype(np.uint32)
    return (grey * np.uint32(0x010101)) | np.uint32(0xFF000000)


def rgb_of(colour: str) -> tuple[int, int, int]:
    """``#RRGGBB`` as numbers.

    Raises
    ------
    ValueError
        It is written in another way.
    """
    if len(colour) != 7 or colour[0] != "#":
        raise ValueError(f"a colour is written #RRGGBB, not {colour!r}")
    value = int(colour[1:], 16)
    return value >> 16, (value >> 8) & 255, value & 255


def packed(premultiplied: NDArray[np.float64]) -> NDArray[np.uint32]:
    """``[n, 4]`` premultiplied R, G, B, A in 0–1 as 0xAARRGGBB."""
    r, g, b, a = np.rint(np.clip(premultiplied, 0, 1) * 255).astype(np.uint32).T
    colours: NDArray[np.uint32] = (a << np.uint32(24)) | (r << np.uint32(16)) | (g << np.uint32(8)) | b
    return colours


def overlay_lut(layers: Sequence[tuple[str, float, bool]]) -> NDArray[np.uint32]:
    """Premultiplied colour of every combination of layers.

    Parameters
    ----------
    layers
        (colour, opacity, pattern has gaps) of each; the last lies on top. A hidden one has opacity 0.

    Returns
    -------
    NDArray
        uint32 ``[5 ** len(layers)]``. Layer k is digit k of the index to base 5: 0 outside, 1 the ground
        of its pattern, 2 the pattern's ink, 3 its outline, 4 the dark halo around the outline.
    """
    out = np.zeros((1, 4))
    for colour, opacity, gaps in layers:
        alpha = (
            np.array([0.0, GAP_ALPHA if gaps else FILL_ALPHA, INK_ALPHA, LINE_ALPHA, HALO_ALPHA]) * opacity
        )
        rgb = np.array([(0, 0, 0), *[rgb_of(colour)] * 3, (0, 0, 0)]) / 255
        source = np.concatenate((rgb * alpha[:, None], alpha[:, None]), axis=1)
        out = (source[:, None] + out * (1 - alpha[:, None, None])).reshape(-1, 4)
    return packed(out)


def heat_values(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """A map scaled so that only its strongest part shows: 0 up to the 60th percentile, 255 from the 99.5th.

    The scale is the map's own, so colours of two maps do not compare. A flat map becomes all 0: it points
    nowhere. Where the percentiles fall together (few cells stand out, or many are equally strong), the
    range from the smallest to the largest value takes their place. Not-a-numbers and infinities count as 0.

    Parameters
    ----------
    values
        ``[h, w]``, any range.
    """
    finite = np.nan_to_num(np.asarray(values, np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = (float(v) for v in np.percentile(finite, (SHOWN_FROM, SHOWN_FULL)))
    if high <= low:
        low, high = float(finite.min()), float(finite.max())
    if high <= low:
        return np.zeros(finite.shape, np.uint8)
    return np.asarray(np.rint(np.clip((finite - low) / (high - low), 0.0, 1.0) * 255), np.uint8)


def heat_lut(opacity: float) -> NDArray[np.uint32]:
    """Premultiplied colours of a heat map's 256 values; alpha grows with the value from 0 to ``opacity``."""
    value = np.linspace(0.0, 1.0, 256)
    stops = np.linspace(0.0, 1.0, len(VIRIDIS))
    rgb = np.stack([np.interp(value, stops, [c[i] / 255 for c in VIRIDIS]) for i in range(3)], axis=1)
    alpha = (opacity * value)[:, None]
    return packed(np.concatenate((rgb * alpha, alpha), axis=1))
