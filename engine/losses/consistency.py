"""Semantics inter-class consistency (paper 004, equation 7)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def consistency_loss(embeddings: Tensor, projected: Tensor) -> Tensor:
    """``Σ_{i≠j} |cos(w_i, w_j) - cos(φ(w_i), φ(w_j))|`` over ordered pairs of labels.

    Parameters
    ----------
    embeddings
        Text embeddings ``[S, d]``.
    projected
        Their images φ(w) in the latent space ``[S, D]``.

    Returns
    -------
    Tensor
        Scalar >= 0; 0 for a single label.
    """
    difference = _cosines(embeddings) - _cosines(projected)
    return (difference - difference.diag().diag()).abs().sum()


def consistency_as_released(embeddings: Tensor, projected: Tensor) -> Tensor:
    """The term as the authors' public code has it: a mean over all S² pairs, the diagonal among them.

    One side of each pair of projections is detached, which halves the gradient. A label less or more then
    hardly changes its size, while the sum of equation 7 grows with the square of their number.
    """
    own = functional.normalize(projected, dim=1)
    with torch.autocast(projected.device.type, enabled=False):
        cosines = own @ own.detach().T
    return (_cosines(embeddings) - cosines).abs().mean()


def _cosines(vectors: Tensor) -> Tensor:
    unit = functional.normalize(vectors, dim=1)
    with torch.autocast(vectors.device.type, enabled=False):  # bfloat16 would round differences away
        return unit @ unit.T
