"""Cross-entropy over examples of which some carry no label."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

UNKNOWN = -1
"""Target of an example that nobody labelled: it gives no loss."""


def mean_over_known(loss: Callable[[Tensor, Tensor], Tensor], logits: Tensor, targets: Tensor) -> Tensor:
    """Mean of a per-example loss over the labelled examples; 0, with a gradient of 0, when none is labelled.

    Parameters
    ----------
    loss
        Logits ``[K, L]`` and targets ``[K]`` -> ``[K]``.
    logits
        ``[B, L]``.
    targets
        int64 ``[B]``; `UNKNOWN` where there is no label.
    """
    known = targets != UNKNOWN
    if not bool(known.any()):
        return logits.float().sum() * 0
    return loss(logits[known], targets[known]).mean()


def cross_entropy(logits: Tensor, targets: Tensor, smoothing: float = 0.0) -> Tensor:
    """Softmax cross-entropy a labelled example, ``[B, L]`` and ``[B]`` to ``[B]``, in nats."""
    return functional.cross_entropy(logits.float(), targets, reduction="none", label_smoothing=smoothing)


def entropy(logits: Tensor) -> Tensor:
    """Entropy of the softmax, ``[B, L]`` to ``[B]``, in nats: the uncertainty of a prediction."""
    logs = torch.log_softmax(logits.float(), dim=1)
    return -(logs.exp() * logs).sum(dim=1)
