"""Focal loss (Lin et al. 2017, eq. 5), the segmentation loss of paper 000, for partly labelled masks."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def focal_loss(
    logits: Tensor,
    targets: Tensor,
    known: Tensor | None = None,
    gamma: float = 2.0,
    alpha: float | None = None,
) -> Tensor:
    """Mean of ``-a_t (1 - p_t)^gamma log(p_t)`` over what is known.

    Parameters
    ----------
    logits, targets
        ``[N, L, H, W]`` or any equal shape; targets 0 or 1.
    known
        Broadcastable to that shape; 0 where nobody has said what is there, which gives no loss.
    gamma
        0 gives binary cross-entropy; 2 is Lin's choice.
    alpha
        Weight of the positives (negatives get 1 - alpha); None weights both by 1.

    Returns
    -------
    Tensor
        Scalar float32; 0 with a zero gradient where nothing is known.
    """
    logits, targets = logits.float(), targets.float()
    entropy = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    # 1 - p_t as a sigmoid of its own keeps its digits where p_t is near 1.
    miss = torch.sigmoid(logits * (1 - 2 * targets))
    # The clamp keeps d/dx of x^gamma finite at 0 for gamma below 1.
    loss = entropy if gamma == 0 else miss.clamp_min(1e-12).pow(gamma) * entropy
    if alpha is not None:
        loss = loss * (alpha * targets + (1 - alpha) * (1 - targets))
    if known is None:
        return loss.mean()
    weight = known.float().expand_as(loss)
    return (loss * weight).sum() / weight.sum().clamp_min(1.0)
