"""LESA: shared multi-attention (Huynh and Elhamifar, CVPR 2020)."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.losses.ranking import pairs
from engine.models.zero_shot.features import regions
from engine.models.zero_shot.rivals.rival import Rival, known_or_all

MARGIN = 1.0  # LESA, equation 8


class Lesa(Rival):
    """T attentions over regions, shared by all labels; a label takes the attention that speaks most for it.

    ``a_t = softmax_r(w_t · tanh(W1 f_r))``, ``h_t = Σ_r a_t(r) f_r``, ``s_l = max_t <W w_l, h_t>``
    (its section 4.1). Without feature maps there is one region and all attentions are equal.

    Parameters
    ----------
    attentions
        T = 10 (its section 5.2).
    diversity, relevance, distribution
        Weights of the three regularisers: 0.01, 0.001 and 0.1, as in the authors' code for NUS-WIDE.
    """

    spatial: ClassVar[bool] = True

    def __init__(
        self,
        visual_size: int,
        seen: Tensor,
        attentions: int = 10,
        diversity: float = 0.01,
        relevance: float = 0.001,
        distribution: float = 0.1,
    ) -> None:
        super().__init__(visual_size, seen)
        self.weights = {"diversity": diversity, "relevance": relevance, "distribution": distribution}
        self.hidden = nn.Linear(visual_size, visual_size)
        self.attend = nn.Linear(visual_size, attentions)
        self.classify = nn.Linear(self.semantic_size, visual_size, bias=False)

    def forward(self, features: Tensor, embeddings: Tensor) -> Tensor:
        """See `Rival.forward`."""
        self.check(features, embeddings)
        places = regions(features)
        return self._by_attention(self._attended(places, self._logits(places)), embeddings).amax(1)

    def loss(
        self, features: Tensor, embeddings: Tensor, targets: Tensor, known: Tensor | None = None
    ) -> dict[str, Tensor]:
        """Ranking over violated pairs, and the regularisers of its section 4.2.

        ``diversity``: attentions look at different regions; ``relevance``: the chosen attention speaks more
        for a present label than the image's mean does; ``distribution``: the present labels spread over the
        attentions.
        """
        self.check(features, embeddings)
        places = regions(features)
        logits = self._logits(places)
        each = self._by_attention(self._attended(places, logits), embeddings)  # [N, T, S]
        scores = each.amax(1)
        present = ((targets > 0.5) & known_or_all(targets, known)).to(scores.dtype)
        whole = places.mean(1) @ self.classify(functional.normalize(embeddings, dim=1)).T
        shares = (each.softmax(1) * present.unsqueeze(1)).sum(2)  # [N, T]
        terms = {
            "rank": _violated(scores, targets, known),
            "diversity": _overlap(logits) / len(features),
            "relevance": ((whole - scores) * present).clamp_min(0).sum() / len(features),
            "distribution": shares.square().mean(),
        }
        total = terms["rank"] + torch.stack([w * terms[n] for n, w in self.weights.items()]).sum()
        return {"loss": total, **terms}

    def _logits(self, places: Tensor) -> Tensor:
        """Attention before the softmax over regions, ``[N, T, R]`` of ``[N, R, C]``."""
        return self.attend(torch.tanh(self.hidden(places))).transpose(1, 2)

    def _attended(self, places: Tensor, logits: Tensor) -> Tensor:
        """Attended features h ``[N, T, C]``."""
        return logits.float().softmax(2).to(places.dtype) @ places

    def _by_attention(self, attended: Tensor, embeddings: Tensor) -> Tensor:
        """What each attention says of each label, float32 ``[N, T, L]``; text vectors have length 1."""
        classifiers = self.classify(functional.normalize(embeddings, dim=1))
        return (attended @ classifiers.T).float()


def _violated(scores: Tensor, targets: Tensor, known: Tensor | None) -> Tensor:
    """Mean over images of the mean hinge over the violated pairs (its equation 8 with the code's weight)."""
    excess = (MARGIN + scores.unsqueeze(1) - scores.unsqueeze(2)) * pairs(targets, known)
    hinge = excess.clamp_min(0)
    count = (hinge > 0).sum((1, 2)).clamp_min(1)
    return (hinge.sum((1, 2)) / count).mean()


def _overlap(logits: Tensor) -> Tensor:
    """Frobenius norm of the cosines between different attentions' maps, over the batch."""
    unit = functional.normalize(logits.float(), dim=2)
    cosines = unit @ unit.transpose(1, 2)
    apart = cosines * (1 - torch.eye(cosines.shape[1], device=cosines.device))
    squared = apart.square().sum()
    return torch.where(squared > 0, squared.clamp_min(torch.finfo(squared.dtype).tiny).sqrt(), squared)
