"""Logistic loss over the labels that somebody decided."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def logistic_loss(
    logits: Tensor, targets: Tensor, weight: Tensor | None = None, smoothing: float = 0.0
) -> Tensor:
    """Weighted mean binary cross-entropy; 0 when nothing has weight.

    Ours, beside the papers' losses: ranking orders the labels of one image, this also orders the images of
    one label.

    Parameters
    ----------
    logits, targets
        ``[B, S]``; targets in 0–1.
    weight
        ``[B, S]`` >= 0; 0 where nobody said whether the label is present. 1 by default.
    smoothing
        Targets are moved this far towards one half.
    """
    weight = torch.ones_like(logits) if weight is None else weight.to(logits.dtype)
    goal = targets * (1 - smoothing) + 0.5 * smoothing
    each = functional.binary_cross_entropy_with_logits(logits, goal.to(logits.dtype), reduction="none")
    return (each * weight).sum() / weight.sum().clamp_min(torch.finfo(logits.dtype).tiny)
