"""How near image and label lie in the latent space: a cosine or one of five distances (paper 001, table 3).

All take images ``[B, D]`` and labels ``[L, D]`` and give ``[B, L]``; half-precision input is computed in
float32. Distances are 0 where the two are equal, with a finite gradient there.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

Distance = Callable[[Tensor, Tensor], Tensor]


def cosine(images: Tensor, labels: Tensor) -> Tensor:
    """Cosine similarity in [-1, 1] (paper 004, equation 2); 0 for a zero vector."""
    unit = functional.normalize(_full(images), dim=-1), functional.normalize(_full(labels), dim=-1)
    with torch.autocast(images.device.type, enabled=False):
        return unit[0] @ unit[1].T


def manhattan(images: Tensor, labels: Tensor) -> Tensor:
    """Sum of absolute differences (paper 001, equation 4)."""
    return _difference(images, labels).abs().sum(-1)


def chebyshev(images: Tensor, labels: Tensor) -> Tensor:
    """Largest absolute difference (paper 001, equations 5 and 6)."""
    return _difference(images, labels).abs().amax(-1)


def lance_williams(images: Tensor, labels: Tensor) -> Tensor:
    """Mean of ``|x - y| / (|x| + |y|)`` in [0, 1] (paper 001, equation 7); where both are 0 it adds 0."""
    x, y = _full(images).unsqueeze(1), _full(labels).unsqueeze(0)
    total = x.abs() + y.abs()
    filled = total > 0
    return ((x - y).abs() / total.where(filled, torch.ones_like(total))).where(filled, total).mean(-1)


def euclidean(images: Tensor, labels: Tensor) -> Tensor:
    """Root of the sum of squared differences."""
    unit, size = _scaled(_difference(images, labels))
    return _root(unit.square().sum(-1), size)


def weighted_euclidean(images: Tensor, labels: Tensor) -> Tensor:
    """Euclidean distance whose coordinates weigh by their squared difference (paper 001, equations 1 to 3).

    ``w_i = r/2 (x_i - y_i)²``, ``d² = Σ (w_i / Σ w) (x_i - y_i)²``, so r cancels and
    ``d = sqrt(Σ δ⁴ / Σ δ²)``: at most the Chebyshev distance, at least that over sqrt(D).
    """
    unit, size = _scaled(_difference(images, labels))
    squares = unit.square()
    total = squares.sum(-1)
    return _root(squares.square().sum(-1) / total.where(size > 0, torch.ones_like(total)), size)


DISTANCES: dict[str, Distance] = {
    "manhattan": manhattan,
    "chebyshev": chebyshev,
    "lance_williams": lance_williams,
    "euclidean": euclidean,
    "weighted_euclidean": weighted_euclidean,
}


def relevance(name: str, images: Tensor, labels: Tensor) -> Tensor:
    """Relevance scores ``[B, L]``, higher is nearer: the cosine, or minus the distance of that name."""
    if name == "cosine":
        return cosine(images, labels)
    return -DISTANCES[name](images, labels)


def _full(values: Tensor) -> Tensor:
    return values.float() if values.dtype in (torch.bfloat16, torch.float16) else values


def _difference(images: Tensor, labels: Tensor) -> Tensor:
    return _full(images).unsqueeze(1) - _full(labels).unsqueeze(0)


def _scaled(difference: Tensor) -> tuple[Tensor, Tensor]:
    """Differences over their largest size, and that size ``[B, L]``.

    A distance is homogeneous of degree 1, so scaling by a constant changes neither value nor gradient, and
    no square can overflow or vanish.
    """
    size = difference.detach().abs().amax(-1)
    return difference / size.where(size > 0, torch.ones_like(size)).unsqueeze(-1), size


def _root(squared: Tensor, size: Tensor) -> Tensor:
    """``size · sqrt(squared)``; 0 with gradient 0 where size is 0, as the root has no gradient there."""
    apart = size > 0
    return size * squared.where(apart, torch.ones_like(squared)).sqrt()
