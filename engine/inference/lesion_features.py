"""What a clustering sees of a photograph: its lesions alone (paper 000, section 3.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine import devices
from engine.data.fundus_input import MIDDLE
from engine.data.fundus_square import fundus_square
from engine.data.lesion_crops import network_input
from engine.models.feature_backbones import FeatureBackbone
from engine.models.unet import LesionUNet

Encode = Callable[[Tensor], Tensor]
"""Images ``[N, 3, S, S]`` -> features ``[N, F]``."""

MASKED_SIDE = 224
"""Side to which the masked image is resized (paper 000, section 3.3)."""


def areas(
    masks: Mapping[str, NDArray[np.uint8]], thresholds: Mapping[str, float], codes: Sequence[str]
) -> NDArray[np.float64]:
    """Lesion area in millionths of the image for each code, float64 ``[L]``, from uint8 probability maps."""
    shares = [float((masks[code] >= max(thresholds[code] * 255, 1)).mean()) for code in codes]
    return np.array(shares, np.float64) * 1e6


def burden_features(area: NDArray[np.float64]) -> NDArray[np.float64]:
    """``log10(1 + area)``: areas differ by orders of magnitude (ours)."""
    return np.log10(1 + area)


def masked_square(
    rgb: NDArray[np.uint8],
    masks: Mapping[str, NDArray[np.uint8]],
    thresholds: Mapping[str, float],
    codes: Sequence[str],
) -> NDArray[np.uint8]:
    """The photograph with everything but its lesions masked out, uint8 ``[224, 224, 3]``."""
    square = fundus_square(rgb, MASKED_SIDE)
    inside = np.zeros(rgb.shape[:2], np.uint8)
    for code in codes:
        inside |= (masks[code] >= max(thresholds[code] * 255, 1)).astype(np.uint8)
    matrix = np.array(
        [
            [square.scale_x, 0, -square.x0 * square.scale_x],
            [0, square.scale_y, -square.y0 * square.scale_y],
        ]
    )
    small = cv2.warpAffine(inside * 255, matrix, (MASKED_SIDE, MASKED_SIDE), flags=cv2.INTER_LINEAR)
    return np.where((small > 0)[..., None], square.pixels, np.uint8(MIDDLE))


def whole_square(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The photograph with nothing masked out, uint8 ``[224, 224, 3]``: the ablation without segmentation."""
    return fundus_square(rgb, MASKED_SIDE).pixels


def encoder(network: LesionUNet, backbone: str) -> tuple[Encode, str]:
    """What turns squares into features, and the sentence that says what it is.

    Parameters
    ----------
    backbone
        A name of paper 000's table 4 or of timm; empty: the U-Net's own encoder, which knows fundus images
        (ours). The paper's have ImageNet weights; these are taken where they lie in the cache, else the
        features are those of a random network, always the same one.
    """
    if not backbone:
        return network.features, "Features: the U-Net's encoder."
    return _named_encoder(backbone)


@lru_cache(maxsize=2)
def _named_encoder(backbone: str) -> tuple[Encode, str]:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        found = FeatureBackbone(backbone)
    said = found.load_cached()
    if "scratch" in said:
        found.settle()
    return found.eval(), f"Features: {said}"


def encoded(squares: NDArray[np.uint8], encode: Encode, device: torch.device) -> NDArray[np.float64]:
    """Features float64 ``[N, F]`` of squares uint8 ``[N, S, S, 3]``."""
    images = network_input(squares).to(device, memory_format=torch.channels_last)
    if isinstance(encode, torch.nn.Module):
        encode = encode.to(device)
    with torch.inference_mode(), devices.autocast(device):
        return np.asarray(encode(images).float().cpu().numpy(), np.float64)
