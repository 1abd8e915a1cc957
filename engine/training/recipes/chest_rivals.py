"""Rivals of the zero-shot systems trained on the same images, by the same loop, with the same encoder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from engine import devices
from engine.data.chest_set import ChestSet, batch_source, batches_an_epoch, independence_weights
from engine.models.backbones import Backbone, load_imagenet
from engine.models.zero_shot.rivals import build
from engine.models.zero_shot.rivals.network import RivalNet
from engine.progress import Progress, silent
from engine.training.loop import Batch, LossFunction, fit
from engine.training.recipes.chest_config import ChestConfig, loop_config
from engine.training.recipes.chest_scoring import EVALUATION_BATCH


def train_rival(
    name: str,
    training: ChestSet,
    embeddings: Tensor,
    config: ChestConfig,
    *,
    options: Mapping[str, Any] | None = None,
    checkpoint: Path | None = None,
    progress: Progress = silent,
) -> RivalNet:
    """Train a rival end to end, or solve it over the encoder as it starts where it is in closed form.

    Parameters
    ----------
    name, options
        Key of `engine.models.zero_shot.rivals.RIVALS` and its options.
    embeddings
        Text embeddings ``[S, d]`` of the training set's labels.
    config
        Encoder, images, optimiser and length of the run, as for the two systems; their losses play no part.

    Raises
    ------
    WrongUsage, Cancelled, IncompatibleModel
    """
    torch.manual_seed(config.seed)
    channels = Backbone(config.backbone, config.backbone_options, in_channels=1).channels[-1]
    rival = build(name, channels, embeddings, **(options or {}))
    network = RivalNet(config.backbone, config.backbone_options, rival)
    progress(0, 0, load_imagenet(network.encoder, config.pretrained))
    device = devices.pick(config.device)
    embeddings = embeddings.to(device)
    if rival.closed_form:
        network.to(device).eval()
        targets, known = (torch.from_numpy(a).to(device) for a in (training.targets, training.known))
        rival.solve(_features(network, training, device), embeddings, targets, known)
        return network
    weights = independence_weights(training, config.source_balance)
    fit(
        network,
        batch_source(training, config.batch, config.augmentation, config.seed, weights),
        rival_objective(embeddings),
        loop_config(config, batches_an_epoch(training, config.batch)),
        device=device,
        checkpoint=checkpoint,
        progress=progress,
        text=f"training {name}",
    )
    return network.eval()


def rival_objective(embeddings: Tensor) -> LossFunction:
    """Loss function of the loop for a `RivalNet`; batches hold ``images``, ``targets`` and ``known``."""

    def compute(module: nn.Module, batch: Batch) -> dict[str, Tensor]:
        assert isinstance(module, RivalNet)
        features = module.features(batch["images"])
        return module.rival.loss(features, embeddings, batch["targets"], batch["known"])

    return compute


@torch.inference_mode()
def _features(network: RivalNet, chest: ChestSet, device: torch.device) -> Tensor:
    """Pooled features ``[N, C]`` of all images, whole frames."""
    parts = []
    for start in range(0, len(chest), EVALUATION_BATCH):
        images = chest.tensor(np.arange(start, min(start + EVALUATION_BATCH, len(chest)))).to(device)
        with devices.autocast(device):
            parts.append(network.features(images).float().mean((2, 3)))
    return torch.cat(parts)
