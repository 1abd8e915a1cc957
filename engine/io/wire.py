"""`ImageInfo` as JSON: between processes, and in `inspect`."""

from __future__ import annotations

import base64
import os
from dataclasses import fields
from pathlib import Path
from typing import Any

from engine.records import (
    GreyTransform,
    ImageInfo,
    Laterality,
    LookupTable,
    Modality,
    ModalitySource,
    Window,
)


def _from_table(table: LookupTable | None) -> list[Any] | None:
    return None if table is None else [table.first, table.bits, base64.b64encode(table.entries).decode()]


def _to_table(value: list[Any] | None) -> LookupTable | None:
    return None if value is None else LookupTable(value[0], value[1], base64.b64decode(value[2]))


def from_info(info: ImageInfo) -> dict[str, Any]:
    """As JSON values; `to_info` gives an equal record back. The path is hex of its bytes."""
    plain = {field.name: getattr(info, field.name) for field in fields(info)}
    grey = info.grey
    plain |= {
        "path": os.fsencode(info.path).hex(),
        "windows": [[w.center, w.width, w.name, w.function, _from_table(w.curve)] for w in info.windows],
        "grey": [grey.slope, grey.intercept, _from_table(grey.table), grey.padding, grey.signed],
    }
    return plain


def to_info(plain: dict[str, Any]) -> ImageInfo:
    """Undo `from_info`."""
    slope, intercept, table, padding, signed = plain["grey"]
    grey = GreyTransform(slope, intercept, _to_table(table), tuple(padding) if padding else None, signed)
    spacing = plain["pixel_spacing"]
    return ImageInfo(
        **{
            **plain,
            "path": Path(os.fsdecode(bytes.fromhex(plain["path"]))),
            "modality": Modality(plain["modality"]),
            "modality_source": ModalitySource(plain["modality_source"]),
            "laterality": Laterality(plain["laterality"]),
            "pixel_spacing": tuple(spacing) if spacing else None,
            "windows": tuple(Window(c, w, n, f, _to_table(t)) for c, w, n, f, t in plain["windows"]),
            "grey": grey,
        }
    )
