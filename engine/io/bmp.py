"""Windows bitmaps; always read as 8 bits a sample."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnreadableImage
from engine.io.limits import REMEDY, check_size
from engine.io.rasters import bgr_to_rgb, decode_cv2, only_frame
from engine.io.reader import Source
from engine.records import ImageInfo

_UNPACKED = (0, 3, 6)  # BI_RGB, BI_BITFIELDS, BI_ALPHABITFIELDS


def _header(source: Source) -> tuple[int, int, bool]:
    """(rows, columns, grey) of a bitmap whose pixels are all there."""
    data, where = source.data, source.path
    if len(data) < 54:
        raise UnreadableImage("is a truncated BMP: it ends in its header", where, REMEDY)
    (start, header_size, columns, height) = struct.unpack_from("<IIii", data, 10)
    if header_size < 40:
        raise UnreadableImage("is a BMP of the OS/2 kind", where, "Save it as PNG.")
    bits, compression = struct.unpack_from("<HI", data, 28)
    rows = abs(height)
    check_size(rows, columns, where)
    line = (columns * bits + 31) // 32 * 4
    if compression in _UNPACKED and start + rows * line > len(data):
        raise UnreadableImage("is a truncated BMP", where, "Copy or export it again.")
    if bits > 8:
        return rows, columns, False
    (used,) = struct.unpack_from("<I", data, 46)
    palette = data[14 + header_size : 14 + header_size + 4 * (used or 2**bits)]
    entries = np.frombuffer(palette[: len(palette) // 4 * 4], np.uint8).reshape(-1, 4)
    grey = bool((entries[:, 0] == entries[:, 1]).all() and (entries[:, 1] == entries[:, 2]).all())
    return rows, columns, grey


def info(source: Source) -> ImageInfo:
    """Describe a bitmap; one with a palette of greys is grey."""
    rows, columns, grey = _header(source)
    return ImageInfo(
        source.path,
        source.sha256,
        "bmp",
        rows,
        columns,
        samples=1 if grey else 3,
        photometric="MONOCHROME2" if grey else "RGB",
    )


def pixels(source: Source, frame: int | None) -> NDArray[Any]:
    """Stored pixels uint8 ``[1, rows, columns(, 3)]``, top row first; alpha dropped."""
    import cv2

    only_frame(frame, 1, source.path)
    grey = _header(source)[2]
    decoded = decode_cv2(source.data, cv2.IMREAD_COLOR, source.path)
    return (decoded[..., 0].copy() if grey else bgr_to_rgb(decoded))[None]
