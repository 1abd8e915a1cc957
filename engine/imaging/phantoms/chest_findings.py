"""The 14 findings drawn over a normal chest: added opacity and the footprint that gives the exact box."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.imaging.phantoms import chest_airspace, chest_pleura
from engine.imaging.phantoms.chest_anatomy import Anatomy
from engine.imaging.phantoms.chest_frame import Lung
from engine.imaging.phantoms.chest_raster import Drawn, Field
from engine.imaging.phantoms.chest_spec import FindingSpec
from engine.records import Box

FOOTPRINT = 0.35  # share of the finding's weight from which a pixel belongs to it

Painter = Callable[[FindingSpec, Lung, Anatomy, np.random.Generator], Drawn]

PAINTERS: dict[str, Painter] = {
    "Atelectasis": chest_airspace.atelectasis,
    "Cardiomegaly": chest_pleura.cardiomegaly,
    "Effusion": chest_pleura.effusion,
    "Infiltration": chest_airspace.infiltration,
    "Mass": chest_airspace.ball,
    "Nodule": chest_airspace.ball,
    "Pneumonia": chest_airspace.consolidation,
    "Pneumothorax": chest_pleura.pneumothorax,
    "Consolidation": chest_airspace.consolidation,
    "Edema": chest_airspace.edema,
    "Emphysema": chest_airspace.emphysema,
    "Fibrosis": chest_airspace.fibrosis,
    "Pleural Thickening": chest_pleura.thickening,
    "Hernia": chest_pleura.hernia,
}


def draw(spec: FindingSpec, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    """Draw one finding of its spec."""
    lung = anatomy.right if spec.side == "right" else anatomy.left
    return PAINTERS[spec.name](spec, lung, anatomy, rng)


def box_of(weight: Field) -> Box:
    """Bounding box of the pixels that belong to a finding, in pixels, half open."""
    rows = np.flatnonzero((weight > FOOTPRINT).any(axis=1))
    columns = np.flatnonzero((weight > FOOTPRINT).any(axis=0))
    if not rows.size:
        return Box(0, 0, 0, 0)
    return Box(float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))
