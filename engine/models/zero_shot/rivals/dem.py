"""DEM-ZSL: labels' texts embedded among the images (Zhang, Xiang and Gong, CVPR 2017)."""

from __future__ import annotations

from torch import Tensor, nn

from engine.losses.ranking import ranking_loss
from engine.models.zero_shot.features import pooled
from engine.models.zero_shot.rivals.rival import Rival, known_or_all


class Dem(Rival):
    """Text embeddings mapped by two layers to prototypes in the space of the visual features.

    DEM, equation 2: ``1/N Σ ‖x_i − ReLU(W2 ReLU(W1 w_i))‖²`` with weight decay (of the optimiser); nearest
    prototype wins. With several labels an image, the mean goes over the pairs of an image and one of its
    labels (ours).

    Parameters
    ----------
    hidden
        Size of the hidden layer (ours: 700, DEM's for AwA attributes).
    rectify
        Whether prototypes pass a last ReLU, as DEM's do: its features are never negative. False where
        features are standardised, whose negative half no such prototype can reach.
    rank_weight
        Weight of the ranking loss on ``-distance`` beside the squared error (ours; 0 is DEM as published,
        which never compares a label with another).
    margin
        Of that loss.
    """

    def __init__(
        self,
        visual_size: int,
        seen: Tensor,
        hidden: int = 700,
        rectify: bool = True,
        rank_weight: float = 1.0,
        margin: float = 0.5,
    ) -> None:
        super().__init__(visual_size, seen)
        self.rank_weight, self.margin = rank_weight, margin
        self.semantic = nn.Sequential(
            nn.Linear(self.semantic_size, hidden),
            nn.ReLU(),
            nn.Linear(hidden, visual_size),
            nn.ReLU() if rectify else nn.Identity(),
        )

    def forward(self, features: Tensor, embeddings: Tensor) -> Tensor:
        """Minus the mean squared difference of features and prototype; see `Rival.forward`."""
        self.check(features, embeddings)
        visual, labels = pooled(features).float(), self.semantic(embeddings).float()
        # |x - y|² from products: no [N, L, C] in memory.
        squares = visual.square().sum(1, keepdim=True) + labels.square().sum(1) - 2 * visual @ labels.T
        return -squares / self.visual_size

    def loss(
        self, features: Tensor, embeddings: Tensor, targets: Tensor, known: Tensor | None = None
    ) -> dict[str, Tensor]:
        """Squared error over the present labels, and the ranking loss where it has weight."""
        scores = self(features, embeddings)
        present = ((targets > 0.5) & known_or_all(targets, known)).to(scores.dtype)
        error = -(scores * present).sum() / present.sum().clamp_min(1)
        rank = ranking_loss(scores, targets, known, self.margin)
        return {"loss": error + self.rank_weight * rank, "error": error, "rank": rank}
