"""Directories of a TIFF or BigTIFF file (TIFF 6.0, section 2): what each page declares."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from engine.errors import UnreadableImage
from engine.io.limits import REMEDY

_MAX_PAGES = 4096
_SIZES = {1: 1, 3: 2, 4: 4, 7: 1, 16: 8}
_CODES = {1: "B", 3: "H", 4: "I", 7: "B", 16: "Q"}

SUBFILE, COLUMNS, ROWS, BITS, COMPRESSION, PHOTOMETRIC = 254, 256, 257, 258, 259, 262
ORIENTATION, SAMPLES, PLANAR, PALETTE, FORMAT = 274, 277, 284, 320, 339
STRIP_OFFSETS, STRIP_BYTES, TILE_OFFSETS, TILE_BYTES = 273, 279, 324, 325


@dataclass(frozen=True, slots=True)
class Directory:
    """Tags of one page: number -> values."""

    tags: dict[int, tuple[int, ...]]

    def first(self, tag: int, default: int) -> int:
        """The first value of a tag."""
        return self.tags.get(tag, (default,))[0]


def directories(data: bytes, where: object) -> tuple[Directory, ...]:
    """All pages in order.

    Raises
    ------
    UnreadableImage
        The file ends early, or its directories form a ring.
    """
    order = "<" if data[:2] == b"II" else ">"
    big = struct.unpack_from(f"{order}H", data, 2)[0] == 43
    try:
        at = struct.unpack_from(f"{order}{'Q' if big else 'I'}", data, 8 if big else 4)[0]
        seen: set[int] = set()
        pages: list[Directory] = []
        while at and len(pages) < _MAX_PAGES:
            if at in seen:
                raise UnreadableImage("is a damaged TIFF (its pages form a ring)", where, REMEDY)
            seen.add(at)
            page, at = _directory(data, at, order, big)
            pages.append(page)
    except struct.error as error:
        raise UnreadableImage("is a truncated TIFF", where, "Copy or export it again.") from error
    return tuple(pages)


def _directory(data: bytes, at: int, order: str, big: bool) -> tuple[Directory, int]:
    """One directory and the offset of the next."""
    count_code, entry_code, step = ("Q", "Q", 20) if big else ("H", "I", 12)
    (count,) = struct.unpack_from(f"{order}{count_code}", data, at)
    at += struct.calcsize(f"{order}{count_code}")
    tags: dict[int, tuple[int, ...]] = {}
    for index in range(count):
        place = at + index * step
        tag, kind, number = struct.unpack_from(f"{order}HH{entry_code}", data, place)
        if kind not in _CODES:
            continue
        value_at = place + step - (8 if big else 4)
        size = _SIZES[kind] * number
        if size > (8 if big else 4):
            (value_at,) = struct.unpack_from(f"{order}{entry_code}", data, value_at)
        if value_at + size > len(data):
            raise struct.error("a value lies behind the end")
        if number:
            tags[tag] = struct.unpack_from(f"{order}{number}{_CODES[kind]}", data, value_at)
    (following,) = struct.unpack_from(f"{order}{entry_code}", data, at + count * step)
    return Directory(tags), following
