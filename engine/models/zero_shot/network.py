"""The network of both zero-shot chest systems: two modalities mapped to one latent space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from engine.errors import IncompatibleModel, WrongUsage
from engine.models.backbones import Backbone
from engine.models.zero_shot.distances import DISTANCES, relevance
from engine.models.zero_shot.features import pooled
from engine.models.zero_shot.mapping import Mapping
from engine.models.zero_shot.views import ten_crops

MEAN, STD = 0.5, 0.25  # of grey levels 0–1; ours


class ZeroShotNet(nn.Module):
    """Visual encoder ρ, visual mapping ψ and semantic mapping φ (paper 004, figure 1; paper 001, figure 1).

    The label set is not part of it: labels come in as embeddings, so that any label can be ranked.

    Parameters
    ----------
    backbone, backbone_options
        timm network of the visual encoder, grey input.
    semantic_size
        Features of a label's embedding: 384 for MiniLM, 768 for BioBERT.
    hidden, latent
        Hidden sizes and size of the latent space of both mappings.
    relevance
        ``cosine`` (paper 004) or a distance of paper 001, whose negative is the score.
    views
        Side in pixels of the ten crops whose visual features are averaged when the network is asked (ours);
        0 for the whole frame alone.

    Attributes
    ----------
    side
        While it learns and where the recipe wants it: age, sex and view from the visual features (ours).
    """

    def __init__(
        self,
        backbone: str,
        backbone_options: dict[str, Any],
        semantic_size: int,
        hidden: Sequence[int],
        latent: int,
        activation: str,
        relevance: str,
        dropout: float = 0.0,
        views: int = 0,
    ) -> None:
        super().__init__()
        if relevance != "cosine" and relevance not in DISTANCES:
            names = ", ".join(("cosine", *DISTANCES))
            raise WrongUsage(f"no relevance is called {relevance!r}", remedy=f"Use one of {names}.")
        self.relevance, self.views, self.semantic_size = relevance, views, semantic_size
        self.encoder = Backbone(backbone, backbone_options, in_channels=1)
        size = self.encoder.channels[-1]
        self.visual = Mapping((size, *hidden, latent), activation, dropout)
        self.semantic = Mapping((semantic_size, *hidden, latent), activation)
        self.log_scale = nn.Parameter(torch.tensor(1.5))  # of the logistic term (ours): about 4.5
        self.bias = nn.Parameter(torch.tensor(-1.0 if relevance == "cosine" else 2.0))  # distances: 0 is near
        self.side: nn.Linear | None = None

    def features(self, images: Tensor) -> Tensor:
        """Feature maps ``[B, C, h, w]`` of grey images ``[B, 1, H, W]`` in 0–1."""
        return self.encoder((images - MEAN) / STD)

    def embed_images(self, images: Tensor) -> Tensor:
        """Latent visual vectors ψ(ρ(x)) ``[B, D]``."""
        return self.visual(self.pooled(images))

    def pooled(self, images: Tensor) -> Tensor:
        """Visual features ρ(x) ``[B, C]``: a mean over the image, and over `views` unless it is learning."""
        if self.training or not self.views:
            return pooled(self.features(images))
        crops = [pooled(self.features(crop)) for crop in ten_crops(images, self.views)]
        return torch.stack(crops).mean(0)

    def described(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """What `pooled` gives, and the feature maps ``[B, C, h, w]`` of the whole frame."""
        maps = self.features(images)
        return (self.pooled(images) if self.views else pooled(maps)), maps

    def embed_features(self, features: Tensor) -> Tensor:
        """Latent visual vectors ψ ``[B, D]`` of visual features ``[B, C]`` or maps ``[B, C, h, w]``."""
        return self.visual(pooled(features))

    def embed_labels(self, embeddings: Tensor) -> Tensor:
        """Latent label vectors φ(w) ``[L, D]`` of text embeddings ``[L, semantic_size]``.

        Raises
        ------
        IncompatibleModel
            When an encoder of another width made them.
        """
        if embeddings.shape[-1] != self.semantic_size:
            raise IncompatibleModel(
                f"label embeddings of {embeddings.shape[-1]} values do not fit a model made for "
                f"{self.semantic_size}",
                remedy="Embed the labels with the model's own encoder.",
            )
        return self.semantic(embeddings)

    def scores(self, visual: Tensor, labels: Tensor) -> Tensor:
        """Relevance ``[B, L]`` of latent vectors ``[B, D]`` and ``[L, D]``; higher is more relevant."""
        return relevance(self.relevance, visual, labels)

    def logits(self, scores: Tensor) -> Tensor:
        """Log odds for the logistic term (ours): one positive scale and one bias for all labels, so that it
        holds for labels never trained too.
        """
        return self.log_scale.exp() * scores + self.bias

    def forward(self, images: Tensor, embeddings: Tensor) -> Tensor:
        """Relevance ``[B, L]`` of labels with text embeddings ``[L, semantic_size]`` to images."""
        return self.scores(self.embed_images(images), self.embed_labels(embeddings))

    def evidence(self, features: Tensor, labels: Tensor) -> Tensor:
        """Relevance of every place: its features alone projected through the visual mapping.

        Paper 001, figure 7, shows heat maps of classes; this reading of them is ours and needs no gradient.

        Parameters
        ----------
        features, labels
            ``[B, C, h, w]`` from `features`; latent label vectors ``[L, D]``.

        Returns
        -------
        Tensor
            ``[B, L, h, w]``.
        """
        batch, channels, rows, columns = features.shape
        places = features.permute(0, 2, 3, 1).reshape(-1, channels)
        return self.scores(self.visual(places), labels).T.reshape(-1, batch, rows, columns).transpose(0, 1)
