"""Few-shot supervised baselines: a backbone fine-tuned on 36 labelled images (paper 000, table 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine import devices
from engine.data.disease_pairs import vary
from engine.data.lesion_crops import network_input
from engine.errors import TooFewSamples
from engine.models.feature_backbones import FeatureBackbone
from engine.progress import Progress, silent
from engine.training.loop import Batch, LoopConfig, fit

SHOTS = 36
"""Labelled images (paper 000, table 2)."""
BATCH = 32


@dataclass(frozen=True, slots=True)
class FewShotConfig:
    """One baseline.

    Attributes
    ----------
    backbone, options
        A name of the paper's table 2 or of timm, and timm's arguments.
    batch
        Images a step, half of each class (ours).
    pretrained
        See `engine.models.backbones.load_imagenet`.
    """

    backbone: str = "ResNet18"
    options: Mapping[str, Any] = field(default_factory=dict)
    batch: int = 12
    loop: LoopConfig = field(
        default_factory=lambda: LoopConfig(steps=60, lr=1e-3, weight_decay=1e-3, warmup=6, clip_norm=1.0)
    )
    pretrained: str = "cached"
    seed: int = 0


class FewShotClassifier(nn.Module):
    """A backbone and one output: the logit of the disease, ``[N]``."""

    def __init__(self, config: FewShotConfig) -> None:
        super().__init__()
        self.backbone = FeatureBackbone(config.backbone, config.options)
        self.head = nn.Linear(self.backbone.length, 1)

    def forward(self, images: Tensor) -> Tensor:
        """Logits of images ``[N, 3, S, S]``."""
        found: Tensor = self.head(self.backbone(images)).squeeze(-1)
        return found


def train(
    images: NDArray[np.uint8],
    diseased: NDArray[np.bool_],
    config: FewShotConfig,
    device: torch.device,
    progress: Progress = silent,
) -> FewShotClassifier:
    """Fine-tune on a few labelled squares uint8 ``[N, S, S, 3]``.

    Raises
    ------
    TooFewSamples
        When one class has no image.
    """
    if not diseased.any() or diseased.all():
        raise TooFewSamples("few-shot learning needs images of both classes", remedy="Add the other class.")
    torch.manual_seed(config.seed)
    network = FewShotClassifier(config)
    network.backbone.load_cached(config.pretrained)
    classes = [np.flatnonzero(diseased), np.flatnonzero(~diseased)]

    def batches(step: int) -> Batch:
        rng = np.random.default_rng([config.seed, step])
        drawn = [int(rng.choice(classes[place % 2])) for place in range(config.batch)]
        return {
            "images": network_input(np.stack([vary(images[k], rng) for k in drawn])),
            "diseased": torch.from_numpy(diseased[drawn].astype(np.float32)),
        }

    loop = replace(config.loop, seed=config.seed)
    fit(network, batches, _loss, loop, device=device, progress=progress, text=f"few-shot {config.backbone}")
    return network


def logits(
    network: FewShotClassifier, images: NDArray[np.uint8], device: torch.device
) -> NDArray[np.float64]:
    """Logits float64 ``[N]`` of squares uint8 ``[N, S, S, 3]``; positive: diseased."""
    network = network.to(device).eval()
    parts = []
    with torch.inference_mode(), devices.autocast(device):
        for start in range(0, len(images), BATCH):
            part = network_input(images[start : start + BATCH]).to(device)
            parts.append(network(part).float().cpu().numpy())
    return np.concatenate(parts).astype(np.float64) if parts else np.zeros(0)


def _loss(network: nn.Module, batch: Batch) -> Mapping[str, Tensor]:
    found = network(batch["images"]).float()
    return {"loss": nn.functional.binary_cross_entropy_with_logits(found, batch["diseased"])}
