"""What a run of the lesion U-Net depends on (paper 000, section 3.2), and its named settings."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.data.lesion_crops import CropConfig
from engine.models import unet
from engine.training.loop import LoopConfig


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
    start
        Weights file of this system to begin from, with the same network and lesions; "": from scratch, or
        ImageNet where ``pretrained`` allows it. Metrics are hopeful where it has seen a held-back patient.
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
    start: str = ""
    seed: int = 0
    version: str = "1"
    tuning: LoopConfig = field(default_factory=lambda: LoopConfig(steps=50, lr=4e-4, warmup=10))
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
