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
        """Minus the mean squared difference of features and prototype, less the part that is the image's own.

        ``|x|²`` stands in the distances of an image to all labels alike: without it the order of labels is
        the same, and images of different length can be compared (ours; AUROC does that). See `Rival.forward`.
        """
        return self._nearness(features, embeddings)[0]

    def loss(
        self, features: Tensor, embeddings: Tensor, targets: Tensor, known: Tensor | None = None
    ) -> dict[str, Tensor]:
        """Squared error over the present labels, and the ranking loss where it has weight."""
        scores, own = self._nearness(features, embeddings)
        present = ((targets > 0.5) & known_or_all(targets, known)).to(scores.dtype)
        error = ((own - scores) * present).sum() / present.sum().clamp_min(1)
        rank = ranking_loss(scores, targets, known, self.margin)
        return {"loss": error + self.rank_weight * rank, "error": error, "rank": rank}

    def _nearness(self, features: Tensor, embeddings: Tensor) -> tuple[Tensor, Tensor]:
        """``2 x·y − |y|²`` ``[N, L]`` and ``|x|²`` ``[N, 1]``, both over C: no ``[N, L, C]`` in memory."""
        self.check(features, embeddings)
        visual, labels = pooled(features).float(), self.semantic(embeddings).float()
        near = 2 * visual @ labels.T - labels.square().sum(1)
        return near / self.visual_size, visual.square().mean(1, keepdim=True)
