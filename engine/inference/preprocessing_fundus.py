"""What a predictor does to a fundus photograph before its network, and what it notices on the way."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data.fundus_square import FundusSquare, fundus_square
from engine.errors import WrongModality
from engine.inference.predictor import Picture

DARK = 28.0  # mean level (0–255) of the brightest channel inside the field below which an image is very dark
FLAT = 4.0  # standard deviation of the green channel inside the field below which there is nothing to see
SMALL = 256  # shorter side in pixels below which lesions cannot be told
PROBE = 256  # side at which these are measured


@dataclass(frozen=True, slots=True, eq=False)
class PreparedEye:
    """One photograph ready for the network.

    Attributes
    ----------
    square
        At the high-resolution size, with the way back to the photograph.
    low
        uint8 ``[n, n, 3]`` at the input's size.
    notes
        Sentences for the reader about its quality.
    """

    square: FundusSquare
    low: NDArray[np.uint8]
    notes: tuple[str, ...]


def prepare(picture: Picture, input_size: int, high_size: int) -> PreparedEye:
    """Square images and quality notes of an upright photograph.

    Raises
    ------
    WrongModality
        When it is no 8-bit RGB image; names the file.
    """
    try:
        square = fundus_square(picture.pixels, high_size)
    except WrongModality as error:
        raise WrongModality(error.what, picture.info.path, error.remedy) from error
    low = cv2.resize(square.pixels, (input_size, input_size), interpolation=cv2.INTER_AREA)
    return PreparedEye(square, np.asarray(low, np.uint8), quality_notes(picture.pixels))


def quality_notes(rgb: NDArray[np.uint8]) -> tuple[str, ...]:
    """What makes a grade of this photograph doubtful: too dark, too flat, too small (limits ours)."""
    shrink = PROBE / max(rgb.shape[:2])
    size = max(round(rgb.shape[1] * shrink), 1), max(round(rgb.shape[0] * shrink), 1)
    probe = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    brightest = probe.max(axis=2)
    field = brightest > 0.25 * float(np.quantile(brightest, 0.95))
    notes = []
    if not field.any() or float(brightest[field].mean()) < DARK:
        notes.append("The image is very dark: its grade is not to be relied on.")
    elif float(probe[..., 1][field].std()) < FLAT:
        notes.append("The image shows hardly any contrast: its grade is not to be relied on.")
    if min(rgb.shape[:2]) < SMALL:
        notes.append(f"The image is only {rgb.shape[1]}×{rgb.shape[0]} pixels: small lesions cannot be seen.")
    return tuple(notes)


def to_batch(images: list[NDArray[np.uint8]]) -> Tensor:
    """uint8 ``[n, 3, s, s]`` from square RGB images ``[s, s, 3]``."""
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2)
