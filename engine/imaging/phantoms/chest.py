"""Procedural chest radiographs with known findings, boxes and attributes.

Frontal (PA, and AP at the bedside) views drawn as summed opacities, 12 bit, bright dense. They serve
the demo, the tests and controlled experiments; they stand for no patient.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import WrongUsage
from engine.imaging.phantoms import chest_anatomy, chest_devices, chest_findings
from engine.imaging.phantoms.chest_film import BITS, expose, turn
from engine.imaging.phantoms.chest_raster import Field
from engine.imaging.phantoms.chest_sampling import sample_chest
from engine.imaging.phantoms.chest_spec import FINDINGS, Attributes, ChestSpec, FindingSpec
from engine.records import Box

__all__ = [
    "BITS",
    "FINDINGS",
    "Attributes",
    "ChestPhantom",
    "ChestSpec",
    "FindingSpec",
    "chest",
    "sample_chest",
]

SMALLEST = 64


@dataclass(frozen=True, slots=True, eq=False)
class ChestPhantom:
    """A drawn film with its truth.

    Attributes
    ----------
    pixels
        uint16 ``[size, size]`` of 12 bits, MONOCHROME2, no modality LUT.
    boxes
        Finding -> box around all of it, in pixels; both lungs where it is in both.
    weights
        Finding -> footprint ``[size, size]`` in 0–1.
    attributes
        Finding -> specs that it was drawn from, one a side.
    """

    pixels: NDArray[np.uint16]
    findings: tuple[str, ...]
    boxes: Mapping[str, Box]
    weights: Mapping[str, Field]
    attributes: Mapping[str, tuple[FindingSpec, ...]]


def chest(spec: ChestSpec, size: int = 1024) -> ChestPhantom:
    """Draw a spec.

    Parameters
    ----------
    size
        Side in pixels. Shapes scale with it; noise does not, so sizes are no resized copies.

    Raises
    ------
    WrongUsage
        ``size`` is below 64 pixels.
    """
    if size < SMALLEST:
        raise WrongUsage(f"a phantom of {size} pixels", remedy=f"Ask for at least {SMALLEST}.")
    anatomy = chest_anatomy.build(spec, size)
    opacity = anatomy.opacity.copy()
    full = float(np.percentile(anatomy.opacity[::8, ::8], 97))
    weights: dict[str, Field] = {}
    for number, finding in enumerate(spec.findings):
        drawn = chest_findings.draw(finding, anatomy, np.random.default_rng([spec.seed, 2, number]))
        opacity += drawn.opacity
        before = weights.get(finding.name)
        weights[finding.name] = drawn.weight if before is None else np.maximum(before, drawn.weight)
    opacity += chest_devices.draw(spec, size, np.random.default_rng([spec.seed, 3]))
    if spec.tilt:
        opacity = turn(opacity, spec.tilt)
        weights = {name: turn(weight, spec.tilt) for name, weight in weights.items()}
    return ChestPhantom(
        pixels=expose(opacity, full, spec, np.random.default_rng([spec.seed, 4])),
        findings=spec.names,
        boxes={name: chest_findings.box_of(weight) for name, weight in weights.items()},
        weights=weights,
        attributes={n: tuple(f for f in spec.findings if f.name == n) for n in spec.names},
    )
