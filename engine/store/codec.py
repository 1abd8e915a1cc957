"""Records to JSON text and back, driven by their type annotations. No pickle.

A field that a stored text lacks takes its default, one that the record no longer has is left out: texts
written by an older Lynceus stay readable.
"""

from __future__ import annotations

import base64
import functools
import json
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np

from engine.records import (
    ImageInfo,
    Laterality,
    Modality,
    ModalitySource,
    ModelCard,
    ModelVersion,
    Prediction,
)

Record = TypeVar("Record")

_OWN_COLUMNS = {"path", "sha256"}
_ARRAYS = {"model", "masks", "maps", "embedding"}


def clean(text: str) -> str:
    """Text that every database takes: no NUL, no lone surrogates."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def dump(value: Any) -> str:
    """Compact JSON, ASCII only, of records, tuples, mappings, enums, paths, bytes and NumPy numbers."""
    return json.dumps(plain(value), separators=(",", ":"))


def plain(value: Any) -> Any:  # noqa: PLR0911 (one line a type)
    """The value in JSON's own types."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(plain(k)): plain(v) for k, v in value.items()}
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, (Sequence, frozenset, set)):
        return [plain(v) for v in value]
    raise TypeError(f"{type(value).__name__} has no place in the case store")


def load(kind: type[Record], values: Mapping[str, Any]) -> Record:
    """A record of that class from its JSON table."""
    hints = _hints(cast(Any, kind))
    known = {name: _load(hints[name], value) for name, value in values.items() if name in hints}
    return kind(**known)


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {f.name: hints[f.name] for f in fields(kind)}


def _load(hint: Any, value: Any) -> Any:  # noqa: PLR0911 (one line a type)
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        rest = [part for part in parts if part is not type(None)]
        return None if value is None else _load(rest[0], value)
    if origin is tuple:
        if len(parts) == 2 and parts[1] is Ellipsis:
            return tuple(_load(parts[0], v) for v in value)
        return tuple(_load(part, v) for part, v in zip(parts, value, strict=True))
    if origin is not None and issubclass(origin, Mapping):
        return {k: _load(parts[1], v) for k, v in value.items()}
    if hint is bytes:
        return base64.b64decode(value)
    if isinstance(hint, type) and is_dataclass(hint):
        return load(hint, value)
    if isinstance(hint, type) and issubclass(hint, (Enum, float, Path)):
        return hint(value)
    return value


def info_to_text(info: ImageInfo) -> str:
    """An `ImageInfo` as JSON; path and hash stand in their own columns."""
    return dump({f.name: getattr(info, f.name) for f in fields(info) if f.name not in _OWN_COLUMNS})


def info_from_text(
    text: str, path: Path, sha256: str, modality: str | None = None, laterality: str | None = None
) -> ImageInfo:
    """Undo `info_to_text`; a modality that differs from the file's is a reader's."""
    values = json.loads(text)
    if modality is not None and modality != values["modality"]:
        values["modality"], values["modality_source"] = Modality(modality), ModalitySource.READER
    if laterality is not None:
        values["laterality"] = Laterality(laterality)
    return load(ImageInfo, {**values, "path": path, "sha256": sha256})


def prediction_to_values(prediction: Prediction) -> dict[str, Any]:
    """Everything small of a prediction, JSON-ready; model and arrays are left to the caller."""
    names = [f.name for f in fields(prediction) if f.name not in _ARRAYS]
    return cast(dict[str, Any], plain({name: getattr(prediction, name) for name in names}))


def prediction_from_values(model: ModelVersion, values: Mapping[str, Any], **arrays: Any) -> Prediction:
    """Undo `prediction_to_values`."""
    hints = _prediction_hints()
    small = {name: _load(hints[name], value) for name, value in values.items() if name in hints}
    return Prediction(model, **small, **arrays)


@functools.cache
def _prediction_hints() -> dict[str, Any]:
    return {name: hint for name, hint in _hints(Prediction).items() if name not in _ARRAYS}


def card_from_text(text: str) -> ModelCard:
    """A `ModelCard` from its JSON."""
    return load(ModelCard, json.loads(text))
