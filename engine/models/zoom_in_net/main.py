"""M-Net: grades the whole image, alone or with the fellow eye (paper 003, section 2)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from engine.models.backbones import Backbone


class MainNet(nn.Module):
    """Backbone, global average pool and a classifier over the features of both eyes.

    Parameters
    ----------
    outputs
        Logits a grade, and behind them those of further heads (macular oedema).

    Attributes
    ----------
    absent
        Learned features that stand for a fellow eye that is not there (ours).
    """

    def __init__(self, backbone: str, options: dict[str, Any], outputs: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.backbone = Backbone(backbone, options)
        self.width = self.backbone.channels[-1]
        self.absent = nn.Parameter(torch.zeros(self.width))
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(2 * self.width, outputs)

    def forward(self, images: Tensor, fellow: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Grade images.

        Parameters
        ----------
        images
            Normalised, ``[B, 3, n, n]``.
        fellow
            int64 ``[B]``: which image of this batch is the fellow eye; -1 for none.

        Returns
        -------
        maps
            M, ``[B, C, h, w]``.
        pair
            d_M of the eye and of its fellow, ``[B, 2 C]``.
        logits
            y_M before the softmax, ``[B, outputs]``.
        """
        maps = self.backbone(images)
        pair = self.both_eyes(maps.mean((2, 3)), fellow)
        return maps, pair, self.classifier(self.dropout(pair))

    def both_eyes(self, pooled: Tensor, fellow: Tensor) -> Tensor:
        """Features of each eye with those of its fellow, ``[B, 2 C]`` from ``[B, C]``."""
        there = (fellow >= 0).unsqueeze(1)
        other = torch.where(there, pooled[fellow.clamp(min=0)], self.absent.to(pooled.dtype))
        return torch.cat((pooled, other), dim=1)
