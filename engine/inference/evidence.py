"""Where in a chest image the evidence for a label lies, from the feature maps of a zero-shot network."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.imaging import geometry
from engine.models.zero_shot import ZeroShotNet


@torch.inference_mode()
def evidence_maps(network: ZeroShotNet, features: Tensor, labels: Tensor) -> NDArray[np.float32]:
    """Relevance of every place to each label, float32 ``[L, h, w]``, upright.

    Parameters
    ----------
    features
        Feature maps ``[C, h, w]`` of one whole frame. The network's input is the frame resized edge to edge
        and its cells tile that input, so the map covers the frame edge to edge too.
    labels
        Latent label vectors ``[L, D]``.
    """
    maps = network.evidence(features.float().unsqueeze(0), labels)[0]
    return np.asarray(maps.cpu().numpy(), np.float32)


def to_stored(upright: NDArray[np.float32], orientation: int) -> NDArray[np.float32]:
    """A map over the upright frame as one over the stored frame."""
    return np.ascontiguousarray(geometry.stored(upright, orientation))
