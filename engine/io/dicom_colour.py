"""DICOM colour to RGB: YBR by the equations of PS3.3, C.7.6.3.1.2; palette by its tables (C.7.6.3.1.5)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnreadableImage
from engine.io.dicom_file import value_of
from engine.io.dicom_layout import Layout
from engine.io.limits import REMEDY

_FULL = np.array([[1.0, 0.0, 1.402], [1.0, -0.344136286, -0.714136286], [1.0, 1.772, 0.0]])
_PARTIAL = np.array([[1.1644, 0.0, 1.5960], [1.1644, -0.3917, -0.8130], [1.1644, 2.0173, 0.0]])


def ybr_to_rgb(values: NDArray[Any], layout: Layout) -> NDArray[Any]:
    """YBR_FULL or YBR_PARTIAL of any depth to RGB, rounded to the nearest value.

    Parameters
    ----------
    values
        Unsigned ``[rows, columns, 3]``: luma, blue and red chroma.
    """
    scale = 2.0 ** (layout.bits_stored - 8)
    partial = "PARTIAL" in layout.photometric
    matrix = (_PARTIAL if partial else _FULL).astype(np.float32)
    offset = np.array([16.0 if partial else 0.0, 128.0, 128.0], np.float32) * np.float32(scale)
    rgb = (values.astype(np.float32) - offset) @ matrix.T
    np.rint(rgb, out=rgb)
    return np.clip(rgb, 0, 2**layout.bits_stored - 1).astype(layout.dtype)


def palette_bits(dataset: Any, where: object) -> int:
    """Bits of a colour of the palette: 8 or 16.

    Raises
    ------
    UnreadableImage
        There is no palette, or it is damaged.
    """
    return 16 if _tables(dataset, where)[1].dtype == np.uint16 else 8


def palette_to_rgb(values: NDArray[Any], dataset: Any, layout: Layout, where: object) -> NDArray[Any]:
    """Look palette numbers up: ``[rows, columns, 3]`` in the depth of the palette, uint8 or uint16."""
    first, table = _tables(dataset, where)
    index = np.clip(values.astype(np.int64) - first, 0, len(table) - 1)
    return table[index]


def _tables(dataset: Any, where: object) -> tuple[int, NDArray[Any]]:
    """(first value mapped, table ``[entries, 3]``) of the three palettes."""
    columns = []
    first = 0
    for colour in ("Red", "Green", "Blue"):
        descriptor = value_of(dataset, f"{colour}PaletteColorLookupTableDescriptor")
        data = value_of(dataset, f"{colour}PaletteColorLookupTableData")
        segments = value_of(dataset, f"Segmented{colour}PaletteColorLookupTableData")
        if descriptor is None or len(descriptor) != 3:
            raise UnreadableImage("has no whole colour palette", where, REMEDY)
        entries, first, bits = (int(value) for value in descriptor)
        entries = entries % 65536 or 65536
        order = "<" if dataset.original_encoding[1] else ">"
        if isinstance(data, bytes):
            columns.append(_entries(data, entries, bits, order, where))
        elif isinstance(segments, bytes):
            columns.append(_expanded(segments, entries, bits, order, where))
        else:
            raise UnreadableImage("has no whole colour palette", where, REMEDY)
    return first, np.stack(columns, axis=-1)


def _expanded(data: bytes, entries: int, bits: int, order: str, where: object) -> NDArray[Any]:
    """A segmented palette (PS3.3, C.7.9.2): runs of values, straight lines, repeats of earlier segments."""
    wide = bits == 16
    codes = np.frombuffer(
        data[: len(data) // 2 * 2] if wide else data, f"{order}u2" if wide else "u1"
    ).tolist()
    values: list[int] = []
    at = 0
    try:
        while at < len(codes) and len(values) < entries:
            at = _segment(codes, at, values, wide, may_repeat=True)
    except IndexError as error:
        raise UnreadableImage("has a damaged colour palette", where, REMEDY) from error
    if len(values) != entries:
        raise UnreadableImage("has a damaged colour palette", where, REMEDY)
    return np.array(values, np.uint16 if wide else np.uint8)


def _segment(codes: list[int], at: int, values: list[int], wide: bool, may_repeat: bool) -> int:
    """Append the values of the segment at ``at``; gives the place of the next one."""
    opcode, length = codes[at], codes[at + 1]
    if opcode == 0:  # discrete
        if at + 2 + length > len(codes):
            raise IndexError
        values += codes[at + 2 : at + 2 + length]
        return at + 2 + length
    if opcode == 1:  # linear, from the value before to its own end value
        steps = np.rint(np.linspace(values[-1], codes[at + 2], length + 1)[1:])
        values += [int(step) for step in steps]
        return at + 3
    if opcode != 2 or not may_repeat:
        raise IndexError
    # indirect: as many segments again as its length says, from a byte offset in two words (or four bytes)
    parts = codes[at + 2 : at + (4 if wide else 6)]
    shift = 16 if wide else 8
    place = sum(part << (shift * index) for index, part in enumerate(parts)) // (2 if wide else 1)
    for _ in range(length):
        place = _segment(codes, place, values, wide, may_repeat=False)
    return at + 2 + len(parts)


def _entries(data: bytes, entries: int, bits: int, order: str, where: object) -> NDArray[Any]:
    """One colour's table; eight-bit entries may fill a byte or a word each."""
    wide = len(data) >= 2 * entries
    if len(data) < entries or bits not in (8, 16) or (bits == 16 and not wide):
        raise UnreadableImage("has a damaged colour palette", where, REMEDY)
    if wide:
        words = np.frombuffer(data, f"{order}u2", entries)
        return words.astype(np.uint16 if bits == 16 else np.uint8)
    return np.frombuffer(data, np.uint8, entries)
