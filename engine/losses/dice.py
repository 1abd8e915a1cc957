"""Soft Dice loss (Milletari et al. 2016), beside the focal loss (ours)."""

from __future__ import annotations

import torch
from torch import Tensor


def dice_loss(logits: Tensor, targets: Tensor, known: Tensor | None = None, smooth: float = 1.0) -> Tensor:
    """Mean over lesions of ``1 - 2 |P T| / (|P| + |T|)``, pooled over the pixels of a batch.

    Pooling keeps an image without the lesion from counting as a whole image's worth of failure.

    Parameters
    ----------
    logits, targets
        ``[N, L, H, W]``; targets 0 or 1.
    known
        Broadcastable; what is 0 counts on neither side. A lesion of which a batch knows nothing
        is left out of the mean.
    smooth
        Pixels added to both sides of the fraction, so that no lesion and no prediction give loss 0.

    Returns
    -------
    Tensor
        Scalar float32 in 0–1.
    """
    logits = logits.float()
    weight = torch.ones_like(logits) if known is None else known.float().expand_as(logits)
    over = (0, *range(2, logits.ndim))
    probabilities = torch.sigmoid(logits) * weight
    truth = targets.float() * weight
    both = (probabilities * truth).sum(over)
    either = probabilities.sum(over) + truth.sum(over)
    loss = 1 - (2 * both + smooth) / (either + smooth)
    present = (weight.sum(over) > 0).float()
    return (loss * present).sum() / present.sum().clamp_min(1.0)
