"""Train a system from a named configuration of its recipe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from engine import systems
from engine.errors import TooFewSamples, WrongUsage
from engine.progress import Progress, silent
from engine.store.database import translated
from engine.training.changes import changed


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
