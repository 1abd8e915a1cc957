"""ConSE: an unseen label scores as the seen labels do whose words are near (Norouzi et al., ICLR 2014)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from engine.models.zero_shot.rivals.classifier import Classifier
from engine.models.zero_shot.rivals.rival import pooled


class Conse(Classifier):
    """The plain classifier, whose probabilities are carried over to any label by the likeness of words.

    ``f(x) = Σ_s p(s | x) w_s / Σ_s p(s | x)`` over all seen labels (its equation 1 with T = S), and the score
    is the cosine of f(x) with the label's words. It learns nothing of words: against it shows what a trained
    mapping is worth.
    """

    def forward(self, features: Tensor, embeddings: Tensor) -> Tensor:
        """See `Rival.forward`."""
        self.check(features, embeddings)
        shares = torch.sigmoid(self.output(pooled(features)).float())
        mixed = shares @ self.seen / shares.sum(1, keepdim=True)
        return functional.normalize(mixed, dim=1) @ functional.normalize(embeddings, dim=1).T
