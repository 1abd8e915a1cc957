"""Small pictures for thumbnails and for telling fundus from chest, by the cheapest way to get them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.imaging import geometry
from engine.imaging.rendering import default_window, display_source
from engine.imaging.windowing import render
from engine.io.rasters import bgr_to_rgb, decode_cv2, only_frame
from engine.io.reader import Source
from engine.io.readers import info_of, pixels_of
from engine.records import ImageInfo


def preview_of(source: Source, longest: int, info: ImageInfo | None = None) -> NDArray[np.uint8]:
    """A picture of a file, upright, windowed, shrunk so that its longer side is at most ``longest``.

    Returns
    -------
    uint8 grey ``[h, w]`` or RGB ``[h, w, 3]``.

    Raises
    ------
    UnreadableImage
    """
    info = info or info_of(source)
    if info.kind == "jpeg" and info.bits == 8:
        small = geometry.upright(_reduced_jpeg(source, info, longest), info.orientation)
    else:
        array = display_source(pixels_of(source, 0), info)
        small = array if array.ndim == 3 else render(array, default_window(info, array))
    return shrunk(np.ascontiguousarray(small), longest)


def reduced_pixels(source: Source, frame: int | None, info: ImageInfo, least: int) -> NDArray[Any]:
    """Stored pixels as of `engine.io.readers.pixels_of`, shrunk where that makes decoding cheaper.

    Parameters
    ----------
    least
        Longer side in pixels that must be left of a larger image. Only 8-bit JPEG files are shrunk, to a
        half, a quarter or an eighth of their size, rounded up; 0: nothing is.

    Raises
    ------
    UnreadableImage
    """
    if not least or info.kind != "jpeg" or info.bits != 8 or _factor(info, least) == 1:
        return pixels_of(source, frame)
    only_frame(frame, 1, source.path)
    return _reduced_jpeg(source, info, least)[np.newaxis]


def _factor(info: ImageInfo, least: int) -> int:
    return max((f for f in (1, 2, 4, 8) if max(info.rows, info.columns) // f >= least), default=1)


def _reduced_jpeg(source: Source, info: ImageInfo, longest: int) -> NDArray[Any]:
    """Decode a half, a quarter or an eighth of the size: the transform of each block does the shrinking."""
    import cv2

    names = {1: "", 2: "REDUCED_", 4: "REDUCED_", 8: "REDUCED_"}
    factor = _factor(info, longest)
    kind = "GRAYSCALE" if info.samples == 1 else "COLOR"
    suffix = f"_{factor}" if factor > 1 else ""
    flags = int(getattr(cv2, f"IMREAD_{names[factor]}{kind}{suffix}"))
    decoded = decode_cv2(source.data, flags, source.path)
    return decoded if info.samples == 1 else bgr_to_rgb(decoded)


def shrunk(array: NDArray[Any], longest: int) -> NDArray[Any]:
    """Area-averaged so that the longer side is at most ``longest``; never enlarged."""
    import cv2

    rows, columns = array.shape[:2]
    factor = longest / max(rows, columns)
    if factor >= 1:
        return array
    size = (max(round(columns * factor), 1), max(round(rows * factor), 1))
    return np.asarray(cv2.resize(array, size, interpolation=cv2.INTER_AREA))
