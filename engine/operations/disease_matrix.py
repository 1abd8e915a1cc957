"""Which known diseases look alike: the disease × disease similarity of a project's model, for a heat map."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from engine.inference import loading
from engine.inference.similarity import SYSTEM, UNPROVEN, SimilarityPredictor
from engine.operations.predicting import weights_of
from engine.progress import Progress, silent
from engine.store.project import open_project


def disease_matrix(
    project: str, device: str = "auto", url: str | None = None, progress: Progress = silent
) -> dict[str, Any]:
    """Mean P(same disease) of two gallery images, for each pair of diseases (paper 000, section 3.1).

    Returns
    -------
    dict
        ``names``; ``matrix``: rows of values 0–1, symmetric, None where no two images could be compared;
        ``version`` of the model; ``notes`` that must stand beside it.

    Raises
    ------
    MissingWeights
        When the project has no model of disease similarity and none is shipped.
    """
    store = open_project(Path(project), url)
    try:
        progress(0, 1, "disease similarity")
        predictor = loading.load(SYSTEM, weights_of(store), device)
        assert isinstance(predictor, SimilarityPredictor)  # the table of systems says so
        values = predictor.gallery.matrix(predictor.network)
        progress(1, 1, "disease similarity")
        return {
            "names": list(predictor.gallery.names),
            "matrix": [[None if np.isnan(v) else float(v) for v in row] for row in values],
            "version": predictor.version.version,
            "notes": [] if predictor.card.real_images else [UNPROVEN],
        }
    finally:
        store.close()
