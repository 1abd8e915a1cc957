"""Predictors by name: the weights that a project made active, else the shipped ones; kept while unchanged."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from engine import systems
from engine.errors import IncompatibleModel, MissingWeights
from engine.inference.predictor import Predictor

KEPT = 8  # models are compact; a worker switches between all systems without loading again

WeightsOf = Callable[[str], Path]
"""System name -> its weights file."""


def shipped(system: str) -> Path:
    """The shipped weights of a system.

    Raises
    ------
    MissingWeights
        When this installation has none.
    """
    row = systems.system(system)
    if not row.shipped_weights.is_file():
        remedy = f"Run `lynceus-engine train {system}` first." if row.recipe else "Name them by --weights."
        raise MissingWeights(f"no weights are shipped for {system}", row.shipped_weights, remedy)
    return row.shipped_weights


def load(system: str, weights_of: WeightsOf = shipped, device: str = "auto") -> Predictor:
    """The predictor of a system, composed of others where the table says so; a folder may be an ensemble.

    Raises
    ------
    WrongUsage, MissingWeights, IncompatibleModel
    """
    row = systems.system(system)
    if not row.uses:
        path = weights_of(system)
        path = systems.load_part(row.find)(path) if row.find else path
        if row.ensemble and path.is_dir():
            ensemble: Predictor = systems.load_part(row.ensemble).load(path, device)
            return ensemble
        predictor = _loaded(system, *_stamp(path), device)
        if predictor.card.system != system:
            raise IncompatibleModel(
                f"it is a {predictor.card.system} model, not {system}", path, "Choose another file."
            )
        return predictor
    parts = {used: load(used, weights_of, device) for used in row.uses}
    composed: Predictor = systems.load_part(row.predictor).compose(parts)
    return composed


def _stamp(path: Path) -> tuple[Path, int, int]:
    if not path.is_file():
        raise MissingWeights("this weights file is gone", path, "Activate another model version.")
    stat = path.stat()
    return path, stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=KEPT)
def _loaded(system: str, path: Path, modified_ns: int, size: int, device: str) -> Predictor:
    predictor = systems.load_part(systems.system(system).predictor)
    loaded: Predictor = predictor.load(path, device)
    return loaded
