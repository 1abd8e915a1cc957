"""Margin ranking of relevance scores (paper 004, equations 4 and 5)."""

from __future__ import annotations

import torch
from torch import Tensor

DELTA = 0.5  # paper 004, section 4


def ranking_loss(
    scores: Tensor,
    targets: Tensor,
    known: Tensor | None = None,
    margin: float = DELTA,
    per_label: bool = True,
) -> Tensor:
    """Mean over images of ``1/S Σ_p Σ_n max(δ + s_n - s_p, 0)``.

    Parameters
    ----------
    scores
        Relevance ``[B, S]``, higher is more relevant.
    targets
        ``[B, S]``, 1 present, 0 absent.
    known
        ``[B, S]`` bool; False where nobody said whether the label is present: it takes part in no pair, and
        S counts the known labels of the image. All are known by default.
    margin
        δ, in units of the score.
    per_label
        False leaves out ``1/S``, as the authors' public code does.

    Returns
    -------
    Tensor
        Scalar; 0 for images without a positive or without a negative label.
    """
    excess = margin + scores.unsqueeze(1) - scores.unsqueeze(2)  # [B, positive, negative]
    return mean_over_pairs(excess.clamp_min(0), targets, known, per_label)


def mean_over_pairs(penalty: Tensor, targets: Tensor, known: Tensor | None, per_label: bool = True) -> Tensor:
    """Mean over images of the penalties ``[B, positive, negative]`` of their pairs, over S where asked.

    Shared by the ranking loss and the weighted focused metric loss.
    """
    known = torch.ones_like(targets, dtype=torch.bool) if known is None else known
    total = penalty.where(pairs(targets, known), torch.zeros_like(penalty)).sum((1, 2))
    return (total / known.sum(1).clamp_min(1)).mean() if per_label else total.mean()


def pairs(targets: Tensor, known: Tensor | None = None) -> Tensor:
    """Which pairs of labels are compared: bool ``[B, S, S]``, the first is present, the second absent."""
    known = torch.ones_like(targets, dtype=torch.bool) if known is None else known
    return ((targets > 0.5) & known).unsqueeze(2) & ((targets <= 0.5) & known).unsqueeze(1)
