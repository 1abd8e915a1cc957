"""What a chest phantom is made of: a body, devices, and findings described by attributes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attributes:
    """How a finding looks, in the words that the label definitions use; each in 0–1 or a plain word.

    Attributes
    ----------
    zone
        Height of its centre in the lung: 0 apex, 1 base.
    lateral
        0 at the hilum, 1 at the chest wall.
    extent
        Width as a share of one lung's width.
    aspect
        Height over width; of an effusion, its height as a share of the lung's.
    density
        Share of the lung's air that it replaces, negative is more air; of solid balls, how dense they are.
    edge
        0 ill defined, 1 sharp.
    texture
        homogeneous, patchy, reticular, linear or lucent.
    both_sides
        Whether it is in both lungs.
    """

    zone: tuple[float, float]
    lateral: tuple[float, float]
    extent: tuple[float, float]
    aspect: tuple[float, float]
    density: tuple[float, float]
    edge: float
    texture: str
    both_sides: float = 0.0


# fmt: off
FINDINGS: dict[str, Attributes] = {
    "Atelectasis": Attributes((0.72, 0.9), (0.3, 0.7), (0.5, 0.9), (0.15, 0.4), (0.25, 0.65), 0.8, "linear", 0.3),
    "Cardiomegaly": Attributes((0.8, 0.8), (0.0, 0.0), (1.0, 1.0), (0.9, 0.9), (0.1, 0.1), 0.7, "homogeneous"),
    "Effusion": Attributes((0.9, 0.98), (0.6, 0.8), (0.9, 1.0), (0.06, 0.42), (0.75, 1.0), 0.6, "homogeneous", 0.3),
    "Infiltration": Attributes((0.4, 0.8), (0.3, 0.6), (0.4, 0.8), (0.8, 1.3), (0.14, 0.36), 0.1, "patchy", 0.4),
    "Mass": Attributes((0.2, 0.75), (0.25, 0.85), (0.3, 0.55), (0.8, 1.2), (0.35, 0.8), 0.8, "homogeneous"),
    "Nodule": Attributes((0.12, 0.8), (0.25, 0.85), (0.07, 0.16), (0.9, 1.1), (0.25, 0.6), 0.9, "homogeneous", 0.2),
    "Pneumonia": Attributes((0.45, 0.85), (0.3, 0.7), (0.5, 0.9), (0.7, 1.1), (0.25, 0.6), 0.3, "patchy", 0.15),
    "Pneumothorax": Attributes((0.15, 0.35), (0.9, 1.0), (0.15, 0.6), (1.5, 2.0), (-0.22, -0.08), 0.9, "lucent"),
    "Consolidation": Attributes((0.3, 0.8), (0.3, 0.6), (0.5, 0.9), (0.6, 1.0), (0.5, 0.85), 0.5, "homogeneous", 0.1),
    "Edema": Attributes((0.42, 0.6), (0.2, 0.4), (0.9, 1.3), (1.2, 1.6), (0.25, 0.55), 0.0, "patchy", 1.0),
    "Emphysema": Attributes((0.4, 0.5), (0.5, 0.5), (1.0, 1.0), (1.8, 1.8), (-0.18, -0.05), 0.5, "lucent", 1.0),
    "Fibrosis": Attributes((0.68, 0.9), (0.6, 0.9), (0.8, 1.1), (0.7, 1.0), (0.45, 0.95), 0.2, "reticular", 1.0),
    "Pleural Thickening": Attributes((0.15, 0.7), (0.97, 1.0), (0.06, 0.13), (5.0, 9.0), (0.45, 0.85), 0.8, "homogeneous", 0.3),
    "Hernia": Attributes((0.88, 0.95), (0.0, 0.05), (0.4, 0.7), (0.8, 1.0), (0.4, 0.8), 0.8, "homogeneous"),
}
"""The 14 findings of NIH ChestX-ray14; ranges are ours, after the definitions in resources/labels."""
# fmt: on


@dataclass(frozen=True, slots=True)
class FindingSpec:
    """One finding of one phantom; positions as in `Attributes`."""

    name: str
    side: str  # "right" or "left" lung of the patient; right is on the left of the picture
    zone: float
    lateral: float
    extent: float
    aspect: float
    density: float
    edge: float
    texture: str


@dataclass(frozen=True, slots=True)
class ChestSpec:
    """Everything that a chest phantom depends on; lengths are shares of the picture's side.

    Attributes
    ----------
    lung_top, right_base, left_base
        Heights of the apices and of the costophrenic angles.
    lung_width
        From the midline to the chest wall.
    heart_ratio
        Cardiothoracic ratio: widest heart over widest lungs.
    dome
        Height of the diaphragm above the costophrenic angles.
    lucency
        Share of a ray's path through the middle of a lung that is air.
    pedicle
        Width of the upper mediastinum, 1 for a standing patient.
    rotation
        -1 to 1; the middle structures move to the patient's left when positive.
    shoulder, arms, scapula
        How high the shoulders are, how far the arms are spread and the scapulae turned out, in lungs' sizes.
    breast
        0 none to 1 large.
    bone, scatter, gamma, sharpen, noise, black, white
        The film's look: contrast of bones, share of scattered light, steepness of the tone curve,
        edge enhancement, grain, and the tones of air and of the densest parts in 0–1.
    shutters
        Margins left, top, right, bottom that collimation hides; ``beyond`` is their tone.
    marks
        Writing on the film: text, x, y, height.
    """

    seed: int
    findings: tuple[FindingSpec, ...] = ()
    center: float = 0.5
    lung_top: float = 0.13
    right_base: float = 0.72
    left_base: float = 0.74
    lung_width: float = 0.30
    heart_ratio: float = 0.46
    dome: float = 0.08
    lucency: float = 0.80
    markings: float = 1.0
    fat: float = 0.4
    pedicle: float = 1.0
    rotation: float = 0.0
    shoulder: float = 0.0
    arms: float = 0.15
    scapula: float = 0.05
    breast: float = 0.0
    tilt: float = 0.0  # degrees
    devices: tuple[str, ...] = ()
    bone: float = 1.0
    scatter: float = 0.12
    gamma: float = 2.2
    sharpen: float = 0.4
    noise: float = 0.012
    black: float = 0.03
    white: float = 0.88
    shutters: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    shutter_tilt: float = 0.0  # degrees
    beyond: float = 0.0
    marks: tuple[tuple[str, float, float, float], ...] = ()
    names: tuple[str, ...] = ()


DEVICES = ("electrodes", "central line", "tube", "sternal wires", "pacemaker", "feeding tube")
