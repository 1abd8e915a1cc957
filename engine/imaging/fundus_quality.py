"""Whether a fundus photograph can be graded at all: too dark, too bright, blurred, flat, or no retina (ours).

Thresholds were set on the 398 graded IDRiD photographs, none of which they call ungradable, and on darkened,
overexposed, blurred and hazy copies of them (`tests/benchmarks/fundus_quality.py` prints the table).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.fundus_view import FundusView, Grey, inner, local_mean
from engine.records import ImageQuality

EDGE = 12  # pixels at the field's edge that take no part
LEAST_FIELD = 2000  # view pixels: below it there is nothing to judge
DARK = 32.0
"""Least mean of the brightest channel inside the field, 0–255 (IDRiD: 68–224)."""
BRIGHT = 0.4
"""Most of the field that may be washed out, green above 245 (IDRiD: at most 0.03)."""
SHARP = 0.4
"""Least ratio of fine to coarse detail (deviations of two bands of the green channel)."""
VESSELS = 0.045
"""Least depth of the darkest thin lines, a share of the local mean (IDRiD: at least 0.06)."""
GREENISH, BLUISH = 0.98, 1.1
"""Most green, and blue, against red in the field: a retina is red (IDRiD: 0.65 and 0.50)."""

SENTENCES = {
    "no retina": "no retina can be seen in it",
    "dark": "it is too dark",
    "bright": "it is overexposed",
    "blurred": "it is blurred",
    "flat": "no vessels can be seen in it",
}
"""Why an image cannot be graded, by code."""


def fundus_quality(view: FundusView) -> ImageQuality:
    """Judge a photograph by its pixels.

    Returns
    -------
    ImageQuality
        ``measures``: ``level`` (0–255), ``washed out`` (share), ``sharpness``, ``vessels``, ``green`` and
        ``blue`` against red; empty without a lit field. One reason is given: the first that holds.
    """
    inside = inner(view.field, EDGE)
    if int(inside.sum()) < LEAST_FIELD:
        return _ungradable("no retina" if view.pixels.max(initial=0) >= DARK else "dark", {})
    measures = measure(view, inside)
    code = _fault(measures)
    return _ungradable(code, measures) if code else ImageQuality(measures=measures)


def measure(view: FundusView, inside: NDArray[np.bool_]) -> dict[str, float]:
    """What `fundus_quality` goes by, over a part of the field."""
    red, green, blue = (float(view.pixels[..., k][inside].mean()) for k in range(3))
    plain = np.ascontiguousarray(view.pixels[..., 1])
    even: Grey = np.where(view.field, plain / (local_mean(plain, view.field, 20.0) + 1), 1).astype(np.float32)
    soft = [np.asarray(cv2.GaussianBlur(even, (0, 0), sigma)) for sigma in (1.5, 4.0, 10.0)]
    fine, coarse = (soft[0] - soft[1])[inside], (soft[1] - soft[2])[inside]
    return {
        "level": float(view.pixels.max(axis=2)[inside].mean()),
        "washed out": float((plain[inside] > 245).mean()),
        "sharpness": float(fine.std() / max(float(coarse.std()), 1e-6)),
        "vessels": float(np.percentile(_thin_dark_lines(even)[inside], 99)),
        "green": green / max(red, 1.0),
        "blue": blue / max(red, 1.0),
    }


def _thin_dark_lines(even: Grey) -> Grey:
    """How much darker a place is than its closing by a disc wider than a vessel (black top-hat)."""
    smooth = cv2.GaussianBlur(even, (0, 0), 1.0)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (15, 15))
    return np.asarray(cv2.morphologyEx(smooth, cv2.MORPH_BLACKHAT, kernel), np.float32)


def _fault(measures: dict[str, float]) -> str:
    """The first reason against grading; empty without one."""
    faults = {
        "dark": measures["level"] < DARK,
        "bright": measures["washed out"] > BRIGHT,
        "no retina": measures["green"] > GREENISH or measures["blue"] > BLUISH,
        "flat": measures["vessels"] < VESSELS,
        "blurred": measures["sharpness"] < SHARP,
    }
    return next((code for code, holds in faults.items() if holds), "")


def _ungradable(code: str, measures: dict[str, float]) -> ImageQuality:
    sentence = f"The image cannot be graded: {SENTENCES[code]}."
    return ImageQuality(False, (sentence,), (code,), measures)
