"""A DICOM file as a pydicom data set without its pixels, and where in the bytes the pixels lie.

The pixel element is walked here and not by pydicom: a fragment may hold the bytes of a sequence
delimiter, deflated data sets need a bound, and a header can be read without touching the pixels.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from engine.errors import UnreadableImage
from engine.io.limits import MAX_ARRAY_BYTES, REMEDY
from engine.io.reader import Source

DEFLATED = "1.2.840.10008.1.2.1.99"
_EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
_LONG_VRS = frozenset({b"OB", b"OW", b"UN", b"OF", b"OD", b"SQ", b"UT", b"UC", b"UR", b"OL", b"OV"})
_UNDEFINED = 0xFFFFFFFF
_PIXEL_DATA = (0x7FE0, 0x0010)
_FLOAT_PIXELS = ((0x7FE0, 0x0008), (0x7FE0, 0x0009))
_ITEM, _SEQUENCE_END = (0xFFFE, 0xE000), (0xFFFE, 0xE0DD)


@dataclass(frozen=True, slots=True)
class DicomFile:
    """A parsed header and the place of the pixels.

    Attributes
    ----------
    dataset
        pydicom data set of everything before the pixel element.
    transfer_syntax
        UID; as guessed from the bytes where the file has none.
    little_endian
        Byte order of the data set.
    data
        The bytes that `pixels_at` counts in: of the file, or inflated.
    pixels_at
        Offset of the pixel element, or -1 when there is none.
    """

    dataset: Any
    transfer_syntax: str
    little_endian: bool
    data: bytes
    pixels_at: int
    where: object


def parse(source: Source) -> DicomFile:
    """Read the header of a DICOM file, with or without preamble and meta information.

    Raises
    ------
    UnreadableImage
        It is damaged, or inflates to more than we read.
    """
    from pydicom import dcmread

    syntax, start = _meta(source.data)
    data = source.data
    if syntax == DEFLATED:
        data = _inflated(source, start)
    stream = BytesIO(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd values, which we judge ourselves
            dataset = dcmread(stream, stop_before_pixels=True, force=True)
            implicit, little = dataset.original_encoding
    except Exception as error:  # whatever a parser trips over in a hostile file
        raise UnreadableImage(f"is a damaged DICOM file ({_short(error)})", source.path, REMEDY) from error
    if not syntax:
        syntax = "1.2.840.10008.1.2" if implicit else _EXPLICIT_LITTLE if little else "1.2.840.10008.1.2.2"
    at = stream.tell()
    at = at if at + 8 <= len(data) else -1
    return DicomFile(dataset, syntax, bool(little), data, at, source.path)


def value_of(dataset: Any, name: str, damaged: Any = None) -> Any:
    """Value of an attribute by its keyword; None when it is missing.

    pydicom decodes values as they are read, and raises nearly anything over a damaged one: an attribute
    that cannot be decoded counts as missing, or gives ``damaged`` to those who must tell the two apart.
    """
    try:
        return getattr(dataset, name, None)
    except Exception:
        return damaged


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text[:120] or type(error).__name__


def _meta(data: bytes) -> tuple[str, int]:
    """Transfer syntax UID and the offset behind the meta information; ("", 0) without one."""
    at = 132 if data[128:132] == b"DICM" else 0
    syntax = ""
    while data[at : at + 2] == b"\x02\x00" and at + 8 <= len(data):
        element, vr, length = struct.unpack_from("<H2sH", data, at + 2)
        value = at + 8
        if vr in _LONG_VRS:
            if at + 12 > len(data):
                break
            (length,) = struct.unpack_from("<I", data, at + 8)
            value = at + 12
        if element == 0x0010:
            syntax = data[value : value + length].rstrip(b"\0 ").decode("ascii", "replace")
        at = value + length
    return syntax, at


def _inflated(source: Source, start: int) -> bytes:
    """The file with its data set inflated, and said to be explicit little endian (PS3.5, A.5)."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        body = inflater.decompress(source.data[start:], MAX_ARRAY_BYTES)
    except zlib.error as error:
        raise UnreadableImage(f"cannot be inflated ({error})", source.path, REMEDY) from error
    if inflater.unconsumed_tail:
        raise UnreadableImage("inflates to more than 1 GB", source.path, REMEDY)
    if not inflater.eof:
        raise UnreadableImage("is truncated: it ends within its deflated part", source.path, REMEDY)
    named = _EXPLICIT_LITTLE.ljust(len(DEFLATED), "\0").encode()
    return source.data[:start].replace(DEFLATED.encode(), named, 1) + body


@dataclass(frozen=True, slots=True)
class PixelElement:
    """The value of the pixel element.

    Attributes
    ----------
    native
        Bytes of uncompressed pixels; None when encapsulated.
    offsets
        Basic offset table; empty when it is.
    fragments
        Encapsulated fragments in order.
    starts
        Offset of each fragment's item, as the basic offset table counts.
    words
        Whether native pixels were written as 16-bit words, so that bytes are swapped in big endian.
    """

    native: memoryview | None
    offsets: tuple[int, ...] = ()
    fragments: tuple[memoryview, ...] = ()
    starts: tuple[int, ...] = ()
    words: bool = False


def pixel_element(file: DicomFile) -> PixelElement:
    """Find the pixels of a file.

    Raises
    ------
    UnreadableImage
        There are none, they are floating point, or they end early.
    """
    if file.pixels_at < 0:
        raise UnreadableImage("holds no pixels", file.where, "Choose the image itself, not its report.")
    order = "<" if file.little_endian else ">"
    vr = file.data[file.pixels_at + 4 : file.pixels_at + 6]
    implicit = vr not in _LONG_VRS  # by what is there: data sets that break their own syntax are common
    tag = struct.unpack_from(f"{order}HH", file.data, file.pixels_at)
    if tag in _FLOAT_PIXELS:
        raise UnreadableImage("holds floating-point pixels, no image", file.where, "Choose its source image.")
    if tag != _PIXEL_DATA:
        raise UnreadableImage("is truncated or damaged before its pixels", file.where, REMEDY)
    if implicit:
        value = file.pixels_at + 8
        (length,) = struct.unpack_from(f"{order}I", file.data, file.pixels_at + 4)
    else:
        value = file.pixels_at + 12
        if value > len(file.data):
            raise _truncated(file)
        (length,) = struct.unpack_from(f"{order}I", file.data, file.pixels_at + 8)
    if length != _UNDEFINED:
        return PixelElement(memoryview(file.data)[value : value + length], words=vr == b"OW")
    return _items(file, value)


def _truncated(file: DicomFile) -> UnreadableImage:
    return UnreadableImage("is truncated: its pixels end early", file.where, "Copy or export it again.")


def _items(file: DicomFile, at: int) -> PixelElement:
    """Walk the items of encapsulated pixels (PS3.5, A.4) by their lengths, not by searching."""
    view = memoryview(file.data)
    items: list[memoryview] = []
    starts: list[int] = []
    while at + 8 <= len(view):
        group, element, length = struct.unpack_from("<HHI", view, at)
        if (group, element) == _SEQUENCE_END:
            break
        if (group, element) != _ITEM:
            raise UnreadableImage("has damaged pixel fragments", file.where, REMEDY)
        if at + 8 + length > len(view):
            raise _truncated(file)
        items.append(view[at + 8 : at + 8 + length])
        starts.append(at)
        at += 8 + length
    if len(items) < 2:
        raise UnreadableImage("holds no compressed pixels", file.where, REMEDY)
    table = items[0]
    offsets = struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4])
    first = starts[1]
    return PixelElement(None, offsets, tuple(items[1:]), tuple(start - first for start in starts[1:]))
