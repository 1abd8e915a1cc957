"""Compressed frames to arrays: one function a codec, each told nothing but the bytes.

What a codestream declares is compared with what its container declares before it is decoded.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnreadableImage
from engine.io import jpeg_markers
from engine.io.limits import REMEDY, check_size

_SIZ = b"\xff\x4f\xff\x51"


def _damaged(codec: str, where: object, error: BaseException) -> UnreadableImage:
    text = " ".join(str(error).split())[:120]
    return UnreadableImage(f"has damaged {codec} pixels ({text})", where, REMEDY)


def decode_jpeg(data: bytes, where: object, rgb_by_container: bool) -> NDArray[Any]:
    """Decode a JPEG codestream: 8, 12 or 16 bit, baseline, extended, progressive or lossless.

    Parameters
    ----------
    rgb_by_container
        Whether the container calls three components RGB; see `jpeg_markers.is_rgb`. Components of the
        lossless process are given as they are: it knows no colour transform.

    Returns
    -------
    uint8 or uint16 ``[rows, columns]`` or RGB ``[rows, columns, 3]``.

    Raises
    ------
    UnreadableImage
    """
    import imagecodecs

    header = jpeg_markers.parse(data, where)
    check_size(header.rows, header.columns, where)
    try:
        if header.components == 1:
            return np.asarray(imagecodecs.jpeg8_decode(data))
        as_is = header.process == 3 or jpeg_markers.is_rgb(header, rgb_by_container)
        space = "RGB" if as_is else "YCBCR"
        return np.asarray(imagecodecs.jpeg8_decode(data, colorspace=space, outcolorspace="RGB"))
    except (RuntimeError, ValueError) as error:
        raise _damaged("JPEG", where, error) from error


def decode_jpegls(data: bytes, where: object) -> NDArray[Any]:
    """Decode a JPEG-LS codestream (ITU T.87): ``[rows, columns(, 3)]``, uint8 or uint16."""
    import imagecodecs

    header = jpeg_markers.parse(data, where)
    check_size(header.rows, header.columns, where)
    try:
        return np.asarray(imagecodecs.jpegls_decode(data))
    except (RuntimeError, ValueError) as error:
        raise _damaged("JPEG-LS", where, error) from error


def jpeg2000_size(data: bytes, where: object) -> tuple[int, int, int]:
    """(rows, columns, components) of a JPEG 2000 codestream, bare or in a JP2 box (T.800, A.5.1)."""
    at = data.find(_SIZ)
    if at < 0 or at + 42 > len(data):
        raise UnreadableImage("has damaged JPEG 2000 pixels (no header)", where, REMEDY)
    x1, y1, x0, y0 = struct.unpack_from(">IIII", data, at + 8)
    (components,) = struct.unpack_from(">H", data, at + 40)
    return y1 - y0, x1 - x0, components


def jpeg2000_transforms(data: bytes) -> bool:
    """Whether the codestream has a colour transform of its own, which decoding undoes (T.800, A.6.1)."""
    at = data.find(b"\xff\x52", data.find(_SIZ))
    return at >= 0 and at + 9 <= len(data) and data[at + 8] == 1


def decode_jpeg2000(data: bytes, where: object) -> NDArray[Any]:
    """Decode JPEG 2000 or high-throughput JPEG 2000: ``[rows, columns(, 3)]``, the codestream's type."""
    import imagecodecs

    rows, columns, _ = jpeg2000_size(data, where)
    check_size(rows, columns, where)
    try:
        return np.asarray(imagecodecs.jpeg2k_decode(data))
    except (RuntimeError, ValueError) as error:
        raise _damaged("JPEG 2000", where, error) from error


def decode_rle(data: bytes, where: object, plane_bytes: int, planes: int) -> NDArray[np.uint8]:
    """Decode a DICOM RLE frame (PS3.5, annex G): uint8 ``[planes, plane_bytes]``, one byte plane a segment.

    Segments may be longer than a plane by padding, never shorter.
    """
    import imagecodecs

    if len(data) < 64:
        raise UnreadableImage("has damaged RLE pixels (header)", where, REMEDY)
    count, *offsets = struct.unpack_from("<16I", data)
    if count != planes:
        raise UnreadableImage(f"has {count} RLE segments where {planes} belong", where, REMEDY)
    ends = [*offsets[1:count], len(data)]
    result = np.empty((planes, plane_bytes), np.uint8)
    for plane, (start, end) in enumerate(zip(offsets[:count], ends, strict=True)):
        if not 64 <= start <= end <= len(data):
            raise UnreadableImage("has damaged RLE pixels (offsets)", where, REMEDY)
        try:
            unpacked = imagecodecs.packbits_decode(data[start:end])
        except (RuntimeError, ValueError) as error:
            raise _damaged("RLE", where, error) from error
        if len(unpacked) < plane_bytes:
            raise UnreadableImage("is truncated: its RLE pixels end early", where, REMEDY)
        result[plane] = np.frombuffer(unpacked, np.uint8, plane_bytes)
    return result


def inflate_frame(data: bytes, where: object, expected: int) -> bytes:
    """Inflate one deflated frame (PS3.5, A.4.13), at most to the size that the header declares."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        inflated = inflater.decompress(data, expected + 2)
    except zlib.error as error:
        raise _damaged("deflated", where, error) from error
    if not expected <= len(inflated) <= expected + 1:  # one byte may pad to an even length
        raise UnreadableImage("has deflated pixels of another size than declared", where, REMEDY)
    return inflated[:expected]
