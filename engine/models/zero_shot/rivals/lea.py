"""LEA-ZSL: images embedded among the labels' texts (after Akata et al., ALE, TPAMI 2016)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from engine.errors import WrongUsage
from engine.losses.ranking import ranking_loss
from engine.models.zero_shot.distances import DISTANCES, relevance
from engine.models.zero_shot.features import pooled
from engine.models.zero_shot.mapping import Mapping
from engine.models.zero_shot.rivals.rival import Rival


class Lea(Rival):
    """Visual features mapped into the space of the text embeddings, which stay as they are.

    Paper 001 (section 4.2.1): "embeds visual vectors into semantic vectors and uses distance functions".
    ALE ranks by a linear compatibility ``x^T W w`` and learns by ranking.

    Parameters
    ----------
    relevance
        ``euclidean`` (paper 001), another distance of `DISTANCES`, ``cosine``, or ``dot`` (ALE).
    hidden
        Sizes of hidden layers; none in ALE.
    margin
        Of the ranking loss; 1 in ALE.
    """

    def __init__(
        self,
        visual_size: int,
        seen: Tensor,
        relevance: str = "euclidean",
        hidden: Sequence[int] = (),
        margin: float = 1.0,
    ) -> None:
        super().__init__(visual_size, seen)
        names = ("dot", "cosine", *DISTANCES)
        if relevance not in names:
            raise WrongUsage(
                f"no relevance is called {relevance!r}", remedy=f"Use one of {', '.join(names)}."
            )
        self.relevance, self.margin = relevance, margin
        self.visual = Mapping((visual_size, *hidden, self.semantic_size))

    def forward(self, features: Tensor, embeddings: Tensor) -> Tensor:
        """See `Rival.forward`."""
        self.check(features, embeddings)
        visual = self.visual(pooled(features)).float()
        if self.relevance == "dot":
            return visual @ embeddings.T
        return relevance(self.relevance, visual, embeddings)

    def loss(
        self, features: Tensor, embeddings: Tensor, targets: Tensor, known: Tensor | None = None
    ) -> dict[str, Tensor]:
        """The ranking loss over all pairs of a present and an absent label."""
        return {"loss": ranking_loss(self(features, embeddings), targets, known, self.margin)}
