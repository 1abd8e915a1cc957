"""Contrastive loss of pairs (Hadsell et al. 2006; paper 000, eq. 1)."""

from __future__ import annotations

import torch
from torch import Tensor


def pair_distance(first: Tensor, second: Tensor) -> Tensor:
    """``D = ||f1 - f2||_2`` of ``[N, E]`` each, float32 ``[N]``; its gradient at 0 is 0, not NaN."""
    squared = (first.float() - second.float()).square().sum(dim=-1)
    apart = squared > 0
    return torch.where(apart, torch.where(apart, squared, 1.0).sqrt(), 0.0)


def contrastive_loss(first: Tensor, second: Tensor, same: Tensor, margin: float = 1.0) -> Tensor:
    """``1/(2N) sum [ Y D^2 + (1 - Y) max(m - D, 0)^2 ]`` (paper 000, eq. 1).

    Parameters
    ----------
    first, second
        Embeddings ``[N, E]`` of the two images of each pair, any floating type.
    same
        Y, ``[N]``: 1 for a pair of one disease.
    margin
        m: from which distance on a pair of two diseases costs nothing (1.0, ours).

    Returns
    -------
    Tensor
        Scalar float32; 0 for no pairs.
    """
    squared = (first.float() - second.float()).square().sum(dim=-1)
    gap = (margin - pair_distance(first, second)).clamp_min(0)
    same = same.float()
    return (same * squared + (1 - same) * gap.square()).sum() / (2 * max(len(same), 1))
