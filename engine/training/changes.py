"""Changes to a config from words such as ``loop.steps=5``, checked against the types of its fields."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

from engine.errors import WrongUsage


def changed(config: Any, changes: Sequence[str]) -> Any:
    """A config with some fields replaced; ``loop.steps=5`` reaches into a part of it.

    Raises
    ------
    WrongUsage
        For a field that it does not have, or a value of another type.
    """
    known = {field.name: getattr(config, field.name) for field in dataclasses.fields(config)}
    values: dict[str, Any] = {}
    for change in changes:
        path, equals, text = change.partition("=")
        name, _, rest = path.partition(".")
        if not equals or name not in known:
            raise WrongUsage(f"{change!r} changes no field", remedy=f"Fields: {', '.join(sorted(known))}.")
        old = values.get(name, known[name])
        if rest and dataclasses.is_dataclass(old):
            values[name] = changed(old, [f"{rest}={text}"])
        else:
            values[name] = _value(path, text, old)
    return dataclasses.replace(config, **values)


def _remedy(old: Any) -> str:
    if dataclasses.is_dataclass(old):
        return f"Set its fields: {', '.join(f'.{field.name}' for field in dataclasses.fields(old))}."
    return "Change the value."


def _value(name: str, text: str, old: Any) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    if isinstance(old, tuple) and isinstance(value, list):
        value = tuple(value)
    if isinstance(old, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if old is not None and (
        not isinstance(value, type(old)) or isinstance(value, bool) is not isinstance(old, bool)
    ):
        raise WrongUsage(f"{name} is of type {type(old).__name__}, not {text!r}", remedy=_remedy(old))
    return value
