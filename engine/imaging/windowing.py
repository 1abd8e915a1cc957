"""Grey levels to screen levels: the VOI functions of DICOM PS3.3, C.11.2.1.2 and C.11.2.1.3."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import WrongUsage
from engine.records import LookupTable, Window


def apply_window(values: NDArray[Any], window: Window) -> NDArray[np.float64]:
    """Window grey values.

    Parameters
    ----------
    values
        Any real type, in the units of the window.

    Returns
    -------
    float64 of the same shape, 0–1.

    Raises
    ------
    WrongUsage
        The width is not positive (below 1 for LINEAR), or the function is unknown.
    """
    x = np.asarray(values, np.float64)
    center, width = window.center, window.width
    if window.curve is not None:
        return _along(x, window, window.curve)
    if window.function == "LINEAR":
        if width < 1:
            raise WrongUsage(f"a LINEAR window is at least 1 wide, not {width}")
        if width == 1:
            return (x > center - 0.5).astype(np.float64)
        return np.clip((x - (center - 0.5)) / (width - 1) + 0.5, 0.0, 1.0)
    if width <= 0:
        raise WrongUsage(f"a window's width is positive, not {width}")
    if window.function == "LINEAR_EXACT":
        return np.clip((x - center) / width + 0.5, 0.0, 1.0)
    if window.function == "SIGMOID":
        return np.asarray(1.0 / (1.0 + np.exp(np.clip(-4.0 * (x - center) / width, -700.0, 700.0))))
    raise WrongUsage(f"VOI LUT function {window.function!r} is unknown")


def _along(x: NDArray[np.float64], window: Window, curve: LookupTable) -> NDArray[np.float64]:
    """Through a VOI LUT stretched over the window: at the LUT's own center and width it is the LUT."""
    table = curve.values
    place = (x - (window.center - window.width / 2)) * (len(table) / window.width)
    index = np.clip(np.floor(place + 1e-9), 0, len(table) - 1).astype(np.intp)
    return np.asarray(table[index] / (2.0**curve.bits - 1.0))


def lookup_table(dtype: np.dtype[Any] | type, window: Window) -> NDArray[np.uint8]:
    """Screen level of every value of an 8- or 16-bit type.

    Returns
    -------
    uint8 ``[256]`` or ``[65536]``; entry ``i`` is for the value whose bits read as unsigned are ``i``, so
    that ``table[array.view(unsigned)]`` works for signed arrays too.
    """
    kind = np.dtype(dtype)
    if kind.kind not in "ui" or kind.itemsize > 2:
        raise WrongUsage(f"a lookup table needs an 8- or 16-bit type, not {kind}")
    count = 256**kind.itemsize
    values = np.arange(count, dtype=np.dtype(f"u{kind.itemsize}")).view(kind)
    return to_uint8(apply_window(values, window))


def to_uint8(fraction: NDArray[np.float64]) -> NDArray[np.uint8]:
    """0–1 to 0–255, rounded."""
    return np.rint(fraction * 255.0).astype(np.uint8)


def render(array: NDArray[Any], window: Window) -> NDArray[np.uint8]:
    """Window an 8- or 16-bit array by a lookup table: uint8 of the same shape."""
    table = lookup_table(array.dtype, window)
    return np.take(table, array.view(np.dtype(f"u{array.dtype.itemsize}")))


def full_range(lowest: float, highest: float, name: str = "") -> Window:
    """The LINEAR window that shows ``lowest`` as black and ``highest`` as white."""
    width = max(highest - lowest, 0.0) + 1.0
    return Window((lowest + highest) / 2 + 0.5, width, name)
