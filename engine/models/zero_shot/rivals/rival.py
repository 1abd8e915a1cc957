"""What every rival is: visual features and label embeddings in, relevance out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Tensor, nn

from engine.errors import IncompatibleModel, WrongUsage
from engine.models.zero_shot.features import pooled

__all__ = ["Rival", "known_or_all", "pooled"]


class Rival(nn.Module, ABC):
    """Base of the systems of `RIVALS`.

    Parameters
    ----------
    visual_size
        C, channels of the visual features.
    seen
        Text embeddings ``[S, d]`` of the labels that will be trained.

    Attributes
    ----------
    spatial
        Whether it makes use of feature maps ``[N, C, h, w]``; all take them, and pooled ones ``[N, C]`` too.
    closed_form
        Whether it is solved by `solve` from all features at once; its ``loss`` is then for reporting.
    """

    spatial: ClassVar[bool] = False
    closed_form: ClassVar[bool] = False

    def __init__(self, visual_size: int, seen: Tensor) -> None:
        super().__init__()
        self.visual_size, self.semantic_size = visual_size, seen.shape[1]

    @abstractmethod
    def forward(self, features: Tensor, embeddings: Tensor) -> Tensor:
        """Relevance ``[N, L]``, higher is more relevant, of labels with text embeddings ``[L, d]``.

        Parameters
        ----------
        features
            ``[N, C]``, or maps ``[N, C, h, w]``.
        """

    @abstractmethod
    def loss(
        self, features: Tensor, embeddings: Tensor, targets: Tensor, known: Tensor | None = None
    ) -> dict[str, Tensor]:
        """Named terms of the training objective, of which ``loss`` is their weighted sum.

        Parameters
        ----------
        features
            As in `forward`.
        embeddings
            Text embeddings ``[S, d]`` of the trained labels.
        targets, known
            ``[N, S]``; what is unknown takes no part.
        """

    def solve(
        self, features: Tensor, embeddings: Tensor, targets: Tensor, known: Tensor | None = None
    ) -> None:
        """Fit in place to all features at once, where `closed_form` says that this is the way.

        Raises
        ------
        WrongUsage
            It learns from batches.
        """
        raise WrongUsage(f"{type(self).__name__} has no closed form", remedy="Train it by its loss.")

    def check(self, features: Tensor, embeddings: Tensor) -> None:
        """Refuse features or embeddings of another width.

        Raises
        ------
        IncompatibleModel
        """
        for what, found, wanted in (
            ("visual features", features.shape[1], self.visual_size),
            ("label embeddings", embeddings.shape[-1], self.semantic_size),
        ):
            if found != wanted:
                raise IncompatibleModel(
                    f"its {what} have {wanted} values, not {found}",
                    type(self).__name__,
                    "Use the encoder that it was made for.",
                )


def known_or_all(targets: Tensor, known: Tensor | None) -> Tensor:
    """``known``, or that every target is."""
    return torch.ones_like(targets, dtype=torch.bool) if known is None else known
