"""What describes a procedural fundus photograph completely, and what rendering it gives.

Anatomical frame. Positions in a spec's anatomy are in **disc diameters** (DD): the origin is the fovea,
x grows towards the nose, y downwards. An image of a right eye shows x to the right (the disc, on the
nasal side, is right of the fovea), an image of a left eye is mirrored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.imaging.phantoms.fundus_camera import Camera
from engine.records import Laterality

LESION_CODES = ("MA", "HE", "SE", "EX", "NV")
"""Microaneurysms, haemorrhages, soft exudates, hard exudates, neovascularisation."""

QUADRANTS = ("superior temporal", "inferior temporal", "superior nasal", "inferior nasal")

_STREAMS = ("vessels", "background", "disc", "lesions", "disease", "capture")


@dataclass(frozen=True, slots=True)
class EyeLook:
    """Appearance that both eyes of a patient share.

    Attributes
    ----------
    colour
        Background RGB at even illumination, 0–1, before the camera's colour balance.
    tessellation, sheen
        Visibility of choroidal vessels and of the nerve-fibre reflex, 0–1.
    cup
        Cup-to-disc diameter ratio, 0–1.
    disc_size
        Disc diameter relative to the average eye; about 0.9–1.1.
    vessel_contrast
        Strength of the vessels relative to the average eye.
    tortuosity
        Wander of the vessels relative to the average eye.
    """

    colour: tuple[float, float, float] = (0.65, 0.32, 0.08)
    tessellation: float = 0.2
    sheen: float = 0.2
    cup: float = 0.35
    disc_size: float = 1.0
    vessel_contrast: float = 1.0
    tortuosity: float = 1.0


@dataclass(frozen=True, slots=True)
class LesionPlan:
    """How many lesions of diabetic retinopathy to place; the grade follows from what was placed.

    Attributes
    ----------
    haemorrhages
        Number in each quadrant about the fovea, in the order of `QUADRANTS`.
    hard_clusters, circinate, dme
        Clusters and rings of hard exudates; dme 2 puts the first within one DD of the fovea, dme 1 keeps
        all of them farther away.
    beading, irma
        Quadrants (indices) with venous beading and with intraretinal microvascular abnormalities.
    neovessels_disc, neovessels_elsewhere, preretinal
        Numbers of fronds, and of boat-shaped preretinal haemorrhages.
    vitreous
        Density of a vitreous haemorrhage, 0–1.
    """

    microaneurysms: int = 0
    haemorrhages: tuple[int, int, int, int] = (0, 0, 0, 0)
    hard_clusters: int = 0
    circinate: int = 0
    dme: int = 0
    soft: int = 0
    beading: tuple[int, ...] = ()
    irma: tuple[int, ...] = ()
    neovessels_disc: int = 0
    neovessels_elsewhere: int = 0
    preretinal: int = 0
    vitreous: float = 0.0


@dataclass(frozen=True, slots=True)
class FundusSpec:
    """One procedural photograph; the same spec and size give the same pixels.

    Attributes
    ----------
    seed
        Of everything random in this image; each part draws from its own stream of it.
    disease
        A name of `fundus_diseases.DISEASES`.
    severity
        Of that disease, 0–1 (diabetic retinopathy follows ``plan`` instead).
    gaze
        Anatomical position (DD) at the centre of the field.
    lesions
        False leaves out every lesion that has a mask and nothing else.
    """

    seed: int
    laterality: Laterality
    disease: str
    severity: float
    eye: EyeLook
    plan: LesionPlan
    camera: Camera
    gaze: tuple[float, float] = (0.4, 0.0)
    lesions: bool = True

    def stream(self, name: str) -> np.random.Generator:
        """The generator of one part of the image, independent of the others'."""
        return np.random.default_rng([self.seed, _STREAMS.index(name)])


@dataclass(frozen=True, slots=True, eq=False)
class FundusPhantom:
    """A rendered photograph with its truth; positions are ``(x, y)`` in its pixels.

    Attributes
    ----------
    rgb
        uint8 ``[rows, columns, 3]``; the longer side is the size asked for.
    masks
        Code -> bool ``[rows, columns]``, all five of `LESION_CODES`, all False where there is none.
    grade, dme
        Diabetic retinopathy 0–4 and macular oedema risk 0–2; 0 in other diseases.
    disc, fovea
        Centres; radius: of the disc (half a disc diameter), in pixels.
    """

    rgb: NDArray[np.uint8]
    masks: Mapping[str, NDArray[np.bool_]]
    grade: int
    dme: int
    laterality: Laterality
    disease: str
    disc: tuple[float, float]
    fovea: tuple[float, float]
    radius: float
