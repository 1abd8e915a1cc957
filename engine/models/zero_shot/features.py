"""Feature maps as vectors and as regions. What takes maps takes vectors too: one region an image."""

from __future__ import annotations

from torch import Tensor


def pooled(features: Tensor) -> Tensor:
    """Feature vectors ``[N, C]``: the mean over the places of maps ``[N, C, h, w]``; vectors stay."""
    return features.mean((2, 3)) if features.ndim == 4 else features


def regions(features: Tensor) -> Tensor:
    """Region features ``[N, R, C]`` of maps ``[N, C, h, w]``; vectors ``[N, C]`` are one region each."""
    return features.flatten(2).transpose(1, 2) if features.ndim == 4 else features.unsqueeze(1)
