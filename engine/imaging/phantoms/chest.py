"""Procedural chest radiographs with known findings, boxes and attributes.

Frontal (PA) views drawn as summed opacities, 12 bit, bright dense. They serve the demo, the tests and
controlled experiments; they stand for no patient.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.phantoms import chest_anatomy, chest_devices, chest_findings
from engine.imaging.phantoms.chest_anatomy import Field
from engine.imaging.phantoms.chest_spec import FINDINGS, Attributes, ChestSpec, FindingSpec, sample_chest
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

BITS = 12


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
    """
    anatomy = chest_anatomy.build(spec, size)
    opacity = anatomy.opacity.copy()
    weights: dict[str, Field] = {}
    for number, finding in enumerate(spec.findings):
        drawn = chest_findings.draw(finding, anatomy, np.random.default_rng([spec.seed, 2, number]))
        opacity += drawn.opacity
        before = weights.get(finding.name)
        weights[finding.name] = drawn.weight if before is None else np.maximum(before, drawn.weight)
    opacity += chest_devices.draw(spec, size, np.random.default_rng([spec.seed, 3]))
    if spec.tilt:
        opacity = _turn(opacity, spec.tilt)
        weights = {name: _turn(weight, spec.tilt) for name, weight in weights.items()}
    return ChestPhantom(
        pixels=_expose(opacity, spec, np.random.default_rng([spec.seed, 4])),
        findings=spec.names,
        boxes={name: chest_findings.box_of(weight) for name, weight in weights.items()},
        weights=weights,
        attributes={n: tuple(f for f in spec.findings if f.name == n) for n in spec.names},
    )


def _turn(image: Field, degrees: float) -> Field:
    size = image.shape[0]
    turn = cv2.getRotationMatrix2D((size / 2, size / 2), degrees, 1.0)
    turned = cv2.warpAffine(
        image, turn, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(turned, np.float32)


def _expose(opacity: Field, spec: ChestSpec, rng: np.random.Generator) -> NDArray[np.uint16]:
    """Scatter, a toe and a shoulder as a detector's, quantum noise that is strongest where it is dense."""
    size = opacity.shape[0]
    scatter = cv2.GaussianBlur(opacity, (0, 0), 0.05 * size)
    image = 0.88 * opacity + 0.12 * scatter
    image = 1.08 / (1 + np.exp(-4.6 * (image - 0.46))) - 0.07
    grain = cv2.GaussianBlur(rng.standard_normal(image.shape).astype(np.float32), (0, 0), 0.7)
    image = image + spec.noise * (0.5 + np.clip(image, 0, 1)) * grain * 1.6
    top = 2**BITS - 1
    return np.asarray(np.clip(np.round(image * 0.93 * top + 40), 0, top), np.uint16)
