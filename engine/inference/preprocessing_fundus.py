"""What a predictor does to a fundus photograph before its network, and what it notices on the way."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data.fundus_input import check_photograph
from engine.data.fundus_square import FundusSquare, SquareConfig, fundus_square
from engine.errors import WrongModality
from engine.imaging import geometry
from engine.imaging.fundus import small_field
from engine.imaging.fundus_laterality import Disc, find_disc, seen_laterality
from engine.imaging.fundus_quality import fundus_quality
from engine.imaging.fundus_view import fundus_view
from engine.inference.predictor import Picture
from engine.records import ImageInfo, ImageQuality, LateralityCheck

SMALL = 256  # shorter side in pixels below which lesions cannot be told (ours)


@dataclass(frozen=True, slots=True, eq=False)
class PreparedEye:
    """One photograph ready for the network.

    Attributes
    ----------
    square
        At the high-resolution size, with the way back to the photograph.
    low
        uint8 ``[n, n, 3]`` at the input's size.
    quality
        Whether it can be graded at all.
    disc
        Where its optic disc seems to lie; None without a field of view.
    notes
        Sentences for the reader about its quality.
    """

    square: FundusSquare
    low: NDArray[np.uint8]
    quality: ImageQuality
    disc: Disc | None
    notes: tuple[str, ...]


def prepare(
    picture: Picture, input_size: int, high_size: int, how: SquareConfig = SquareConfig()
) -> PreparedEye:
    """Square images and quality notes of an upright photograph.

    Raises
    ------
    WrongModality
        When it is no 8-bit RGB image; names the file.
    """
    try:
        check_photograph(picture.pixels)
    except WrongModality as error:
        raise WrongModality(error.what, picture.info.path, error.remedy) from error
    field = small_field(picture.pixels)
    square = fundus_square(picture.pixels, high_size, how, field)
    low = cv2.resize(square.pixels, (input_size, input_size), interpolation=cv2.INTER_AREA)
    view = fundus_view(picture.pixels, field)
    quality, disc = fundus_quality(view), find_disc(view)
    rows, columns, factor = _whole(picture)
    if factor > 1:
        square = square.of_larger(factor, rows, columns)
        disc = disc and disc._replace(x=disc.x * factor, y=disc.y * factor)
    notes = (*quality.reasons, *size_notes(rows, columns))
    return PreparedEye(square, np.asarray(low, np.uint8), quality, disc, notes)


def _whole(picture: Picture) -> tuple[int, int, int]:
    """Rows and columns of the upright file, and how many times larger they are than the decoded pixels."""
    rows, columns = picture.pixels.shape[:2]
    factor = max(round(max(picture.info.rows, picture.info.columns) / max(rows, columns)), 1)
    if factor == 1:
        return rows, columns, 1
    return *geometry.upright_size(picture.info.orientation, picture.info.rows, picture.info.columns), factor


def size_notes(rows: int, columns: int) -> tuple[str, ...]:
    """Whether a photograph is so small that its grade is doubtful."""
    if min(rows, columns) >= SMALL:
        return ()
    return (f"The image is only {columns}×{rows} pixels: small lesions cannot be seen.",)


def check_laterality(eye: PreparedEye, info: ImageInfo) -> LateralityCheck:
    """The stated eye against the one that the disc's place speaks for; the disc in stored pixels."""
    if eye.disc is None:
        return LateralityCheck(info.laterality)
    place = geometry.point_to_stored(eye.disc.x, eye.disc.y, info.orientation, info.rows, info.columns)
    return LateralityCheck(info.laterality, seen_laterality(eye.disc), place, eye.disc.lead)


def to_batch(images: list[NDArray[np.uint8]]) -> Tensor:
    """uint8 ``[n, 3, s, s]`` from square RGB images ``[s, s, 3]``."""
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2)
