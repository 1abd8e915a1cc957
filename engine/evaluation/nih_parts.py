"""Which images of a folder a chest model is measured on: never those that it has met, as far as it tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.data import nih
from engine.data.chest_split import MET, SplitConfig, split, were_met
from engine.data.manifest import ManifestRow, is_held_back
from engine.errors import TooFewSamples
from engine.records import ModelCard

PARTS = ("auto", "test", "all")


def chosen(
    rows: Sequence[ManifestRow],
    root: Path,
    card: ModelCard,
    tensors: Mapping[str, Tensor],
    options: Mapping[str, Any],
) -> tuple[NDArray[np.bool_], str]:
    """Which rows are measured, and a sentence on why these.

    ``all``: every one. ``test``: the test part of the split that is asked for. ``auto``: the official test
    list where the folder has one; without the patients that the weights remember having met, or, where they
    remember none, those that their card's training held back.

    Raises
    ------
    TooFewSamples
        When none is left.
    """
    part, by, seed = options["part"], options["split"], options["seed"]
    if part == "all":
        kept, why = np.ones(len(rows), bool), "all images of the folder, trained on or not"
    elif part == "test":
        config = SplitConfig(by=by, seed=seed)
        kept = split(rows, config, root) == "test"
        why = f"the test part of a split by {by}, 70/10/20, seed {seed}"
    else:
        kept, why = _unmet(rows, root, card, tensors)
    if not options["no_finding"]:
        kept &= np.array([bool(names) for names in nih.labels_of(rows)])
        why += "; images without any finding left out, as in the papers"
    if not kept.any():
        raise TooFewSamples(f"no image is left of {why}", root, "Choose another --part.")
    return kept, why


def _unmet(
    rows: Sequence[ManifestRow], root: Path, card: ModelCard, tensors: Mapping[str, Tensor]
) -> tuple[NDArray[np.bool_], str]:
    kept, why = np.ones(len(rows), bool), "all images of the folder"
    listed = nih.official_split(root)
    if set(listed.values()) == {"train", "test"}:
        kept = np.array([listed.get(row.path.name) == "test" for row in rows])
        why = "the official test list"
    if MET in tensors:
        unmet = ~were_met([row.patient for row in rows], tensors[MET].numpy())
        return kept & unmet, f"{why}, without {int((kept & ~unmet).sum())} of patients that training has met"
    training = card.config.get("training", {})
    if not card.real_images or "held_back" not in training:
        return kept, f"{why}; the weights do not tell whom they have met"
    share, seed = float(training["held_back"]), int(training.get("seed", 0))
    held = np.array([_held(row.patient, share, seed) for row in rows])
    return kept & held, f"{why}, of these the patients that its training held back ({share:.0%})"


def _held(patient: str, share: float, seed: int) -> bool:
    """Whether that patient was held back, under the spelling of the manifest (``61`` is ``00000061``)."""
    padded = patient.zfill(8) if patient.isascii() and patient.isdigit() else patient
    return is_held_back(padded, share, seed)
