"""Greedy choice of suspicious regions on gated attention maps (paper 003, section 2, Crop Network).

Paper: resize G to the input, record the place of the top response, mask out the s×s region around it, repeat
until N places are recorded or no response is left. Ours: windows are clipped inside the image, and a place is
masked out by where its *clipped* window would lie, so that no two windows come closer than ``spacing`` · s
(paper: s / 2) even at the edge; places without a positive response are never chosen.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional


class Regions(NamedTuple):
    """Windows of the input image, best first.

    Attributes
    ----------
    centers
        int64 ``[B, N, 2]``, (x, y) of the clipped windows' centres in input pixels.
    responses
        float32 ``[B, N]``, the gated attention at the top response; 0 where there was none.
    valid
        bool ``[B, N]``; False where no positive response was left.
    places
        int64 ``[B, N, 2]``, (x, y) of the top responses themselves, which clipping leaves where they are.
    """

    centers: Tensor
    responses: Tensor
    valid: Tensor
    places: Tensor


def response_map(gated: Tensor, logits: Tensor) -> Tensor:
    """The map to search: that of the predicted grade, the maximum over grades 1 … when that is 0 (ours).

    Parameters
    ----------
    gated
        G, ``[B, L, h, w]``.
    logits
        ``[B, L]``, of which the largest is the prediction.

    Returns
    -------
    Tensor
        ``[B, h, w]``.
    """
    level = logits.argmax(dim=1)
    own = gated[torch.arange(len(gated), device=gated.device), level]
    return torch.where((level == 0).view(-1, 1, 1), gated[:, 1:].amax(dim=1), own)


def resize_map(response: Tensor, size: int) -> Tensor:
    """Bilinear ``[B, h, w]`` to ``[B, size, size]``, edge to edge."""
    return functional.interpolate(
        response.unsqueeze(1).float(), size=(size, size), mode="bilinear", align_corners=False
    ).squeeze(1)


def select_regions(response: Tensor, window: int, count: int, spacing: float = 0.5) -> Regions:
    """Pick up to ``count`` windows on each map of a batch, all images at once.

    Parameters
    ----------
    response
        ``[B, n, n]`` at the input's size.
    window
        Side s of a window in input pixels; at most n.
    spacing
        Least distance of two windows along x or y in units of s; 0.5 (paper), 1: no two overlap.
    """
    _, rows, columns = response.shape
    if not 0 < window <= min(rows, columns):
        raise ValueError(f"window {window} does not fit {rows}×{columns}")
    left = response.float().clone()
    x = clipped_centers(columns, window, response.device)
    y = clipped_centers(rows, window, response.device)
    centers, responses, valid, places = [], [], [], []
    for _ in range(count):
        top, place = left.flatten(1).max(dim=1)
        found = top > 0
        cx, cy = x[place % columns], y[place // columns]
        centers.append(torch.stack((cx, cy), dim=1))
        responses.append(top.where(found, torch.zeros_like(top)))
        valid.append(found)
        places.append(torch.stack((place % columns, place // columns), dim=1))
        near_x = (x.view(1, -1) - cx.view(-1, 1)).abs() < spacing * window
        near_y = (y.view(1, -1) - cy.view(-1, 1)).abs() < spacing * window
        left.masked_fill_(near_y.unsqueeze(2) & near_x.unsqueeze(1), -torch.inf)
    return Regions(*(torch.stack(column, 1) for column in (centers, responses, valid, places)))


def clipped_centers(size: int, window: int, device: torch.device | None = None) -> Tensor:
    """For each pixel of a line, the centre of the window around it once that is clipped inside."""
    return torch.arange(size, device=device).clamp(window // 2, size - window + window // 2)


def windows(centers: Tensor, window: int) -> Tensor:
    """Boxes x0, y0, x1, y1 (half open, input pixels) of window centres, ``[..., 2]`` to ``[..., 4]``."""
    start = centers - window // 2
    return torch.cat((start, start + window), dim=-1)
