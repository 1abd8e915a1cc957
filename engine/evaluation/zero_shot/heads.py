"""Both systems' mappings over stored features, in the frame of the rivals that they are compared with."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from engine.losses.alignment import alignment_loss, mean_positive
from engine.losses.consistency import consistency_as_released, consistency_loss
from engine.losses.ranking import DELTA, ranking_loss
from engine.losses.weighted_focused_metric import ALPHA, BETA, weighted_focused_metric_loss
from engine.models.zero_shot.distances import relevance
from engine.models.zero_shot.mapping import Mapping
from engine.models.zero_shot.rivals import Rival
from engine.models.zero_shot.rivals.rival import pooled


class TwoMappings(Rival):
    """Visual features and text embeddings mapped to one latent space (papers 001 and 004, figure 1 of both).

    The same modules as `engine.models.zero_shot.ZeroShotNet` without its encoder.
    """

    def __init__(
        self,
        visual_size: int,
        seen: Tensor,
        hidden: Sequence[int],
        latent: int,
        activation: str,
        near: str,
    ) -> None:
        super().__init__(visual_size, seen)
        self.near = near
        self.visual = Mapping((visual_size, *hidden, latent), activation)
        self.semantic = Mapping((self.semantic_size, *hidden, latent), activation)

    def forward(self, features: Tensor, embeddings: Tensor) -> Tensor:
        """See `Rival.forward`."""
        self.check(features, embeddings)
        return relevance(self.near, self.visual(pooled(features)), self.semantic(embeddings))


class CxrMlGzsl(TwoMappings):
    """CXR-ML-GZSL (paper 004, equation 3): ``L_rank + γ1 L_align + γ2 L_con`` on cosines.

    Parameters
    ----------
    per_label
        Whether the ranking term is over S, as in equation 4; the public code leaves that out.
    released_consistency
        The consistency term as the public code has it (`consistency_as_released`), of seen labels alone.
    """

    def __init__(
        self,
        visual_size: int,
        seen: Tensor,
        hidden: Sequence[int] = (512, 256),
        latent: int = 128,
        margin: float = DELTA,
        gamma_align: float = 0.1,
        gamma_con: float = 0.01,
        per_label: bool = True,
        released_consistency: bool = False,
    ) -> None:
        super().__init__(visual_size, seen, hidden, latent, "relu", "cosine")
        self.margin, self.gamma_align, self.gamma_con = margin, gamma_align, gamma_con
        self.per_label = per_label
        self.consistency = consistency_as_released if released_consistency else consistency_loss

    def loss(
        self, features: Tensor, embeddings: Tensor, targets: Tensor, known: Tensor | None = None
    ) -> dict[str, Tensor]:
        """See `Rival.loss`; a term of weight 0 is not part of the sum."""
        self.check(features, embeddings)
        visual, labels = self.visual(pooled(features)), self.semantic(embeddings)
        rank = ranking_loss(
            relevance(self.near, visual, labels), targets, known, self.margin, per_label=self.per_label
        )
        parts = {"loss": rank, "rank": rank}
        if self.gamma_align:
            mean = self.semantic(mean_positive(embeddings, targets, known))
            parts["align"] = alignment_loss(visual, mean, targets, known)
            parts["loss"] = parts["loss"] + self.gamma_align * parts["align"]
        if self.gamma_con:
            parts["consistency"] = self.consistency(embeddings, labels)
            parts["loss"] = parts["loss"] + self.gamma_con * parts["consistency"]
        return parts


class CmDmlGzsl(TwoMappings):
    """CM-DML-GZSL (paper 001, equations 9 and 10): the weighted focused metric loss on distances.

    Attributes
    ----------
    epoch
        Passes over the data so far, which the margin depends on; whoever trains sets it.
    """

    def __init__(
        self,
        visual_size: int,
        seen: Tensor,
        hidden: Sequence[int] = (512, 256),
        latent: int = 100,
        margin: float = 0.5,
        alpha: float = ALPHA,
        beta: float = BETA,
    ) -> None:
        super().__init__(visual_size, seen, hidden, latent, "leaky_relu", "weighted_euclidean")
        self.margin, self.alpha, self.beta = margin, alpha, beta
        self.epoch = 0

    def loss(
        self, features: Tensor, embeddings: Tensor, targets: Tensor, known: Tensor | None = None
    ) -> dict[str, Tensor]:
        """See `Rival.loss`."""
        metric = weighted_focused_metric_loss(
            -self(features, embeddings),
            targets,
            known,
            epoch=self.epoch,
            alpha=self.alpha,
            beta=self.beta,
            margin=self.margin,
        )
        return {"loss": metric, "metric": metric}
