"""Logistic loss over the labels that somebody decided."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def logistic_loss(
    logits: Tensor, targets: Tensor, known: Tensor | None = None, smoothing: float = 0.0
) -> Tensor:
    """Mean binary cross-entropy of the known labels; 0 when none is known.

    Ours, beside the papers' losses: ranking orders the labels of one image, this also orders the images of
    one label.

    Parameters
    ----------
    logits, targets, known
        ``[B, S]``; targets in 0–1.
    smoothing
        Targets are moved this far towards one half.
    """
    weight = torch.ones_like(logits) if known is None else known.to(logits.dtype)
    goal = targets * (1 - smoothing) + 0.5 * smoothing
    each = functional.binary_cross_entropy_with_logits(logits, goal.to(logits.dtype), reduction="none")
    return (each * weight).sum() / weight.sum().clamp_min(1)
