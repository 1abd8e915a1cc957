"""PNG (ISO/IEC 15948): 8 and 16 bit, grey, colour and palette."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from engine.errors import UnreadableImage
from engine.io import exif
from engine.io.limits import DEFLATE_RATIO, REMEDY, check_size
from engine.io.rasters import bgr_to_rgb, decode_cv2, only_frame
from engine.io.reader import Source
from engine.records import ImageInfo

_GREY, _RGB, _PALETTE, _GREY_ALPHA, _RGB_ALPHA = 0, 2, 3, 4, 6
_CHANNELS = {_GREY: 1, _RGB: 3, _PALETTE: 1, _GREY_ALPHA: 2, _RGB_ALPHA: 4}


@dataclass(frozen=True, slots=True)
class _Header:
    rows: int
    columns: int
    bits: int
    colour: int
    orientation: int

    @property
    def samples(self) -> int:
        return 1 if self.colour in (_GREY, _GREY_ALPHA) else 3


def _header(source: Source) -> _Header:
    data, where = source.data, source.path
    if len(data) < 33 or data[12:16] != b"IHDR":
        raise UnreadableImage("is a truncated PNG: it ends in its header", where, REMEDY)
    columns, rows, bits, colour = struct.unpack_from(">IIBB", data, 16)
    check_size(rows, columns, where)
    if colour not in _CHANNELS or bits not in (1, 2, 4, 8, 16):
        raise UnreadableImage(f"is a PNG of unknown kind (colour {colour}, {bits} bit)", where, REMEDY)
    packed = 0
    turned = 1
    at, ended = 8, False
    while at + 12 <= len(data) and not ended:
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            break
        if zlib.crc32(data[at + 4 : end - 4]) != struct.unpack_from(">I", data, end - 4)[0]:
            raise UnreadableImage("is a damaged PNG (checksum)", where, REMEDY)
        packed += length if name == b"IDAT" else 0
        if name == b"eXIf":
            turned = exif.orientation(data[at + 8 : end - 4])
        ended = name == b"IEND"
        at = end
    if not ended:
        raise UnreadableImage("is a truncated PNG", where, "Copy or export it again.")
    if rows * ((columns * bits * _CHANNELS[colour] + 7) // 8) > packed * DEFLATE_RATIO:
        raise UnreadableImage(
            f"declares {columns}×{rows} pixels, more than its {packed} bytes can hold", where, REMEDY
        )
    return _Header(rows, columns, bits, colour, turned)


def info(source: Source) -> ImageInfo:
    """Describe a PNG file. Grey of 1, 2 or 4 bit is scaled to 8 as it is read."""
    header = _header(source)
    return ImageInfo(
        source.path,
        source.sha256,
        "png",
        header.rows,
        header.columns,
        samples=header.samples,
        bits=max(header.bits, 8),
        photometric="RGB" if header.samples == 3 else "MONOCHROME2",
        orientation=header.orientation,
    )


def pixels(source: Source, frame: int | None) -> NDArray[Any]:
    """Stored pixels ``[1, rows, columns(, 3)]``; palette looked up, alpha dropped."""
    import cv2

    only_frame(frame, 1, source.path)
    header = _header(source)
    decoded = decode_cv2(source.data, cv2.IMREAD_UNCHANGED, source.path)
    if header.samples == 1:
        return (decoded if decoded.ndim == 2 else decoded[..., 0].copy())[None]
    return bgr_to_rgb(decoded)[None]
