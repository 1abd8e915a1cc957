"""ESZSL: a bilinear map in closed form (Romera-Paredes and Torr, ICML 2015)."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from engine.models.zero_shot.features import pooled
from engine.models.zero_shot.rivals.rival import Rival, known_or_all


class LinearMap(Rival):
    """``s(x, w) = x^T V w`` with ``V = (X^T X + γI)^-1 X^T Y S (S^T S + λI)^-1`` (its equation 5).

    Features are standardised over the training images (ours), and both penalties stand in units of the mean
    diagonal of what they are added to (ours), so that they need no tuning by scale.

    Parameters
    ----------
    gamma, lam
        γ and λ in those units (ours: 0.1).
    """

    closed_form: ClassVar[bool] = True

    matrix: Tensor
    mean: Tensor
    spread: Tensor

    def __init__(self, visual_size: int, seen: Tensor, gamma: float = 0.1, lam: float = 0.1) -> None:
        super().__init__(visual_size, seen)
        self.gamma, self.lam = gamma, lam
        self.register_buffer("matrix", torch.zeros(visual_size, self.semantic_size))
        self.register_buffer("mean", torch.zeros(visual_size))
        self.register_buffer("spread", torch.ones(visual_size))

    def forward(self, features: Tensor, embeddings: Tensor) -> Tensor:
        """See `Rival.forward`; zeros before `solve`."""
        self.check(features, embeddings)
        return self._standard(features) @ self.matrix @ embeddings.float().T

    def loss(
        self, features: Tensor, embeddings: Tensor, targets: Tensor, known: Tensor | None = None
    ) -> dict[str, Tensor]:
        """Mean squared error to ±1 over what is known: the data term that `solve` minimises."""
        signs, weight = _signs(targets, known)
        error = (self(features, embeddings) - signs).square() * weight
        return {"loss": error.sum() / weight.sum().clamp_min(1)}

    @torch.no_grad()
    def solve(
        self, features: Tensor, embeddings: Tensor, targets: Tensor, known: Tensor | None = None
    ) -> None:
        """Fit in float64; an unknown target counts as 0, between present and absent."""
        self.check(features, embeddings)
        visual = pooled(features).float()
        self.mean.copy_(visual.mean(0))
        self.spread.copy_(visual.std(0, correction=0).clamp_min(1e-6))
        x, s = self._standard(features).double(), embeddings.double()
        signs, _ = _signs(targets, known)
        left = torch.linalg.solve(_penalised(x.T @ x, self.gamma), x.T @ signs.double() @ s)
        self.matrix.copy_(torch.linalg.solve(_penalised(s.T @ s, self.lam), left, left=False))

    def _standard(self, features: Tensor) -> Tensor:
        return (pooled(features).float() - self.mean) / self.spread


def _signs(targets: Tensor, known: Tensor | None) -> tuple[Tensor, Tensor]:
    """±1 for present and absent, 0 for unknown; and 1 where known."""
    weight = known_or_all(targets, known).float()
    return (2 * (targets > 0.5).float() - 1) * weight, weight


def _penalised(gram: Tensor, penalty: float) -> Tensor:
    scale = gram.diagonal().mean().clamp_min(torch.finfo(gram.dtype).tiny)
    return gram + penalty * scale * torch.eye(len(gram), dtype=gram.dtype, device=gram.device)
