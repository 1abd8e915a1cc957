"""Which eye a photograph shows, by where the optic disc lies (ours).

The disc is on the nasal side of the macula: right of the middle in a right eye, left of it in a left eye. It
is looked for as the one spot of its size that is brightest against its surroundings. The answer is only given
where that spot stands out and lies clearly off the middle; it is wrong by nature for photographs that are
stored mirrored or upside down, and for fields on the nasal side of the disc.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.imaging.fundus_view import RADIUS, FundusView, inner, local_mean
from engine.records import Laterality

SPOT, AROUND = 14.0, 40.0  # deviations of the Gaussians whose difference finds a disc, view pixels
LIGHT = 64.0  # of the local mean that evens out the illumination
APART = 90.0  # a second candidate is at least this far away, view pixels
MARGIN = 8  # pixels at the field's edge where no disc is looked for
SURE = 0.35
"""Least lead of the best spot over the next one, as a share of its contrast."""
CONTRAST = 0.10
"""Least brightness of the spot above its surroundings, as a share of the local mean."""
OFF_MIDDLE = 0.15
"""Least horizontal distance of the disc from the middle of the field, in radii."""


class Disc(NamedTuple):
    """The best candidate for the optic disc.

    Attributes
    ----------
    x, y
        In pixels of the photograph.
    offset
        Horizontal distance from the middle of the field in radii; above 0: on the right.
    contrast
        Brightness above the surroundings as a share of the local mean.
    lead
        How much of that the next candidate lacks, 0–1.
    """

    x: float
    y: float
    offset: float
    contrast: float
    lead: float


def find_disc(view: FundusView) -> Disc | None:
    """The brightest spot of a disc's size; None in an image without a field."""
    inside = inner(view.field, MARGIN)
    if not inside.any():
        return None
    red, green = view.pixels[..., 0], view.pixels[..., 1]
    light: NDArray[np.float32] = (0.4 * red + 0.6 * green).astype(np.float32)
    even = np.where(view.field, light / (local_mean(light, view.field, LIGHT) + 1), 1).astype(np.float32)
    spots = local_mean(even, view.field, SPOT) - local_mean(even, view.field, AROUND)
    spots = np.where(inside, spots, -np.inf)
    y, x = (int(v) for v in np.unravel_index(int(spots.argmax()), spots.shape))
    top = float(spots[y, x])
    rows, columns = np.ogrid[: spots.shape[0], : spots.shape[1]]
    elsewhere = spots[(rows - y) ** 2 + (columns - x) ** 2 >= APART**2]
    second = max(float(elsewhere.max(initial=-np.inf)), 0.0)
    lead = (top - second) / top if top > 0 else 0.0
    offset = (x + 0.5 - view.center[0]) / RADIUS
    return Disc((x + 0.5) / view.scale, (y + 0.5) / view.scale, offset, top, lead)


def seen_laterality(disc: Disc | None) -> Laterality:
    """The eye that the disc's place speaks for; UNKNOWN unless it is sure."""
    if disc is None or disc.lead < SURE or disc.contrast < CONTRAST or abs(disc.offset) < OFF_MIDDLE:
        return Laterality.UNKNOWN
    return Laterality.RIGHT if disc.offset > 0 else Laterality.LEFT
