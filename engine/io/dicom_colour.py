"""DICOM colour to RGB: YBR by the equations of PS3.3, C.7.6.3.1.2; palette by its tables (C.7.6.3.1.5)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnreadableImage
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
        descriptor = getattr(dataset, f"{colour}PaletteColorLookupTableDescriptor", None)
        data = getattr(dataset, f"{colour}PaletteColorLookupTableData", None)
        if descriptor is None or not isinstance(data, bytes) or len(descriptor) != 3:
            raise UnreadableImage("has no whole colour palette (segmented ones are not read)", where, REMEDY)
        entries, first, bits = (int(value) for value in descriptor)
        entries = entries % 65536 or 65536
        order = "<" if dataset.original_encoding[1] else ">"
        columns.append(_entries(data, entries, bits, order, where))
    return first, np.stack(columns, axis=-1)


def _entries(data: bytes, entries: int, bits: int, order: str, where: object) -> NDArray[Any]:
    """One colour's table; eight-bit entries may fill a byte or a word each."""
    wide = len(data) >= 2 * entries
    if len(data) < entries or bits not in (8, 16) or (bits == 16 and not wide):
        raise UnreadableImage("has a damaged colour palette", where, REMEDY)
    if wide:
        words = np.frombuffer(data, f"{order}u2", entries)
        return words.astype(np.uint16 if bits == 16 else np.uint8)
    return np.frombuffer(data, np.uint8, entries)
