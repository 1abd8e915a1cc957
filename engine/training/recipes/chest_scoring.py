"""What a zero-shot network says of a set of images."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine import devices
from engine.data.chest_set import ChestSet
from engine.models import zero_shot

EVALUATION_BATCH = 32


@torch.inference_mode()
def score(network: zero_shot.ZeroShotNet, chest: ChestSet, embeddings: Tensor) -> NDArray[np.float32]:
    """Relevance ``[N, L]`` of labels with text embeddings ``[L, d]`` to every image, whole frames."""
    network.eval()
    device = next(network.parameters()).device
    labels = network.embed_labels(embeddings.to(device))
    parts = [np.zeros((0, len(embeddings)), np.float32)]
    for start in range(0, len(chest), EVALUATION_BATCH):
        images = chest.tensor(np.arange(start, min(start + EVALUATION_BATCH, len(chest)))).to(device)
        with devices.autocast(device):
            visual = network.embed_images(images)
        parts.append(network.scores(visual.float(), labels).cpu().numpy())
    return np.concatenate(parts)
