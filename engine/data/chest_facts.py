"""Age, sex and view of chest images as numbers: side tasks of training, never inputs of a prediction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.data.manifest import ManifestRow

FACTS = ("age", "male", "posteroanterior")
AGE_MEAN, AGE_SD = 50.0, 17.0  # years; about those of ChestX-ray14, ours
SEXES = {"M": 1.0, "F": 0.0}
VIEWS = {"PA": 1.0, "AP": 0.0}


def facts_of(rows: Sequence[ManifestRow]) -> NDArray[np.float32]:
    """Standardised age, and 1 or 0 for male and posteroanterior: float32 ``[N, 3]``, NaN where not said."""
    found = np.full((len(rows), len(FACTS)), np.nan, np.float32)
    for place, row in enumerate(rows):
        if row.age is not None:
            found[place, 0] = (row.age - AGE_MEAN) / AGE_SD
        found[place, 1] = SEXES.get(row.sex, np.nan)
        found[place, 2] = VIEWS.get(row.view, np.nan)
    return found


def unknown_facts(count: int) -> NDArray[np.float32]:
    """Nothing known of ``count`` images: NaN ``[count, 3]``."""
    return np.full((count, len(FACTS)), np.nan, np.float32)
