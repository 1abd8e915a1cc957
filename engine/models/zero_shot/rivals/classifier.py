"""A plain multi-label classifier: what is reached without any language, and for seen labels only."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.losses.logistic import logistic_loss
from engine.models.zero_shot.features import pooled
from engine.models.zero_shot.rivals.rival import Rival, known_or_all

SAME = 1e-3  # relative distance up to which an embedding is a trained label's


class Classifier(Rival):
    """One logistic output a trained label.

    It knows a label by its text embedding alone, so that it is asked as all others are; of a label that was
    not trained it says NaN.
    """

    seen: Tensor

    def __init__(self, visual_size: int, seen: Tensor) -> None:
        super().__init__(visual_size, seen)
        self.register_buffer("seen", seen.detach().clone())
        self.output = nn.Linear(visual_size, len(seen))

    def forward(self, features: Tensor, embeddings: Tensor) -> Tensor:
        """Log odds; NaN for labels that were not trained. See `Rival.forward`."""
        self.check(features, embeddings)
        logits = self.output(pooled(features)).float()
        apart = torch.cdist(embeddings.float(), self.seen.float())
        nearest, place = apart.min(1)
        trained = nearest <= SAME * embeddings.float().norm(dim=1).clamp_min(SAME)
        return logits[:, place].where(trained, torch.full_like(logits[:, place], torch.nan))

    def loss(
        self, features: Tensor, embeddings: Tensor, targets: Tensor, known: Tensor | None = None
    ) -> dict[str, Tensor]:
        """Binary cross-entropy over what is known; ``embeddings`` must be the trained labels in order."""
        self.check(features, embeddings)
        logits = self.output(pooled(features)).float()
        return {"loss": logistic_loss(logits, targets, known_or_all(targets, known))}
