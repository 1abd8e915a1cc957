"""Train a system from a named configuration of its recipe."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from engine import systems
from engine.errors import TooFewSamples, WrongUsage
from engine.progress import Progress, silent
from engine.store.database import translated


def train_system(
    system: str,
    data: Path | None,
    out: Path,
    *,
    recipe: str = "shipped",
    changes: Sequence[str] = (),
    device: str = "auto",
    command: str = "",
    progress: Progress = silent,
) -> dict[str, Any]:
    """Train and save weights with their card.

    Parameters
    ----------
    data
        Folder with a ``manifest.csv`` (`engine.data.manifest`); None trains on phantoms alone.
    recipe
        Name in the recipe's ``CONFIGS``.
    changes
        ``field=value`` with a JSON value, or plain text.

    Returns
    -------
    dict
        The card's metrics.

    Raises
    ------
    WrongUsage, TooFewSamples, BadTable
    StoreUnavailable
        At once when the weights could not be written at the end.
    """
    _check_writable(out)
    module = systems.load_part(systems.system(system).recipe)
    if recipe not in module.CONFIGS:
        raise WrongUsage(
            f"{system} has no configuration {recipe!r}", remedy=f"Use {', '.join(module.CONFIGS)}."
        )
    config = changed(module.CONFIGS[recipe], [*changes, f"device={device}"])
    card = module.train(data, out, replace(config, command=command), progress)
    return {**card.metrics, **(_gated(system, data, out, device, progress) if data else {})}


def _gated(system: str, data: Path, out: Path, device: str, progress: Progress) -> dict[str, Any]:
    """Give a chest model its gate, where the folder has images enough with and without findings."""
    from engine.operations import gating

    if system not in gating.SYSTEMS:
        return {}
    try:
        return {"gate": gating.add_gate(out, data, device=device, progress=progress)}
    except TooFewSamples as error:
        return {"gate": f"none: {error}"}


def _check_writable(out: Path) -> None:
    if out.is_dir():
        raise WrongUsage("this is a folder", out, "Name a file that ends in .safetensors.")
    with translated(out.parent):
        out.parent.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=out.parent).close()


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
