"""The ten views of an image whose features are averaged when a network is asked, not when it learns."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from engine.errors import WrongUsage


def ten_crops(images: Tensor, side: int) -> Iterator[Tensor]:
    """Four corners and the centre, each also mirrored (Krizhevsky et al. 2012): ten ``[B, 1, side, side]``.

    Parameters
    ----------
    images
        ``[B, 1, H, W]``.

    Raises
    ------
    WrongUsage
        When a crop is larger than the image.
    """
    height, width = images.shape[-2:]
    if not 0 < side <= min(height, width):
        raise WrongUsage(
            f"crops of {side} pixels do not fit into images of {height} × {width}", remedy="Ask for less."
        )
    down, right = height - side, width - side
    corners = ((0, 0), (0, right), (down, 0), (down, right), (down // 2, right // 2))
    for top, left in corners:
        crop = images[..., top : top + side, left : left + side]
        yield crop
        yield crop.flip(-1)
