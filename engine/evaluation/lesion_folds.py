"""Cross-validation of the lesion U-Net: every photograph is judged by a network that has not seen it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from engine import devices, weights
from engine.data.lesion_masks import read_rgb, row_masks
from engine.data.manifest import ManifestRow, split_by_patient
from engine.errors import TooFewSamples, WrongUsage
from engine.evaluation.protocols import Request
from engine.inference.segmentation import SegmentationPredictor
from engine.metrics.segmentation import pooled
from engine.progress import Progress
from engine.records import ModelVersion
from engine.training.changes import changed
from engine.training.lesion_measure import histograms
from engine.training.recipes import lesion_unet

INNER = 0.12
"""Share of a fold's training patients on which its thresholds are chosen (ours)."""

Part = tuple[SegmentationPredictor, Sequence[ManifestRow]]


def fold_of(rows: Sequence[ManifestRow], folds: int, seed: int = 0) -> list[list[ManifestRow]]:
    """Rows in ``folds`` parts of nearly as many patients; no patient is in two, every row is in one.

    Raises
    ------
    TooFewSamples
        With fewer patients than folds.
    """
    patients = sorted({row.patient for row in rows})
    if len(patients) < folds:
        raise TooFewSamples(f"{len(patients)} patients make no {folds} folds", remedy="Ask for fewer.")
    order = np.random.default_rng(seed).permutation(len(patients))
    place = {patients[k]: n % folds for n, k in enumerate(order)}
    return [[row for row in rows if place[row.patient] == fold] for fold in range(folds)]


def trained(
    masked: Sequence[ManifestRow],
    rows: Sequence[ManifestRow],
    folds: int,
    request: Request,
    progress: Progress,
) -> list[Part]:
    """A network for each fold, with the rows that it is to be judged on.

    Networks are kept as ``folds/fold-N.safetensors`` in the folder for results, and found there again: a run
    that was stopped goes on.
    """
    recipe, changes = str(request.options["recipe"]), tuple(request.options["set"])
    if recipe not in lesion_unet.CONFIGS:
        raise WrongUsage(f"there is no recipe {recipe!r}", remedy=f"Use {', '.join(lesion_unet.CONFIGS)}.")
    config = replace(changed(lesion_unet.CONFIGS[recipe], changes), device=request.device)
    found: list[Part] = []
    for number, held in enumerate(fold_of(masked, folds, config.seed)):
        unseen = {row.patient for row in held}
        rest = [row for row in rows if row.patient not in unseen]
        file = request.out / "folds" / f"fold-{number}.safetensors" if request.out else None
        if file is None or not file.is_file():
            predictor = _learn(rest, config, file, progress)
        else:
            predictor = SegmentationPredictor.load(file, request.device)
        found.append((predictor, held))
    return found


def _learn(
    rows: Sequence[ManifestRow], config: lesion_unet.Config, file: Path | None, progress: Progress
) -> SegmentationPredictor:
    """Train on most of the patients, choose thresholds on the others."""
    training, inner = split_by_patient(rows, INNER, config.seed + 1)
    checkpoint = file.with_suffix(".checkpoint") if file else None
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
    network, card = lesion_unet.learn(training, config, checkpoint, progress)
    version = ModelVersion(lesion_unet.SYSTEM, card.version, "")
    predictor = SegmentationPredictor(network, card, version, devices.pick(config.device))
    judged = [row for row in inner if row.task == lesion_unet.MASK_TASK]
    drawn = histograms(
        predictor,
        lambda: ((read_rgb(row.path), row_masks(row, config.labelled)) for row in judged),
        config.labelled,
        progress,
    )
    best: dict[str, Any] = dict(card.config["thresholds"])
    best |= {code: pooled(images).best_threshold() for code, images in drawn.items()}
    predictor.card = replace(card, config=dict(card.config) | {"thresholds": best})
    if file:
        predictor.card = weights.save(file, weights.half(network.state_dict()), predictor.card)
    return predictor
