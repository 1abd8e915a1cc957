"""Lookup tables from pixel values to screen colours (0xAARRGGBB, as QImage's 32-bit formats want them)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.records import Window

# Alpha of what a layer paints at opacity 1. Ours: lesions stay visible through a layer, outlines do not.
GAP_ALPHA, INK_ALPHA, FILL_ALPHA, LINE_ALPHA = 0.16, 0.72, 0.5, 1.0

# cividis (Nuñez, Anderton, Renslow 2018, doi:10.1371/journal.pone.0199239): perceptually uniform and the
# same to readers with and without a colour-vision deficiency; nine of its 256 colours, joined linearly.
_CIVIDIS = (
    (0, 34, 78), (30, 58, 111), (66, 78, 108), (94, 100, 111), (124, 123, 120),
    (155, 146, 119), (188, 173, 108), (222, 201, 88), (254, 232, 56),
)  # fmt: skip


def window_values(values: NDArray[np.float64], window: Window, inverted: bool) -> NDArray[np.uint8]:
    """Grey levels 0–255 of pixel values: the linear function of DICOM PS3.3 C.11.2.1.2.1.

    A width below 1 counts as 1, which is a threshold at ``center - 0.5``.
    """
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
    return (a << np.uint32(24)) | (r << np.uint32(16)) | (g << np.uint32(8)) | b


def overlay_lut(layers: Sequence[tuple[str, float, bool]]) -> NDArray[np.uint32]:
    """Premultiplied colour of every combination of layers.

    Parameters
    ----------
    layers
        (colour, opacity, pattern has gaps) of each; the last lies on top. A hidden one has opacity 0.

    Returns
    -------
    NDArray
        uint32 ``[4 ** len(layers)]``. Layer k takes bits 2k and 2k + 1 of the index:
        0 outside, 1 the ground of its pattern, 2 the pattern's ink, 3 its outline.
    """
    codes = np.arange(4 ** len(layers), dtype=np.uint32)
    out = np.zeros((len(codes), 4))
    for k, (colour, opacity, gaps) in enumerate(layers):
        states = (codes >> np.uint32(2 * k)) & np.uint32(3)
        ground = GAP_ALPHA if gaps else FILL_ALPHA
        alpha = (np.array([0.0, ground, INK_ALPHA, LINE_ALPHA]) * opacity)[states]
        source = np.concatenate((np.array(rgb_of(colour)) / 255, [1.0])) * alpha[:, None]
        out = source + out * (1 - alpha[:, None])
    return packed(out)


def heat_lut(opacity: float) -> NDArray[np.uint32]:
    """Premultiplied colours of a heat map's 256 values; alpha follows the value, 0 is clear."""
    value = np.linspace(0.0, 1.0, 256)
    stops = np.linspace(0.0, 1.0, len(_CIVIDIS))
    rgb = np.stack([np.interp(value, stops, [c[i] / 255 for c in _CIVIDIS]) for i in range(3)], axis=1)
    alpha = np.clip(opacity * 1.25 * value, 0.0, opacity)[:, None]
    return packed(np.concatenate((rgb * alpha, alpha), axis=1))
