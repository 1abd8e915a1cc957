"""Recipe of Zoom-in-Net (paper 003, section 4): M-Net; A-Net with M-Net frozen; then all of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine import devices, weights
from engine.data.fundus_grades import FundusSet, manifest_set, phantom_set
from engine.data.manifest import ManifestRow, read_manifest, split_by_patient
from engine.errors import TooFewSamples
from engine.inference.predictor import Picture
from engine.metrics.kappa import fit_thresholds
from engine.models.backbones import load_imagenet
from engine.models.zoom_in_net import ZoomInNet, as_dict, build
from engine.progress import Progress, silent
from engine.records import ModelCard, ReviewedImage
from engine.training.cards import write_markdown
from engine.training.recipes.zoom_in_net_config import COMPACT, CONFIGS, Config
from engine.training.recipes.zoom_in_net_phases import forget_phases, run_phases
from engine.training.recipes.zoom_in_net_replay import replay_tensors
from engine.training.recipes.zoom_in_net_report import answer, expected_grades, report
from engine.training.recipes.zoom_in_net_tuning import tune

__all__ = ["COMPACT", "CONFIGS", "Config", "fine_tune", "train"]

SYSTEM = "zoom_in_net"
TASK = "dr_grade"
TEST_PHANTOMS = 1_000_000  # added to the seed: phantoms that no training has seen
LABELS = ("0 no DR", "1 mild", "2 moderate", "3 severe", "4 proliferative")
LICENCE = (
    "Weights: Apache-2.0. Trained on IDRiD images, (c) Prasanna Porwal, Samiksha Pachade, Manesh Kokare, "
    "CC BY 4.0 (doi 10.21227/H25W98), resized; and on procedural phantoms of Lynceus."
)
LIMITS = (
    "Not for clinical use. Photographs of one camera and one hospital, few of them, so intervals are wide. "
    "IDRiD does not tell which images are fellow eyes: that path learned from phantoms, and from images of "
    "other people with a similar grade that stood for a fellow eye. The regions come from image-level "
    "grades alone."
)


def train(data_root: Path | None, out: Path, config: Config, progress: Progress = silent) -> ModelCard:
    """Train and write weights with their card (and the card as Markdown beside them).

    Parameters
    ----------
    data_root
        Folder with a manifest; None trains on phantoms alone.

    Raises
    ------
    TooFewSamples
        When there is neither a graded image nor a phantom.
    Cancelled
        The same call goes on from the last checkpoint beside ``out``.
    """
    rows = [row for row in read_manifest(data_root, TASK) if row.dr_grade is not None] if data_root else []
    training, held = split_by_patient(rows, config.held_back, config.seed)
    return train_rows(training, held, out, config, progress, where=data_root or "")


def train_rows(
    training: Sequence[ManifestRow],
    held: Sequence[ManifestRow],
    out: Path,
    config: Config,
    progress: Progress = silent,
    where: object = "",
) -> ModelCard:
    """`train` on these rows, measured on those that are held back.

    Raises
    ------
    TooFewSamples
        When there is neither a graded image nor a phantom; ``where`` says whose.
    """
    real = manifest_set(training, config.sizes, progress, config.squares)
    held_set = manifest_set(held, config.sizes, progress, config.squares)
    return train_sets(real, held_set, out, config, progress, where)


def train_sets(
    real: FundusSet,
    held: FundusSet,
    out: Path,
    config: Config,
    progress: Progress = silent,
    where: object = "",
) -> ModelCard:
    """`train` on decoded photographs, measured on those that are held back.

    Raises
    ------
    TooFewSamples
        When there is neither a graded image nor a phantom; ``where`` says whose.
    """
    phantoms = phantom_set(config.phantom_pairs, config.sizes, config.seed, progress, config.squares)
    if not len(real) and not len(phantoms):
        raise TooFewSamples("there is no graded image to train on", where, "Add images or phantoms.")
    torch.manual_seed(config.seed)
    network = build(as_dict(config.network))
    start = " ".join(load_imagenet(part.backbone, config.pretrained) for part in (network.main, network.crop))
    progress(0, 0, start)
    shares = [(real, 1 - config.phantom_share), (phantoms, config.phantom_share if len(real) else 1.0)]
    run_phases(network, shares, config, out, progress)
    config = _with_thresholds(network, real if len(real) else phantoms, config, progress)
    card = _card(network, held, real, start, config, progress)
    tensors = dict(network.state_dict()) | replay_tensors(
        network, real if len(real) else phantoms, config.replay
    )
    card = weights.save(out, weights.half(tensors), card)
    forget_phases(out)
    write_markdown(card, out.with_suffix(".md"))
    return card


def _with_thresholds(network: ZoomInNet, images: FundusSet, config: Config, progress: Progress) -> Config:
    """The config with thresholds on the expected grade, fitted on the training images where asked for."""
    if not config.thresholds:
        return config
    answers = answer(network, images, devices.pick(config.device), progress)
    known = answers.grades >= 0
    limits = fit_thresholds(answers.grades[known], expected_grades(answers.final[known]))
    return replace(config, network=replace(config.network, thresholds=limits))


def fine_tune(
    base: Path,
    examples: Sequence[ReviewedImage],
    pictures: Callable[[ReviewedImage], Picture],
    out: Path,
    config: Config = COMPACT,
    progress: Progress = silent,
) -> ModelCard:
    """Weights that follow reviewed grades, in seconds; see `zoom_in_net_tuning.tune`."""
    tuning = replace(
        config.tuning, seed=config.seed, version=config.version, command=config.command, device=config.device
    )
    return tune(base, examples, pictures, out, tuning, progress)


def _card(
    network: ZoomInNet, held: FundusSet, real: FundusSet, start: str, config: Config, progress: Progress
) -> ModelCard:
    """Metrics on what was held back and on unseen phantoms, and the temperature where it can be fitted."""
    device = devices.pick(config.device)
    metrics: dict[str, Any] = {
        "training images": len(real),
        "phantoms": 2 * config.phantom_pairs,
        "start": start,
    }
    shape = config.network
    if len(held):
        answers = answer(network, held, device, progress)
        limits = shape.thresholds
        metrics["real, held back by patient"], temperature = report(
            answers, calibrate=True, thresholds=limits
        )
        shape = replace(shape, temperature=temperature or 1.0)
        metrics["calibrated"] = temperature is not None
    if config.test_phantom_pairs:
        unseen = phantom_set(
            config.test_phantom_pairs, config.sizes, config.seed + TEST_PHANTOMS, progress, config.squares
        )
        for name, images in (("", unseen), (", each eye alone", replace_fellow(unseen))):
            said = answer(network, images, device, progress)
            metrics[f"phantoms, unseen{name}"] = report(said, calibrate=False, thresholds=shape.thresholds)[0]
    data = (
        f"{len(real)} graded photographs (IDRiD, CC BY 4.0) and {2 * config.phantom_pairs} procedural "
        f"phantoms; {len(held)} photographs held back by patient."
    )
    return ModelCard(
        SYSTEM,
        config.version,
        as_dict(shape),
        LABELS,
        real_images=len(real) > 0,
        data=data,
        licence=LICENCE,
        seed=config.seed,
        command=config.command,
        metrics=metrics,
        limits=LIMITS,
    )


def replace_fellow(images: FundusSet) -> FundusSet:
    """The same images, each eye for itself."""
    return replace(images, fellow=np.full(len(images), -1))
