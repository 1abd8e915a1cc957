"""Header of a JPEG codestream (ITU T.81): what it declares, before a decoder is let at it."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from engine.errors import UnreadableImage

_NO_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True)
class JpegHeader:
    """What the markers before the first scan say.

    Attributes
    ----------
    process
        Number of the SOF marker: 0 baseline, 1 extended, 2 progressive, 3 lossless, 55 JPEG-LS.
    component_ids
        One a component.
    adobe_transform
        Colour transform of the Adobe APP14 marker (0 none, 1 YCbCr, 2 YCCK); None without one.
    exif
        Body of the Exif APP1 marker, a TIFF file; empty without one.
    scan
        Offset of the first start-of-scan marker.
    """

    rows: int
    columns: int
    precision: int
    process: int
    component_ids: tuple[int, ...]
    jfif: bool
    adobe_transform: int | None
    exif: bytes
    scan: int

    @property
    def components(self) -> int:
        """Number of components: 1 grey, 3 colour, 4 CMYK or YCCK."""
        return len(self.component_ids)


def parse(data: bytes, where: object) -> JpegHeader:
    """Walk the markers up to the first scan.

    Raises
    ------
    UnreadableImage
        The data end, or declare no frame, before a scan begins.
    """
    frame: tuple[int, int, int, int, tuple[int, ...]] | None = None
    jfif, adobe, exif = False, None, b""
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise UnreadableImage("is no whole JPEG (a marker is missing)", where, "Export it again.")
        marker = data[at + 1]
        if marker == 0xFF or marker in _NO_LENGTH:  # fill byte, or a marker without a body
            at += 1 if marker == 0xFF else 2
            continue
        length = struct.unpack_from(">H", data, at + 2)[0]
        body = data[at + 4 : at + 2 + length]
        if marker == 0xDA and frame is not None:
            rows, columns, precision, process, ids = frame
            return JpegHeader(rows, columns, precision, process, ids, jfif, adobe, exif, at)
        if marker in _FRAME_HEADERS or marker == 0xF7:
            frame = _frame_header(marker, body, where)
        elif marker == 0xE0:
            jfif = jfif or body[:5] == b"JFIF\0"
        elif marker == 0xEE and body[:5] == b"Adobe" and len(body) >= 12:
            adobe = body[11]
        elif marker == 0xE1 and body[:6] == b"Exif\0\0":
            exif = exif or body[6:]
        at += 2 + max(length, 2)
    raise UnreadableImage("is a truncated JPEG: it ends in its header", where, "Copy or export it again.")


def _frame_header(marker: int, body: bytes, where: object) -> tuple[int, int, int, int, tuple[int, ...]]:
    if len(body) < 6 or len(body) < 6 + 3 * body[5]:
        raise UnreadableImage("is a damaged JPEG (frame header)", where, "Export it again.")
    precision, rows, columns, count = struct.unpack_from(">BHHB", body)
    ids = tuple(body[6 + 3 * index] for index in range(count))
    return rows, columns, precision, 55 if marker == 0xF7 else marker - 0xC0, ids


def is_complete(data: bytes, header: JpegHeader) -> bool:
    """Whether an end-of-image marker follows the first scan; entropy-coded bytes never look like one."""
    return data.find(b"\xff\xd9", header.scan) >= 0


def is_rgb(header: JpegHeader, otherwise: bool) -> bool:
    """Whether three components are RGB as they are, without the YCbCr transform.

    The codestream knows best: Adobe's marker, JFIF (always YCbCr), components named R, G, B. Only where
    it says nothing does the container's word count (`otherwise`): DICOM files that call YCbCr
    components RGB are common.
    """
    if header.adobe_transform is not None:
        return header.adobe_transform == 0
    if header.jfif:
        return False
    if header.component_ids == (82, 71, 66):  # ASCII R, G, B
        return True
    return otherwise
