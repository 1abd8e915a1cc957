"""Weighted focused metric loss (paper 001, equations 9 and 10)."""

from __future__ import annotations

import math

from torch import Tensor

from engine.losses.ranking import mean_over_pairs

ALPHA = 2.0  # paper 001, section 4.3
BETA = 0.03  # paper 001, section 4.3
DELTA = 0.5  # ours: the paper names no value
EPOCHS_A_STEP = 10  # paper 001, E = ⌊epoch / 10⌋


def weighted_focused_metric_loss(
    distances: Tensor,
    targets: Tensor,
    known: Tensor | None = None,
    *,
    epoch: int = 0,
    alpha: float = ALPHA,
    beta: float = BETA,
    margin: float = DELTA,
) -> Tensor:
    """Mean over images of ``1/S Σ_p Σ_n max(D, 0)`` with
    ``D = δ - β⌊epoch/10⌋ + d_p^α log10(e^{d_p}) - d_n^α log10(e^{d_n})``.

    ``log10(e^d) = d·log10(e)`` cannot overflow; α = 0 leaves the plain difference times 0.434.

    Parameters
    ----------
    distances
        ``[B, S]``, not negative: image to label.
    targets, known
        As in `engine.losses.ranking.ranking_loss`.
    epoch
        Passes over the data so far; the margin shrinks by β every ten.
    """
    focused = math.log10(math.e) * distances ** (alpha + 1)
    threshold = margin - beta * (epoch // EPOCHS_A_STEP)
    excess = threshold + focused.unsqueeze(2) - focused.unsqueeze(1)  # [B, positive, negative]
    return mean_over_pairs(excess.clamp_min(0), targets, known)
