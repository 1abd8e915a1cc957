"""Features of M-Net at the places that Zoom-in-Net looks at: what the lesion atlas is made of (paper 003)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.inference.grading import GradingPredictor, to_numpy
from engine.inference.predictor import Picture
from engine.records import Box


class RegionFeatures(NamedTuple):
    """The regions of one image.

    Attributes
    ----------
    boxes
        Stored pixels, best first; ``score`` is the gated attention at the top response.
    vectors
        M at the top responses, float32 ``[boxes, C]``.
    gradable
        Whether the image passes the quality gate.
    """

    boxes: tuple[Box, ...]
    vectors: NDArray[np.float32]
    gradable: bool


def region_features(predictor: GradingPredictor, pictures: Sequence[Picture]) -> list[RegionFeatures]:
    """Regions of each image, seen for itself, with their features.

    Raises
    ------
    WrongModality
        When a picture is no colour photograph.
    """
    found = []
    for picture, eye, outputs, place in predictor.looked_at(pictures):
        boxes, kept = predictor.boxes(picture, eye, outputs, place)
        assert outputs.at_regions is not None
        vectors = to_numpy(outputs.at_regions[place])[kept]
        found.append(RegionFeatures(boxes, vectors, eye.quality.gradable))
    return found
