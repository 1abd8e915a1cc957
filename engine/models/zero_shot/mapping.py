"""Mapping modules: from a modality's features to the latent space that image and label share."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from torch import Tensor, nn

from engine.errors import WrongUsage

ACTIVATIONS: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "leaky_relu": nn.LeakyReLU}


class Mapping(nn.Sequential):
    """Fully connected layers with an activation between, none after the last.

    Paper 004, section 3.2: ``d → 512 → 256 → 128`` with ReLU; paper 001, section 3.2:
    ``d → 512 → 256 → 100`` with LeakyReLU.

    Parameters
    ----------
    sizes
        Features in, of each hidden layer, and out.
    activation
        ``relu`` or ``leaky_relu`` (slope 0.01).
    dropout
        Share of the input features dropped while training (ours; 0 in the papers).
    """

    def __init__(self, sizes: Sequence[int], activation: str = "relu", dropout: float = 0.0) -> None:
        if activation not in ACTIVATIONS:
            raise WrongUsage(
                f"no activation is called {activation!r}", remedy=f"Use one of {', '.join(ACTIVATIONS)}."
            )
        layers: list[nn.Module] = [nn.Dropout(dropout)] if dropout else [nn.Identity()]
        for place, (before, after) in enumerate(itertools.pairwise(sizes)):
            if place:
                layers.append(ACTIVATIONS[activation]())
            layers.append(nn.Linear(before, after))
        super().__init__(*layers)

    def forward(self, features: Tensor) -> Tensor:
        """Latent vectors ``[..., sizes[-1]]`` of features ``[..., sizes[0]]``."""
        for layer in self:
            features = layer(features)
        return features
