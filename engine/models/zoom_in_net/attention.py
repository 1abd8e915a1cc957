"""A-Net: score maps gated by attention maps, one a grade (paper 003, section 2, figure 2, equation 1)."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn


class Evidence(NamedTuple):
    """What A-Net sees in M, each map ``[B, L, h, w]`` for L grades; float32.

    Attributes
    ----------
    scores
        S: a linear classifier at each place.
    attention
        A: where to look; at least 0, sums to 1 over the places of each map.
    gated
        G = S ⊗ A (equation 1).
    logits
        y_A ``[B, L]``: G summed over the places.
    """

    scores: Tensor
    attention: Tensor
    gated: Tensor
    logits: Tensor


class AttentionNet(nn.Module):
    """Part I: a 1×1 convolution. Part II: three convolutions and a spatial softmax a grade.

    The kernels 1×1, 3×3, 1×1 with batch norm and ReLU between are ours: the text that we have of the paper's
    figure 2 lost its numbers.
    """

    def __init__(self, channels: int, grades: int, hidden: int) -> None:
        super().__init__()
        self.part_one = nn.Conv2d(channels, grades, 1)
        self.part_two = nn.Sequential(
            nn.Conv2d(channels, hidden, 1, bias=False),
            nn.BatchNorm2d(hidden),
            nn.ReLU(inplace=True),
            nn.Conv2d(hidden, hidden, 3, padding=1, bias=False),
            nn.BatchNorm2d(hidden),
            nn.ReLU(inplace=True),
            nn.Conv2d(hidden, grades, 1),
        )

    def forward(self, maps: Tensor) -> Evidence:
        """Evidence of feature maps M, ``[B, C, h, w]``."""
        scores = self.part_one(maps).float()
        attention = spatial_softmax(self.part_two(maps))
        gated = scores * attention
        return Evidence(scores, attention, gated, gated.sum((2, 3)))


def spatial_softmax(maps: Tensor) -> Tensor:
    """Softmax over the places of each map, in float32: ``[B, L, h, w]`` to the same."""
    return maps.float().flatten(2).softmax(dim=2).view(maps.shape)
