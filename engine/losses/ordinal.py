"""Losses for ordered grades."""

from __future__ import annotations

import torch
from torch import Tensor


def cumulative_cross_entropy(logits: Tensor, grades: Tensor) -> Tensor:
    """Binary cross-entropy of "at least grade k", k = 1 … L - 1, from softmax logits (ours).

    ``P(y >= k)`` is the sum of the softmax over the grades from k on, so that a network keeps the paper's
    5-way softmax while errors by two grades cost more than errors by one.

    Parameters
    ----------
    logits
        ``[B, L]``.
    grades
        int64 ``[B]``, 0 … L - 1.

    Returns
    -------
    Tensor
        ``[B]``, the mean over the L - 1 thresholds, in nats; at least 0.
    """
    logits = logits.float()
    whole = logits.logsumexp(dim=1, keepdim=True)
    at_least = torch.stack([logits[:, k:].logsumexp(dim=1) for k in range(1, logits.shape[1])], dim=1) - whole
    below = torch.stack([logits[:, :k].logsumexp(dim=1) for k in range(1, logits.shape[1])], dim=1) - whole
    reached = grades.unsqueeze(1) >= torch.arange(1, logits.shape[1], device=logits.device)
    return -at_least.where(reached, below).mean(dim=1)


def expected_grade_error(logits: Tensor, grades: Tensor) -> Tensor:
    """Squared error of the expected grade under the softmax: regression of the grade (EyePACS winners; ours).

    Parameters
    ----------
    logits
        ``[B, L]``.
    grades
        int64 ``[B]``.

    Returns
    -------
    Tensor
        ``[B]``, at least 0, in squared grades.
    """
    levels = torch.arange(logits.shape[1], device=logits.device, dtype=torch.float32)
    expected = (logits.float().softmax(dim=1) * levels).sum(dim=1)
    return (expected - grades).square()
