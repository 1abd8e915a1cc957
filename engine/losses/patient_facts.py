"""Side task of the chest encoder (ours): age, sex and view, which few images teach well."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def facts_loss(predicted: Tensor, facts: Tensor) -> Tensor:
    """Half the squared error of the age, and the logistic loss of the others; unknown ones cost nothing.

    Parameters
    ----------
    predicted, facts
        ``[B, 1 + Q]``: standardised age, then log odds of Q facts; facts hold the age, then 0 or 1. NaN is
        unknown.

    Returns
    -------
    Tensor
        Scalar, a mean over the batch; 0 where nothing is known.
    """
    known = torch.isfinite(facts)
    values = torch.where(known, facts, 0.0)
    age = 0.5 * (predicted[:, :1].float() - values[:, :1]) ** 2
    others = functional.binary_cross_entropy_with_logits(
        predicted[:, 1:].float(), values[:, 1:], reduction="none"
    )
    return (torch.cat([age, others], 1) * known).sum(1).mean()
