"""Recipe of the lesion U-Net (paper 000, section 3.2): photographs with masks, phantoms, focal loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from engine import devices, weights
from engine.data.lesion_crops import CropConfig, LesionCrops, Pool
from engine.data.lesion_masks import (
    LesionSample,
    draw_phantoms,
    make_sample,
    manifest_samples,
    phantom_samples,
    phantom_side,
    read_rgb,
    row_masks,
)
from engine.data.manifest import ManifestRow, read_manifest, split_by_patient
from engine.errors import TooFewSamples
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
from engine.training.loop import Batch, LoopConfig, fit

SYSTEM = "lesion_unet"
MASK_TASK, GRADE_TASK, FULL_TASK = "fundus_lesion_seg", "dr_grade", "full_resolution"
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


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that a run depends on. Defaults: paper 000, section 3.2; `COMPACT` is what is shipped.

    Attributes
    ----------
    diameter
        Field-of-view diameter in pixels at which the network works; paper: the whole image at 512.
    tile, overlap
        Of prediction, in working pixels.
    labelled
        Codes that the manifest's masks speak of; an absent file of these means no such lesion.
    focal_weight, dice_weight
        Of the two losses; the paper has focal alone, whose mean over pixels is small: hence its weight.
    healthy, healthy_share
        Photographs of DR grade 0 taken as free of every lesion (ICDR), and their share of the crops (ours).
    phantoms, phantom_share
        Synthetic images and their share of the crops (ours).
    test_phantoms
        Further synthetic images for the card's metrics, where any were trained on.
    held_back
        Share of the patients that is kept for thresholds and metrics.
    tuning_phantoms, tuning_share, tuning_keep
        Of retraining (ours): synthetic images replayed, the share of crops from reviewed images, and how
        much of the base model's weights stays in the result (Wortsman et al. 2022, WiSE-FT, eq. 1): half
        keeps what the base knew of photographs, which phantoms alone do not.
    """

    network: unet.UNetConfig = field(default_factory=lambda: unet.UNetConfig(encoder="tu-resnet50"))
    diameter: int = 512
    tile: int = 512
    overlap: int = 128
    crops: CropConfig = field(default_factory=lambda: CropConfig(size=512))
    batch: int = 8
    loop: LoopConfig = field(default_factory=lambda: LoopConfig(steps=20_000, lr=1e-4, warmup=500))
    labelled: tuple[str, ...] = ("MA", "HE", "SE", "EX")
    gamma: float = 2.0
    focal_weight: float = 20.0
    dice_weight: float = 0.0
    healthy: int = 0
    healthy_share: float = 0.0
    phantoms: int = 0
    phantom_share: float = 0.0
    test_phantoms: int = 12
    held_back: float = 0.2
    pretrained: str = "cached"
    seed: int = 0
    version: str = "1"
    tuning: LoopConfig = field(default_factory=lambda: LoopConfig(steps=100, lr=4e-4, warmup=10))
    tuning_phantoms: int = 12
    tuning_share: float = 0.6
    tuning_keep: float = 0.5
    device: str = "auto"
    command: str = ""


COMPACT = Config(
    network=unet.COMPACT,
    diameter=1280,
    tile=768,
    overlap=128,
    crops=CropConfig(size=384, lesion_weights={"MA": 1.2, "HE": 1.3, "SE": 1.0, "EX": 1.0, "NV": 0.5}),
    loop=LoopConfig(steps=2400, lr=2e-3, weight_decay=1e-4, warmup=100, clip_norm=1.0),
    focal_weight=40.0,
    dice_weight=1.0,
    healthy=48,
    healthy_share=0.1,
    phantoms=48,
    phantom_share=0.12,
    pretrained="never",
)
"""Ours, the shipped model: photographs at a field of view of 1280 px (IDRiD: longer side 1609 px)."""


CONFIGS = {"shipped": COMPACT, "paper": Config()}


def train(data_root: Path | None, out: Path, config: Config, progress: Progress = silent) -> ModelCard:
    """Train from a manifest's segmentation rows (None: phantoms alone) and write weights with their card.

    Raises
    ------
    TooFewSamples
        When the manifest has no segmentation rows and no phantoms are asked for.
    Cancelled
        The checkpoint beside ``out`` resumes the run.
    """
    torch.manual_seed(config.seed)
    network = unet.LesionUNet(config.network)
    start = _imagenet_start(network, config)
    training, held = split_by_patient(
        read_manifest(data_root) if data_root else [], config.held_back, config.seed
    )
    pools = _pools(training, config, progress)
    batches = LesionCrops(pools, config.network.lesions, config.crops, config.batch, config.seed)
    fit(
        network,
        batches,
        _loss(config),
        replace(config.loop, seed=config.seed),
        device=devices.pick(config.device),
        checkpoint=out.with_suffix(".checkpoint"),
        progress=progress,
        text="training lesion masks",
    )
    card = ModelCard(
        SYSTEM,
        config.version,
        _card_config(config),
        config.network.lesions,
        real_images=any(row.task == MASK_TASK for row in training),
        data=_data_text(pools, config, start),
        licence=LICENCE,
        seed=config.seed,
        command=config.command or f"lynceus-engine train {SYSTEM}",
        limits=LIMITS,
    )
    card = _measured(network, card, held, config, progress)
    return _save(out, network, card)


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
    network.load_state_dict({k: v for k, v in tensors.items() if not k.startswith("aux.")})
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
        _loss(config),
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
    healthy = [r for r in training if r.task == GRADE_TASK and r.dr_grade == 0][: config.healthy]
    real = manifest_samples(masked, lesions, config.labelled, diameter, progress)
    # Grade 0 means no lesion of retinopathy at all, so also no neovascularisation.
    free = manifest_samples(healthy, lesions, lesions, diameter, progress)
    synthetic = phantom_samples(config.phantoms, config.seed, lesions, diameter, progress)
    rest = 1 - (config.healthy_share if free else 0) - (config.phantom_share if synthetic else 0)
    return [Pool(real, rest), Pool(free, config.healthy_share), Pool(synthetic, config.phantom_share)]


def _loss(config: Config) -> Callable[[nn.Module, Batch], Mapping[str, Tensor]]:
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
    free = [row for row in held if row.task == GRADE_TASK and row.dr_grade == 0][: len(masked)]
    drawn = config.test_phantoms if config.phantoms else 0
    seed, side = config.seed + UNSEEN_PHANTOMS, phantom_side(config.diameter)
    report = measure(
        predictor,
        real=lambda: ((read_rgb(row.path), row_masks(row, config.labelled)) for row in masked),
        healthy=lambda: ((read_rgb(row.path), {}) for row in free),
        synthetic=lambda: ((p.rgb, p.masks) for p in draw_phantoms(drawn, seed, side)),
        labelled=config.labelled,
        progress=progress,
    )
    return replace(card, config=dict(card.config) | {"thresholds": report.thresholds}, metrics=report.metrics)


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
