"""Grey values of DICOM: modality LUT, windows and VOI LUTs, padding (PS3.3, C.11.1, C.11.2, C.7.5.1.1.2)."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

import numpy as np

from engine.io.dicom_file import value_of
from engine.io.dicom_header import items, numbers, text
from engine.io.dicom_layout import Layout
from engine.records import GreyTransform, LookupTable, Window

_FUNCTIONS = ("LINEAR", "LINEAR_EXACT", "SIGMOID")


def grey_transform(dataset: Any, layout: Layout) -> GreyTransform:
    """Modality LUT and padding; damaged parts are taken for missing."""
    table = next(iter(_tables(dataset, "ModalityLUTSequence", layout.signed)), None)
    slope, intercept = 1.0, 0.0
    if table is None:
        for source in (dataset, *_shared(dataset, "PixelValueTransformationSequence")):
            slopes, intercepts = numbers(source, "RescaleSlope"), numbers(source, "RescaleIntercept")
            if slopes and slopes[0] != 0:
                slope, intercept = slopes[0], intercepts[0] if intercepts else 0.0
                break
    return GreyTransform(slope, intercept, table, _padding(dataset, layout), layout.signed)


def _shared(dataset: Any, name: str) -> tuple[Any, ...]:
    groups = items(dataset, "SharedFunctionalGroupsSequence")
    return tuple(item for group in groups for item in items(group, name))


def _padding(dataset: Any, layout: Layout) -> tuple[int, int] | None:
    value = numbers(dataset, "PixelPaddingValue")
    if not value or layout.samples != 1:
        return None
    limit = numbers(dataset, "PixelPaddingRangeLimit")
    bounds = [_as_stored(int(number), layout) for number in (value[0], limit[0] if limit else value[0])]
    return min(bounds), max(bounds)


def _as_stored(value: int, layout: Layout) -> int:
    """Padding written with the wrong sign (US for SS), as many files have it."""
    span = 1 << layout.bits_allocated
    if layout.signed and value >= 1 << (layout.bits_allocated - 1):
        return value - span
    return value + span if not layout.signed and value < 0 else value


def windows(dataset: Any, transform: GreyTransform) -> tuple[Window, ...]:
    """Windows, then VOI LUTs, in the order of the file: the presets of the reader."""
    found: list[Window] = []
    for source in (dataset, *_shared(dataset, "FrameVOILUTSequence")):
        centers, widths = numbers(source, "WindowCenter"), numbers(source, "WindowWidth")
        names = text(source, "WindowCenterWidthExplanation").strip("[]").replace("'", "").split(",")
        function = text(source, "VOILUTFunction").upper()
        function = function if function in _FUNCTIONS else "LINEAR"
        for center, width, name in zip_longest(centers, widths, names[: len(centers)]):
            if center is not None and width is not None and width > 0:
                # narrower than 1 makes sense only as the exact function (rescaled to fractions)
                exact = "LINEAR_EXACT" if function == "LINEAR" and width < 1 else function
                found.append(Window(center, width, (name or "").strip(), exact))
    signed = transform.table is None and (transform.signed or transform.intercept < 0)
    for table in _tables(dataset, "VOILUTSequence", signed):
        entries = len(table.entries) // 2
        found.append(Window(table.first + entries / 2, float(entries), "VOI LUT", "LINEAR", table))
    return tuple(found)


def _tables(dataset: Any, name: str, signed: bool) -> tuple[LookupTable, ...]:
    found = []
    for item in items(dataset, name):
        descriptor = numbers(item, "LUTDescriptor")
        if len(descriptor) != 3:
            continue
        entries = int(descriptor[0]) % 65536 or 65536
        first, bits = int(descriptor[1]), int(descriptor[2])
        first = first - 65536 if signed and first >= 32768 else first
        values = _entries(value_of(item, "LUTData"), entries, item)
        if values is not None and 1 <= bits <= 16:
            found.append(LookupTable(first, bits, values.astype("<u2").tobytes()))
    return tuple(found)


def _entries(data: Any, entries: int, item: Any) -> np.ndarray[Any, np.dtype[np.uint16]] | None:
    """LUT data come as bytes (OW), or as one number or a list (US, SS)."""
    if isinstance(data, bytes):
        order = "<" if item.original_encoding[1] is not False else ">"
        if len(data) >= 2 * entries:
            return np.frombuffer(data, f"{order}u2", entries).astype(np.uint16)
        return np.frombuffer(data, np.uint8, entries).astype(np.uint16) if len(data) >= entries else None
    if data is None or isinstance(data, str | int) or len(data) < entries:
        return None
    return (np.array(list(data)[:entries], np.int64) & 0xFFFF).astype(np.uint16)
