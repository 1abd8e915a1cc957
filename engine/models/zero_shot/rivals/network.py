"""A rival that learns together with a visual encoder: images in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from engine.models.backbones import Backbone
from engine.models.zero_shot.network import MEAN, STD
from engine.models.zero_shot.rivals.rival import Rival


class RivalNet(nn.Module):
    """The encoder of `engine.models.zero_shot.ZeroShotNet` before a rival of as many visual features.

    Parameters
    ----------
    backbone, backbone_options
        timm network, grey input.
    rival
        Made for ``Backbone.channels[-1]`` features.
    """

    def __init__(self, backbone: str, backbone_options: Mapping[str, Any], rival: Rival) -> None:
        super().__init__()
        self.encoder = Backbone(backbone, backbone_options, in_channels=1)
        self.rival = rival

    def features(self, images: Tensor) -> Tensor:
        """Feature maps ``[B, C, h, w]`` of grey images ``[B, 1, H, W]`` in 0–1."""
        return self.encoder((images - MEAN) / STD)

    def forward(self, images: Tensor, embeddings: Tensor) -> Tensor:
        """Relevance ``[B, L]`` of labels with text embeddings ``[L, d]``."""
        return self.rival(self.features(images), embeddings)
