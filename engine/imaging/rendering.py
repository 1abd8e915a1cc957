"""Stored pixels to what a screen and a model see, in full bit depth.

The canvas array of a grey image is an affine image of its values *after the modality LUT* (the units of
windows): ``units = scale * array + offset`` (`display_scale`). With an integer rescale and MONOCHROME2 the
two are the same. MONOCHROME1 is turned around, so that larger always is brighter; a rescale that would
lose values in 16 bits is left out of the array. Presets of `window_presets` are in array units.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnreadableImage
from engine.imaging import geometry
from engine.imaging.windowing import full_range
from engine.records import ImageInfo, LookupTable, Window


@dataclass(frozen=True, slots=True)
class DisplayScale:
    """``units = scale * array + offset``; negative scale where the polarity was turned."""

    scale: float = 1.0
    offset: float = 0.0

    def units(self, value: float) -> float:
        """A canvas value in the units after the modality LUT (Hounsfield, optical density …)."""
        return self.scale * value + self.offset


def one_frame(stored: NDArray[Any], info: ImageInfo) -> NDArray[Any]:
    """The first frame of ``[frames, rows, columns(, 3)]``; arrays without the frame axis pass."""
    return stored[0] if stored.ndim > (3 if info.samples == 3 else 2) else stored


def _stored_range(info: ImageInfo) -> tuple[int, int]:
    if info.grey.signed:
        return -(2 ** (info.bits - 1)), 2 ** (info.bits - 1) - 1
    return 0, 2**info.bits - 1


def _inverted(info: ImageInfo) -> bool:
    return info.photometric == "MONOCHROME1"


def _through(values: NDArray[Any], table: LookupTable) -> NDArray[np.uint16]:
    index = np.clip(values.astype(np.int64) - table.first, 0, len(table.entries) // 2 - 1)
    return table.values[index]


def fundus_rgb(stored: NDArray[Any], info: ImageInfo) -> NDArray[np.uint8]:
    """A fundus photograph as models see it: uint8 RGB ``[H, W, 3]``, upright.

    More than 8 bits are scaled from the full range; a grey (red-free) photograph becomes three equal planes.
    """
    frame = one_frame(stored, info)
    if info.samples == 1:
        grey = np.rint(radiograph(frame, info) * 255.0).astype(np.uint8)
        return np.repeat(grey[..., np.newaxis], 3, axis=2)
    return np.ascontiguousarray(geometry.upright(_colour_uint8(frame, info), info.orientation))


def _colour_uint8(frame: NDArray[Any], info: ImageInfo) -> NDArray[np.uint8]:
    if frame.dtype == np.uint8 and info.bits == 8:
        return frame
    top = 2.0**info.bits - 1.0
    return np.rint(np.clip(frame.astype(np.float64), 0.0, top) * (255.0 / top)).astype(np.uint8)


def radiograph(stored: NDArray[Any], info: ImageInfo) -> NDArray[np.float32]:
    """A radiograph as models see it.

    Returns
    -------
    float32 ``[H, W]``, upright, 0–1 over the full range of the stored bits after the modality LUT, bright is
    dense. A colour file (a grey picture saved as RGB) gives its luma (ITU-R BT.601).
    """
    frame = one_frame(stored, info)
    if info.samples == 3:
        luma = frame.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
        fraction = luma / np.float32(2**info.bits - 1)
        return np.ascontiguousarray(geometry.upright(np.clip(fraction, 0.0, 1.0), info.orientation))
    if info.grey.table is not None:
        fraction = _through(frame, info.grey.table).astype(np.float32) / np.float32(
            2**info.grey.table.bits - 1
        )
    else:
        low, high = _stored_range(info)
        fraction = (frame.astype(np.float32) - np.float32(low)) / np.float32(max(high - low, 1))
        fraction = 1.0 - fraction if info.grey.slope < 0 else fraction
    fraction = np.clip(1.0 - fraction if _inverted(info) else fraction, 0.0, 1.0)
    return np.ascontiguousarray(geometry.upright(fraction.astype(np.float32), info.orientation))


def display_scale(info: ImageInfo) -> DisplayScale:
    """How the canvas array relates to the units of windows."""
    if info.samples == 3:
        return DisplayScale()
    applied = _applied_rescale(info)
    scale, offset = (1.0, 0.0) if applied or info.grey.table else (info.grey.slope, info.grey.intercept)
    if _inverted(info):
        low, high = _array_range(info)
        return DisplayScale(-scale, scale * (low + high) + offset)
    return DisplayScale(scale, offset)


def _applied_rescale(info: ImageInfo) -> bool:
    """Whether the rescale maps integers to integers that fit 16 bits: then the array has its units."""
    slope, intercept = info.grey.slope, info.grey.intercept
    if info.grey.table is not None or slope != int(slope) or intercept != int(intercept):
        return False
    ends = sorted(slope * value + intercept for value in _stored_range(info))
    return bool((ends[0] >= 0 and ends[1] <= 65535) or (ends[0] >= -32768 and ends[1] <= 32767))


def _array_range(info: ImageInfo) -> tuple[int, int]:
    """Smallest and largest value that the canvas array can have before its polarity is turned."""
    if info.grey.table is not None:
        return 0, 2**info.grey.table.bits - 1
    low, high = _stored_range(info)
    if _applied_rescale(info):
        slope, intercept = int(info.grey.slope), int(info.grey.intercept)
        low, high = sorted((slope * low + intercept, slope * high + intercept))
    return low, high


def display_source(stored: NDArray[Any], info: ImageInfo) -> NDArray[Any]:
    """An image for the canvas: upright, polarity solved, not yet windowed.

    Returns
    -------
    uint8 RGB ``[H, W, 3]``, or uint8, uint16 or int16 ``[H, W]`` in the units of `display_scale`.

    Raises
    ------
    UnreadableImage
        Grey values of more than 16 stored bits.
    """
    frame = one_frame(stored, info)
    if info.samples == 3:
        return np.ascontiguousarray(geometry.upright(_colour_uint8(frame, info), info.orientation))
    if info.bits > 16:
        raise UnreadableImage(f"has {info.bits} bits a pixel", info.path, "Export it with 16 bits at most.")
    low, high = _array_range(info)
    dtype = np.dtype(np.uint8 if low >= 0 and high <= 255 else np.uint16 if low >= 0 else np.int16)
    if frame.dtype == dtype and _as_stored(info):
        return np.ascontiguousarray(geometry.upright(frame, info.orientation))
    values = _display_values(frame, info)
    if _inverted(info):
        values = (low + high) - values
    limits = {"u1": (0, 255), "u2": (0, 65535), "i2": (-32768, 32767)}[dtype.str[1:]]
    values = np.clip(values, *limits).astype(dtype)
    return np.ascontiguousarray(geometry.upright(values, info.orientation))


def _as_stored(info: ImageInfo) -> bool:
    """Whether the canvas values are the stored ones: no LUT, no rescale, not turned around."""
    plain = info.grey.table is None and (info.grey.slope, info.grey.intercept) == (1.0, 0.0)
    return plain and not _inverted(info)


def _display_values(frame: NDArray[Any], info: ImageInfo) -> NDArray[np.int32]:
    if info.grey.table is not None:
        return _through(frame, info.grey.table).astype(np.int32)
    values = frame.astype(np.int32)
    if _applied_rescale(info) and (info.grey.slope, info.grey.intercept) != (1.0, 0.0):
        values = values * np.int32(info.grey.slope) + np.int32(info.grey.intercept)
    return values


def window_presets(info: ImageInfo) -> tuple[Window, ...]:
    """Windows and VOI LUTs of the file, in canvas units."""
    to_units = display_scale(info)
    return tuple(_in_array_units(window, to_units) for window in info.windows)


def _in_array_units(window: Window, to: DisplayScale) -> Window:
    """Undo ``units = scale * array + offset`` on a window.

    A LINEAR window is symmetric about ``center - 0.5``, and its slope is that of ``width - 1``
    (PS3.3, C.11.2.1.2.1); the others are symmetric about their center.
    """
    linear = window.function == "LINEAR" and window.curve is None
    middle = window.center - 0.5 if linear else window.center
    extent = window.width - 1.0 if linear else window.width
    middle, extent = (middle - to.offset) / to.scale, extent / abs(to.scale)
    if window.curve is not None:
        # entries stand for units [first, first + n): turned around, for ( … ] and so one further
        middle += 1.0 if to.scale < 0 else 0.0
    curve = _turned(window.curve) if window.curve is not None and to.scale < 0 else window.curve
    center, width = (middle + 0.5, extent + 1.0) if linear else (middle, extent)
    return replace(window, center=center, width=width, curve=curve)


def _turned(curve: LookupTable) -> LookupTable:
    """The LUT read from its end, with dark and bright swapped: for a picture whose polarity was turned."""
    values = (2**curve.bits - 1) - curve.values[::-1].astype(np.int64)
    return replace(curve, entries=np.clip(values, 0, 65535).astype("<u2").tobytes())


def _padding(info: ImageInfo) -> tuple[float, float] | None:
    """Padding in canvas units, where it can still be told there."""
    if info.grey.padding is None or info.grey.table is not None:
        return None
    low, high = info.grey.padding
    if _applied_rescale(info):
        low, high = (round(info.grey.slope * value + info.grey.intercept) for value in (low, high))
    if _inverted(info):
        ends = sum(_array_range(info))
        low, high = ends - low, ends - high
    return min(low, high), max(low, high)


def default_window(info: ImageInfo, array: NDArray[Any]) -> Window:
    """What the canvas shows first: the file's first window or VOI LUT, else from the 0.5th to the 99.5th
    percentile *(ours)* of the values that are not padding; 8-bit images without a window in full.

    Parameters
    ----------
    array
        Of `display_source`.
    """
    presets = window_presets(info)
    if presets:
        return presets[0]
    if array.ndim == 3 or array.dtype == np.uint8:
        return full_range(0, 255, "full range")
    values = array[:: max(array.shape[0] // 512, 1), :: max(array.shape[1] // 512, 1)].ravel()
    padding = _padding(info)
    if padding is not None:
        image = values[(values < padding[0]) | (values > padding[1])]
        values = image if image.size else values
    low, high = np.percentile(values, [0.5, 99.5])
    return full_range(float(low), float(high), "percentiles")
