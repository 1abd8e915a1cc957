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
from collections.abc import Callable, Mapping, Sequence
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
Reader = Callable[[Any], Any]

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
    return kind(**_fields(_readers(cast(Any, kind)), values))


def _fields(readers: Mapping[str, Reader], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: readers[name](value) for name, value in values.items() if name in readers}


@functools.cache
def _readers(kind: Any) -> dict[str, Reader]:
    hints = typing.get_type_hints(kind)
    return {f.name: _reader(hints[f.name]) for f in fields(kind)}


@functools.cache
def _reader(hint: Any) -> Reader:  # noqa: PLR0911 (one line a type)
    """What makes a field of that annotation from its JSON value; looked up once, for it is asked often."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        present = _reader(next(part for part in parts if part is not type(None)))
        return lambda value: None if value is None else present(value)
    if origin is tuple:
        readers = [_reader(part) for part in parts if part is not Ellipsis]
        if Ellipsis in parts:
            return lambda values: tuple(map(readers[0], values))
        return lambda values: tuple(read(v) for read, v in zip(readers, values, strict=True))
    if origin is not None and issubclass(origin, Mapping):
        element = _reader(parts[1])
        return lambda table: {k: element(v) for k, v in table.items()}
    if hint is bytes:
        return base64.b64decode
    if isinstance(hint, type) and is_dataclass(hint):
        return functools.partial(load, hint)
    if isinstance(hint, type) and issubclass(hint, (Enum, float, Path)):
        return hint
    return _as_it_is


def _as_it_is(value: Any) -> Any:
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
    return Prediction(model, **_fields(_prediction_readers(), values), **arrays)


@functools.cache
def _prediction_readers() -> dict[str, Reader]:
    return {name: read for name, read in _readers(Prediction).items() if name not in _ARRAYS}


def card_from_text(text: str) -> ModelCard:
    """A `ModelCard` from its JSON."""
    return load(ModelCard, json.loads(text))
