"""Thresholds and metrics of a lesion network on images that it has not learnt from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.inference.segmentation import SegmentationPredictor
from engine.metrics.segmentation import ProbabilityHistogram, pooled, summary
from engine.progress import Progress, silent

Examples = Callable[[], Iterable[tuple[NDArray[np.uint8], Mapping[str, NDArray[np.bool_]]]]]
"""Upright photographs uint8 ``[H, W, 3]`` with bool masks of their size by code, read one by one."""


@dataclass(frozen=True, slots=True)
class LesionReport:
    """Code -> probability of the best pooled Dice, and tables for the model card."""

    thresholds: dict[str, float]
    metrics: dict[str, Any]


def measure(
    predictor: SegmentationPredictor,
    real: Examples,
    healthy: Examples,
    synthetic: Examples,
    labelled: Sequence[str],
    progress: Progress = silent,
) -> LesionReport:
    """Score a predictor at the size of the source images.

    Thresholds come from the photographs where these speak of a lesion, else from the synthetic images:
    the metrics at a threshold are therefore slightly hopeful, AUPR is not.

    Parameters
    ----------
    healthy
        Photographs free of lesions, with empty masks.
    labelled
        Codes that the photographs' masks speak of.
    """
    codes = predictor.card.labels
    on_real = histograms(predictor, real, labelled, progress)
    on_synthetic = histograms(predictor, synthetic, codes, progress)
    on_healthy = histograms(predictor, healthy, labelled, progress)
    thresholds = {c: pooled(on_real.get(c) or on_synthetic.get(c) or ()).best_threshold() for c in codes}
    return LesionReport(
        thresholds,
        {
            "real": {c: summary(h, thresholds[c]) for c, h in on_real.items()},
            "synthetic": {c: summary(h, thresholds[c]) for c, h in on_synthetic.items()},
            "pixels_marked_on_grade_0": {
                c: 1 - pooled(h).at(thresholds[c]).accuracy for c, h in on_healthy.items()
            },
        },
    )


def histograms(
    predictor: SegmentationPredictor, examples: Examples, codes: Sequence[str], progress: Progress = silent
) -> dict[str, list[ProbabilityHistogram]]:
    """Code -> one histogram an image; a code that an image's table lacks is unlabelled there: none."""
    found: dict[str, list[ProbabilityHistogram]] = {}
    for done, (rgb, masks) in enumerate(examples()):
        progress(done, 0, "measuring")
        maps = predictor.maps(rgb)
        for code in codes:
            if code in masks:
                histogram = ProbabilityHistogram()
                histogram.add(maps[code], np.asarray(masks[code], bool))
                found.setdefault(code, []).append(histogram)
    return found
