"""EXIF orientation out of a TIFF structure (CIPA DC-008)."""

from __future__ import annotations

import struct

ORIENTATION = 274


def orientation(block: bytes) -> int:
    """Orientation tag of IFD 0.

    Parameters
    ----------
    block
        Body of an Exif marker or chunk: a TIFF header and its directory.

    Returns
    -------
    1–8; 1 where there is none, or where the block is damaged (the pixels can be shown all the same).
    """
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None or len(block) < 8:
        return 1
    (start,) = struct.unpack_from(f"{order}I", block, 4)
    if start + 2 > len(block):
        return 1
    (count,) = struct.unpack_from(f"{order}H", block, start)
    for index in range(count):
        at = start + 2 + 12 * index
        if at + 12 > len(block):
            return 1
        tag, kind, number = struct.unpack_from(f"{order}HHI", block, at)
        if tag == ORIENTATION and kind == 3 and number == 1:
            (value,) = struct.unpack_from(f"{order}H", block, at + 8)
            return value if 1 <= value <= 8 else 1
    return 1
