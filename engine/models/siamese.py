"""Twin network of disease similarity (paper 000, section 3.1): do two photographs show one disease?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from engine.models.backbones import Backbone
from engine.models.feature_backbones import plain_name


@dataclass(frozen=True, slots=True)
class SiameseConfig:
    """A twin network.

    Attributes
    ----------
    backbone, options
        A name of the paper's table 3 or of timm, and timm's arguments; shared by the twins. Paper 000: VGG19.
    embedding
        Length E of the feature vector f that distances are taken of (ours).
    """

    backbone: str = "vgg19"
    options: Mapping[str, Any] = field(default_factory=dict)
    embedding: int = 128

    def as_dict(self) -> dict[str, Any]:
        """For a model card."""
        return asdict(self)


COMPACT = SiameseConfig(
    backbone="resnet10t",
    options={"channels": [32, 64, 128, 192], "stem_type": "deep", "stem_width": 16},
    embedding=64,
)
"""Ours: under a million parameters."""


class SiameseNetwork(nn.Module):
    """Backbone, mean over space, projection to the unit sphere; a head on absolute differences."""

    def __init__(self, config: SiameseConfig) -> None:
        super().__init__()
        options = {k: tuple(v) if isinstance(v, list) else v for k, v in config.options.items()}
        self.config = config
        self.backbone = Backbone(plain_name(config.backbone), options)
        self.project = nn.Linear(self.backbone.channels[-1], config.embedding)
        self.head = nn.Linear(config.embedding, 1)

    def embed(self, images: Tensor) -> Tensor:
        """Images ``[N, 3, H, W]`` -> unit vectors ``[N, E]`` float32, so that distances lie in 0–2."""
        pooled = self.backbone(images).mean(dim=(2, 3))
        return nn.functional.normalize(self.project(pooled).float(), dim=1)

    def compare(self, first: Tensor, second: Tensor) -> Tensor:
        """Logit of P(same disease), ``[...]``, of embeddings ``[..., E]`` that broadcast: fc(|f1 - f2|)."""
        return self.head((first - second).abs()).squeeze(-1)

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        """Logits ``[N]`` of image pairs."""
        embedded = self.embed(torch.cat([first, second]))
        return self.compare(*embedded.chunk(2))


def build(config: Mapping[str, Any]) -> SiameseNetwork:
    """The network that a model card's config describes; keys of others are ignored.

    Raises
    ------
    WrongUsage
        When timm has no such backbone.
    """
    names = SiameseConfig.__dataclass_fields__
    return SiameseNetwork(SiameseConfig(**{k: v for k, v in config.items() if k in names}))
