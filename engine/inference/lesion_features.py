"""What a clustering sees of a photograph: its lesions alone (paper 000, section 3.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from engine import devices
from engine.data.fundus_input import MIDDLE
from engine.data.fundus_square import fundus_square
from engine.data.lesion_crops import network_input
from engine.models.unet import LesionUNet

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


def masked_features(
    network: LesionUNet,
    rgb: NDArray[np.uint8],
    masks: Mapping[str, NDArray[np.uint8]],
    thresholds: Mapping[str, float],
    codes: Sequence[str],
    device: torch.device,
) -> NDArray[np.float64]:
    """Encoder features ``[C]`` of the photograph with everything but the lesions masked out.

    The paper takes an ImageNet ResNet-18; the U-Net's own encoder, which knows fundus images, is ours.
    """
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
    pixels = np.where((small > 0)[..., None], square.pixels, np.uint8(MIDDLE))
    images = network_input(pixels[None]).to(device, memory_format=torch.channels_last)
    with torch.inference_mode(), devices.autocast(device):
        return np.asarray(network.features(images).float().cpu().numpy()[0], np.float64)
