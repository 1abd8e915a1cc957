"""Recipe of the lesion U-Net (paper 000, section 3.2): photographs with masks, phantoms, focal loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine import devices, weights
from engine.data import messidor
from engine.data.lesion_crops import LesionCrops, Pool
from engine.data.lesion_masks import (
    LesionSample,
    check_codes,
    draw_phantoms,
    make_sample,
    manifest_samples,
    phantom_samples,
    phantom_side,
    read_rgb,
    row_masks,
)
from engine.data.lesion_sets import lesion_rows
from engine.data.manifest import ManifestRow, split_by_patient
from engine.errors import IncompatibleModel, TooFewSamples
from engine.imaging import geometry
from engine.inference.predictor import Picture
from engine.inference.segmentation import SegmentationPredictor
from engine.losses.dice import dice_loss
from engine.losses.focal import focal_loss
from engine.models import unet
from engine.models.backbones import Backbone, load_imagenet
from engine.progress import Progress, silent
from engine.records import ModelCard, ModelVersion, ReviewedImage
from engine.training.cards import write_markdown
from engine.training.lesion_measure import measure
from engine.training.loop import Batch, fit
from engine.training.recipes.lesion_unet_config import COMPACT, CONFIGS, Config

__all__ = ["COMPACT", "CONFIGS", "Config", "fine_tune", "learn", "loss_of", "train"]

SYSTEM = "lesion_unet"
MASK_TASK, GRADE_TASK, FULL_TASK = "fundus_lesion_seg", "dr_grade", "full_resolution"
HEALTHY_TASKS = (GRADE_TASK, messidor.TASK)
UNSEEN_PHANTOMS = 1_000_000  # added to the seed for measuring
LICENCE = (
    "Weights: Apache-2.0. Trained on IDRiD images, (c) Prasanna Porwal, Samiksha Pachade, Manesh Kokare, "
    "CC BY 4.0 (doi 10.21227/H25W98), resized."
)
LIMITS = (
    "Not for clinical use. Photographs of one camera and one hospital; microaneurysms and small haemorrhages "
    "are missed where the image is coarse; neovascularisation was learnt from synthetic images only and is "
    "not reported unless asked for. Thresholds were chosen on the held-back part that the metrics are of."
)


def train(data_root: Path | None, out: Path, config: Config, progress: Progress = silent) -> ModelCard:
    """Train from a folder's segmentation rows (None: phantoms alone) and write weights with their card.

    Parameters
    ----------
    data_root
        A folder with a ``manifest.csv``, or public sets as published (`engine.data.lesion_sets`).

    Raises
    ------
    UnknownLabel
        For a lesion code that the vocabulary does not hold.
    TooFewSamples
        When the folder has no segmentation rows and no phantoms are asked for.
    Cancelled
        The checkpoint beside ``out`` resumes the run.
    """
    rows = lesion_rows(data_root) if data_root else []
    training, held = split_by_patient(rows, config.held_back, config.seed)
    network, card = learn(training, config, out.with_suffix(".checkpoint"), progress)
    card = _measured(network, card, held, config, progress)
    return _save(out, network, card)


def learn(
    training: Sequence[ManifestRow], config: Config, checkpoint: Path | None, progress: Progress = silent
) -> tuple[unet.LesionUNet, ModelCard]:
    """A network trained on rows, and its card without metrics, with thresholds of one half.

    Raises
    ------
    UnknownLabel, TooFewSamples, Cancelled
        See `train`.
    MissingWeights, IncompatibleModel
        For weights to start from that are not there, or of another network.
    """
    check_codes((*config.network.lesions, *config.labelled))
    torch.manual_seed(config.seed)
    network = unet.LesionUNet(config.network)
    base = _known_start(network, Path(config.start)) if config.start else None
    start = f"Started from {base.data}" if base else _imagenet_start(network, config)
    pools = _pools(training, config, progress)
    fit(
        network,
        LesionCrops(pools, config.network.lesions, config.crops, config.batch, config.seed),
        loss_of(config),
        replace(config.loop, seed=config.seed),
        device=devices.pick(config.device),
        checkpoint=checkpoint,
        progress=progress,
        text="training lesion masks",
    )
    return network, ModelCard(
        SYSTEM,
        config.version,
        _card_config(config),
        config.network.lesions,
        real_images=any(row.task == MASK_TASK for row in training) or bool(base and base.real_images),
        data=_data_text(pools, config, start),
        licence=LICENCE,
        seed=config.seed,
        command=config.command or f"lynceus-engine train {SYSTEM}",
        limits=LIMITS,
        parent=weights.file_sha256(Path(config.start)) if config.start else "",
    )


def fine_tune(
    base: Path,
    examples: Sequence[ReviewedImage],
    pictures: Callable[[ReviewedImage], Picture],
    out: Path,
    config: Config | None = None,
    progress: Progress = silent,
) -> ModelCard:
    """Learn from corrected masks; phantoms are replayed against forgetting.

    Only the codes in `ReviewedImage.masks` count as labelled; held-back images are not touched. Network,
    scale and crop size are the base model's.

    Raises
    ------
    TooFewSamples
        When no example outside the held-back part has a mask.
    """
    config = config or COMPACT
    tensors, card = weights.load(base, SYSTEM)
    network = unet.build(card.config)
    network.load_state_dict(weights.of_network(tensors))
    usable = [example for example in examples if example.masks and not example.held_back]
    if not usable:
        raise TooFewSamples("no corrected mask to learn from", remedy="Correct a lesion mask first.")
    samples = []
    for done, example in enumerate(usable):
        progress(done, len(usable), "reading corrected masks")
        samples.append(_reviewed(example, pictures(example), card))
    diameter = int(card.config["diameter"])
    replay = phantom_samples(
        config.tuning_phantoms, config.seed + len(usable), card.labels, diameter, progress
    )
    pools = [Pool(samples, config.tuning_share), Pool(replay, 1 - config.tuning_share)]
    crops = replace(config.crops, size=int(card.config["crop"]))
    fit(
        network,
        LesionCrops(pools, card.labels, crops, config.batch, config.seed),
        loss_of(config),
        replace(config.tuning, seed=config.seed),
        device=devices.pick(config.device),
        progress=progress,
        text="learning from corrected masks",
    )
    _keep(network, tensors, config.tuning_keep)
    seen = {code for sample in samples for code in sample.centres}
    phantom_only = [code for code in card.config["phantom_only"] if code not in seen]
    card = replace(
        card,
        version=_next(card.version),
        config=dict(card.config) | {"phantom_only": phantom_only},
        data=f"{card.data} Fine-tuned on {len(usable)} reviewed images.",
        parent=weights.file_sha256(base),
        metrics={},
        created="",
    )
    return _save(out, network, card)


def _save(out: Path, network: unet.LesionUNet, card: ModelCard) -> ModelCard:
    card = weights.save(out, weights.half(network.state_dict()), card)
    write_markdown(card, out.with_suffix(".md"))
    return card


def _pools(training: Sequence[ManifestRow], config: Config, progress: Progress) -> list[Pool]:
    lesions, diameter = config.network.lesions, config.diameter
    masked = [r for r in training if r.task == MASK_TASK or (r.task == FULL_TASK and r.masks)]
    healthy = [r for r in training if r.task in HEALTHY_TASKS and r.dr_grade == 0][: config.healthy]
    real = manifest_samples(masked, lesions, config.labelled, diameter, progress)
    # Grade 0 means no lesion of retinopathy at all, so also no neovascularisation.
    free = manifest_samples(healthy, lesions, lesions, diameter, progress)
    synthetic = phantom_samples(config.phantoms, config.seed, lesions, diameter, progress)
    rest = 1 - (config.healthy_share if free else 0) - (config.phantom_share if synthetic else 0)
    return [Pool(real, rest), Pool(free, config.healthy_share), Pool(synthetic, config.phantom_share)]


def loss_of(config: Config) -> Callable[[nn.Module, Batch], Mapping[str, Tensor]]:
    """Focal loss, and Dice beside it where that has a weight, of a batch of crops."""

    def loss(network: nn.Module, batch: Batch) -> Mapping[str, Tensor]:
        logits, target, known = network(batch["image"]), batch["target"], batch["known"]
        focal = focal_loss(logits, target, known, config.gamma)
        dice = dice_loss(logits, target, known)
        return {
            "loss": config.focal_weight * focal + config.dice_weight * dice,
            "focal": focal,
            "dice_loss": dice,
        }

    return loss


def _card_config(config: Config) -> dict[str, Any]:
    """What prediction and fine-tuning need to know of a run."""
    lesions = config.network.lesions
    elsewhere = ("network", "tuning", "device", "command")
    return config.network.as_dict() | {
        "diameter": config.diameter,
        "tile": config.tile,
        "overlap": config.overlap,
        "crop": config.crops.size,
        "thresholds": dict.fromkeys(lesions, 0.5),
        "phantom_only": [code for code in lesions if code not in config.labelled],
        "training": {k: v for k, v in asdict(config).items() if k not in elsewhere},
    }


def _measured(
    network: unet.LesionUNet, card: ModelCard, held: Sequence[ManifestRow], config: Config, progress: Progress
) -> ModelCard:
    """The card with thresholds and metrics of held-back photographs and of unseen phantoms."""
    version = ModelVersion(SYSTEM, card.version, "")
    predictor = SegmentationPredictor(network, card, version, devices.pick(config.device))
    masked = [row for row in held if row.task == MASK_TASK]
    free = [row for row in held if row.task in HEALTHY_TASKS and row.dr_grade == 0][: len(masked)]
    drawn = config.test_phantoms if config.phantoms else 0
    seed, side = config.seed + UNSEEN_PHANTOMS, phantom_side(config.diameter)
    report = measure(
        predictor,
        real=lambda: ((read_rgb(row.path), row_masks(row, config.labelled)) for row in masked),
        healthy=lambda: (_free_of_lesions(row, config.labelled) for row in free),
        synthetic=lambda: ((p.rgb, p.masks) for p in draw_phantoms(drawn, seed, side)),
        labelled=config.labelled,
        progress=progress,
    )
    return replace(card, config=dict(card.config) | {"thresholds": report.thresholds}, metrics=report.metrics)


def _free_of_lesions(
    row: ManifestRow, codes: Sequence[str]
) -> tuple[NDArray[np.uint8], dict[str, NDArray[np.bool_]]]:
    rgb = read_rgb(row.path)
    return rgb, {code: np.zeros(rgb.shape[:2], bool) for code in codes}


def _keep(network: unet.LesionUNet, base: Mapping[str, Tensor], share: float) -> None:
    """Move a retrained network's weights that far back towards the base model's, in place."""
    learnt = network.state_dict()
    network.load_state_dict(
        {
            name: torch.lerp(value, base[name].to(value), share) if value.is_floating_point() else value
            for name, value in learnt.items()
        }
    )


def _reviewed(example: ReviewedImage, picture: Picture, card: ModelCard) -> LesionSample:
    info = picture.info
    masks = {code: geometry.upright(mask, info.orientation) for code, mask in example.masks.items()}
    return make_sample(info.path.name, picture.pixels, masks, card.labels, int(card.config["diameter"]))


def _imagenet_start(network: unet.LesionUNet, config: Config) -> str:
    """Start a timm encoder from ImageNet where `Config.pretrained` allows it; says what it got."""
    name = config.network.encoder
    if not name.startswith("tu-"):
        return f"{name} starts from scratch: only timm encoders (tu-…) take ImageNet weights here."
    options = {k: tuple(v) if isinstance(v, list) else v for k, v in config.network.encoder_options.items()}
    backbone = Backbone(name.removeprefix("tu-"), options)
    said = load_imagenet(backbone, config.pretrained)
    network.unet.encoder.model.load_state_dict(backbone.body.state_dict())
    return said


def _known_start(network: unet.LesionUNet, file: Path) -> ModelCard:
    """Start from a weights file of the same network; its card."""
    tensors, card = weights.load(file, SYSTEM)
    try:
        network.load_state_dict(weights.of_network(tensors))
    except RuntimeError as error:
        raise IncompatibleModel(
            f"it holds another network ({str(error).splitlines()[-1].strip()})",
            file,
            "Start from weights of the same recipe.",
        ) from error
    if card.labels != network.config.lesions:
        raise IncompatibleModel(f"its lesions are {', '.join(card.labels)}", file, "Name the same lesions.")
    return card


def _data_text(pools: Sequence[Pool], config: Config, start: str) -> str:
    real, free, synthetic = (len(pool.samples) for pool in pools)
    return (
        f"{real} photographs with lesion masks ({', '.join(config.labelled)}), {free} of DR grade 0 taken as "
        f"free of lesions, {synthetic} synthetic. {config.held_back:.0%} of the patients held back. {start}"
    )


def _next(version: str) -> str:
    """The version after that one: its trailing number plus one."""
    head = version.rstrip("0123456789")
    return f"{head}{int(version[len(head) :] or 0) + 1}"
