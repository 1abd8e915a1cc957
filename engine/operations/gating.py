"""Give a chest model its gate: fitted on the images that the model was trained with, kept in its weights.

``lynceus-engine models gate FILE --data FOLDER`` may be run again at any time; no label's score changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine import devices, weights
from engine.data import chest_phantoms, nih
from engine.data.chest_images import image_rows
from engine.data.chest_rows import read_rows
from engine.data.chest_set import ChestSet
from engine.data.chest_split import MET, met
from engine.data.image_rows import as_rows
from engine.data.manifest import MANIFEST, ManifestRow, is_held_back, read_manifest
from engine.models import zero_shot
from engine.progress import Progress, silent
from engine.records import ModelCard
from engine.training.cards import write_markdown
from engine.training.chest_gate import GateConfig, fit_gate, measured, pooled_features

ADULT = 16.0  # years from which the gate calls nobody a child; ours
CHILDREN = "cxr_pediatric_pneumonia"
OTHERS = {"fundus": "dr_grade"}
MOST_OTHERS = 120
SYSTEMS = ("cxr_ml_gzsl", "cm_dml_gzsl")


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Features of some images with what is known of them."""

    rows: Sequence[ManifestRow]
    features: Tensor

    def of(self, kept: NDArray[np.bool_]) -> _Part:
        chosen = [row for row, k in zip(self.rows, kept, strict=True) if k]
        return _Part(chosen, self.features[torch.from_numpy(np.flatnonzero(kept))])

    @property
    def normal(self) -> NDArray[np.bool_]:
        return np.array([not names for names in nih.labels_of(self.rows)], bool)

    @property
    def patients(self) -> tuple[str, ...]:
        return tuple(row.patient for row in self.rows)

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(row.source_repo for row in self.rows)


def add_gate(
    path: Path,
    data: Path,
    config: GateConfig | None = None,
    device: str = "auto",
    progress: Progress = silent,
) -> dict[str, Any]:
    """Fit a gate, measure it on the patients that the model's training held back, and save the weights anew.

    Children are the images under 16 years, and those of a manifest's task ``cxr_pediatric_pneumonia``; its
    fundus photographs are measured as what is no chest, and never fitted. Phantoms join the adults in the
    share in which the model learnt from them.

    Returns
    -------
    dict
        See `engine.training.chest_gate.measured`.

    Raises
    ------
    MissingWeights, IncompatibleModel, BadTable, UnreadableImage, TooFewSamples, Cancelled
    """
    tensors, card = weights.load(path, SYSTEMS)
    network = zero_shot.build(card.config)
    network.load_state_dict(weights.of_network(tensors))
    network.to(devices.pick(device)).eval()

    def part(rows: Sequence[ManifestRow]) -> _Part:
        images = image_rows(rows, int(card.config["image_size"]), progress)
        return _Part(rows, pooled_features(network, images))

    every, young = part(read_rows(data)), part(_task(data, CHILDREN))
    child = np.array([row.age is not None and row.age < ADULT for row in every.rows], bool)
    held, held_young = _held(every.rows, card), _held(young.rows, card)
    adults = every.of(~child & ~held)
    children = torch.cat([every.of(child & ~held).features, young.of(~held_young).features])
    drawn = _phantoms(card, int((~held).sum()), progress)
    features = torch.cat([adults.features, pooled_features(network, as_rows(drawn.images))])
    normal = np.concatenate([adults.normal, ~drawn.targets.any(1)])
    gate = fit_gate(features, normal, children, adults.sources + drawn.sources, config or GateConfig())
    test = every.of(~child & held)
    others = {
        "children_same_source": every.of(child & held).features,
        "children_other_source": young.of(held_young).features,
    } | {name: part(_task(data, task)[:MOST_OTHERS]).features for name, task in OTHERS.items()}
    report = measured(gate, test.features, test.normal, test.patients, test.sources, others)
    trained = [row.patient for row, away in zip(every.rows, held, strict=True) if not away]
    kept = {
        name: value.half() if card.tensors[name][0] == "F16" else value for name, value in tensors.items()
    }
    kept |= gate.tensors() | {MET: tensors.get(MET, torch.from_numpy(met(trained)))}
    _save(path, kept, card, report)
    return report


def _phantoms(card: ModelCard, real: int, progress: Progress) -> ChestSet:
    """Phantoms in the share that the model learnt from: they are in its scope as well."""
    training = card.config.get("training", {})
    share, seed = float(training.get("phantom_share", 0.0)), int(training.get("seed", 0))
    count = round(real * share / (1 - share)) if share < 1 else 0
    return chest_phantoms.draw(count, card.labels, int(card.config["image_size"]), seed, progress)


def _save(path: Path, tensors: dict[str, Tensor], card: ModelCard, report: dict[str, Any]) -> None:
    figures = {name: value for name, value in report.items() if not isinstance(value, dict) or value}
    card = weights.save(path, tensors, replace(card, metrics={**card.metrics, "gate": figures}))
    write_markdown(card, path.with_suffix(".md"))


def _task(data: Path, task: str) -> list[ManifestRow]:
    return read_manifest(data, task) if (data / MANIFEST).is_file() else []


def _held(rows: Sequence[ManifestRow], card: ModelCard) -> NDArray[np.bool_]:
    """Rows of patients that the model's training held back."""
    training = card.config.get("training", {})
    share, seed = float(training.get("held_back", 0.15)), int(training.get("seed", 0))
    return np.array([is_held_back(row.patient, share, seed) for row in rows], bool)
