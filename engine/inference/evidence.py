"""Where in a chest image the evidence for a label lies, from the feature maps of a zero-shot network.

Two views: the relevance of every place on its own, and Grad-CAM. Both cover the whole frame edge to edge.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.imaging import geometry
from engine.inference.cell_grid import CellGrid, Crop, over_frame
from engine.models.zero_shot import ZeroShotNet

EVIDENCE, GRAD_CAM = "evidence", "gradcam"
"""Prefixes of `engine.records.Prediction.maps`."""


@torch.inference_mode()
def evidence_maps(
    network: ZeroShotNet, features: Tensor, labels: Tensor, grid: CellGrid, crop: Crop | None = None
) -> NDArray[np.float32]:
    """Relevance of every place to each label, float32 ``[L, 2h, 2w]``, upright.

    Each place's features alone go through the visual mapping.

    Parameters
    ----------
    features
        Feature maps ``[C, h, w]`` of one input.
    labels
        Latent label vectors ``[L, D]``.
    grid
        Of the network's encoder at that input size (`engine.inference.cell_grid`).
    crop
        The part of the frame that the input was; None: the frame resized edge to edge.
    """
    maps = network.evidence(features.float().unsqueeze(0), labels)[0]
    return over_frame(np.asarray(maps.cpu().numpy(), np.float32), grid, crop)


def grad_cam(
    network: ZeroShotNet, features: Tensor, labels: Tensor, grid: CellGrid, crop: Crop | None = None
) -> NDArray[np.float32]:
    """Grad-CAM (Selvaraju et al., ICCV 2017) of each label's relevance; parameters as in `evidence_maps`.

    ``relu(Σ_c a_c F_c)`` with ``a_c`` the mean of ``∂ score / ∂ F_c`` over the places. Features are averaged
    before the mapping, so that is ``∂ score / ∂ mean(F_c)`` over the number of places: one small gradient a
    label.
    """
    with torch.inference_mode(False), torch.enable_grad():
        maps, latent = features.float().clone(), labels.clone()  # clones of inference tensors may be recorded
        pooled = maps.mean((1, 2)).requires_grad_()
        scores = network.scores(network.visual(pooled.unsqueeze(0)), latent)[0]
        slopes = [torch.autograd.grad(score, pooled, retain_graph=True)[0] for score in scores]
        slope = torch.stack(slopes) if slopes else pooled.new_zeros(0, len(pooled))
        cams = torch.einsum("lc,chw->lhw", slope / maps[0].numel(), maps).relu()
    return over_frame(np.asarray(cams.detach().cpu().numpy(), np.float32), grid, crop)


def to_stored(upright: NDArray[np.float32], orientation: int) -> NDArray[np.float32]:
    """A map over the upright frame as one over the stored frame."""
    return np.ascontiguousarray(geometry.stored(upright, orientation))
