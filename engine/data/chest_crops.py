"""Which parts of a chest image a network sees at inference: the whole frame, its centre, or ten crops."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.errors import WrongUsage

CROPS = ("whole", "centre", "ten")


def crops(images: Tensor, kind: str, side: int) -> tuple[Tensor, int]:
    """The crops of a batch, to go through the network in one forward.

    Parameters
    ----------
    images
        ``[B, 1, S, S]``.
    kind
        ``whole`` as the predictor sees them, ``centre``, or ``ten``: corners and centre, each as it is and
        mirrored (torchvision's TenCrop, as in the public code of paper 004).
    side
        Side of a crop, at most S; of no account for ``whole``.

    Returns
    -------
    crops
        ``[B * n, 1, side, side]``, the n of one image in a row.
    n

    Raises
    ------
    WrongUsage
    """
    if kind not in CROPS:
        raise WrongUsage(f"no crops are called {kind!r}", remedy=f"Use one of {', '.join(CROPS)}.")
    if kind == "whole":
        return images, 1
    size = images.shape[-1]
    if not 0 < side <= size:
        raise WrongUsage(f"a crop of {side} pixels does not fit into {size}", remedy="Choose a smaller one.")
    far, middle = size - side, round((size - side) / 2)
    if kind == "centre":
        return images[:, :, middle : middle + side, middle : middle + side], 1
    corners = ((0, 0), (0, far), (far, 0), (far, far), (middle, middle))
    parts = [
        one[:, :, top : top + side, left : left + side]
        for one in (images, images.flip(-1))
        for top, left in corners
    ]
    return torch.stack(parts, 1).flatten(0, 1), 10
