"""Alignment of an image with the mean of its labels (paper 004, equation 6)."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def mean_positive(embeddings: Tensor, targets: Tensor, known: Tensor | None = None) -> Tensor:
    """Mean text embedding ``[B, d]`` of each image's positive labels; zeros where it has none.

    Parameters
    ----------
    embeddings
        Text embeddings ``[S, d]`` of the labels.
    targets, known
        ``[B, S]`` as in `engine.losses.ranking.ranking_loss`.
    """
    positive = _positive(targets, known).to(embeddings.dtype)
    return positive @ embeddings / positive.sum(1, keepdim=True).clamp_min(1)


def alignment_loss(visual: Tensor, semantic: Tensor, targets: Tensor, known: Tensor | None = None) -> Tensor:
    """Mean over images with a positive label of ``1 - cos(ψ(x), φ(w̄_x))``.

    Parameters
    ----------
    visual
        Latent image vectors ψ(ρ(x)) ``[B, D]``.
    semantic
        φ of `mean_positive` ``[B, D]``.

    Returns
    -------
    Tensor
        Scalar in [0, 2]; 0 when no image has a positive label.
    """
    present = _positive(targets, known).any(1).to(visual.dtype)
    apart = 1 - functional.cosine_similarity(visual, semantic, dim=1)
    return (apart * present).sum() / present.sum().clamp_min(1)


def _positive(targets: Tensor, known: Tensor | None) -> Tensor:
    return targets > 0.5 if known is None else (targets > 0.5) & known
