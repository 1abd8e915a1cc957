"""Procedural chest radiographs as a set for training and measuring."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.data.chest_input import standardise, to_uint16
from engine.data.chest_labels import exhaustive_targets
from engine.data.chest_set import ChestSet
from engine.imaging.phantoms import chest
from engine.progress import Progress, silent

SOURCE = "phantoms"
DRAWN = 384  # pixels; drawn larger than needed, as real images are


def draw(count: int, labels: Sequence[str], size: int, seed: int, progress: Progress = silent) -> ChestSet:
    """Draw phantoms, a function of the seed; each is a patient of its own.

    All findings that phantoms can show are known of every one.

    Parameters
    ----------
    size
        Side of the standardised images in pixels.
    """
    images = np.empty((count, size, size), np.uint16)
    present = []
    for place in range(count):
        progress(place, count, "drawing phantoms")
        spec = chest.sample_chest(np.random.default_rng((seed, place)))
        phantom = chest.chest(spec, max(DRAWN, size))
        grey = phantom.pixels.astype(np.float32) / (2**chest.BITS - 1)
        images[place] = to_uint16(standardise(grey, size))
        present.append(frozenset(phantom.findings))
    targets, known = exhaustive_targets(present, labels, chest.FINDINGS)
    patients = tuple(f"{SOURCE}-{seed}-{place}" for place in range(count))
    return ChestSet(images, targets, known, tuple(labels), patients, (SOURCE,) * count)
