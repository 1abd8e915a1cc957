"""What a chest phantom is made of: a body, devices, and findings described by attributes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np


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
        Height over width.
    density
        Added opacity; negative is lucent.
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
    "Atelectasis": Attributes((0.72, 0.9), (0.3, 0.7), (0.5, 0.8), (0.12, 0.22), (0.12, 0.2), 0.8, "linear", 0.3),
    "Cardiomegaly": Attributes((0.8, 0.8), (0.0, 0.0), (1.0, 1.0), (0.9, 0.9), (0.1, 0.1), 0.7, "homogeneous"),
    "Effusion": Attributes((0.9, 0.98), (0.6, 0.8), (0.9, 1.0), (0.3, 0.7), (0.28, 0.36), 0.6, "homogeneous", 0.3),
    "Infiltration": Attributes((0.4, 0.8), (0.3, 0.6), (0.4, 0.7), (0.8, 1.3), (0.08, 0.14), 0.1, "patchy", 0.4),
    "Mass": Attributes((0.25, 0.75), (0.3, 0.8), (0.3, 0.5), (0.8, 1.2), (0.17, 0.26), 0.8, "homogeneous"),
    "Nodule": Attributes((0.15, 0.8), (0.25, 0.8), (0.07, 0.14), (0.9, 1.1), (0.13, 0.2), 0.9, "homogeneous", 0.2),
    "Pneumonia": Attributes((0.5, 0.85), (0.3, 0.7), (0.5, 0.8), (0.7, 1.1), (0.15, 0.23), 0.3, "patchy", 0.15),
    "Pneumothorax": Attributes((0.15, 0.35), (0.9, 1.0), (0.3, 0.5), (1.5, 2.0), (-0.1, -0.06), 0.9, "lucent"),
    "Consolidation": Attributes((0.3, 0.8), (0.3, 0.6), (0.5, 0.8), (0.6, 1.0), (0.22, 0.3), 0.5, "homogeneous", 0.1),
    "Edema": Attributes((0.45, 0.6), (0.1, 0.3), (0.8, 1.0), (1.2, 1.6), (0.12, 0.18), 0.0, "patchy", 1.0),
    "Emphysema": Attributes((0.4, 0.5), (0.5, 0.5), (1.0, 1.0), (1.8, 1.8), (-0.09, -0.05), 0.5, "lucent", 1.0),
    "Fibrosis": Attributes((0.7, 0.9), (0.6, 0.9), (0.7, 0.9), (0.7, 1.0), (0.08, 0.13), 0.2, "reticular", 1.0),
    "Pleural Thickening": Attributes((0.2, 0.7), (0.97, 1.0), (0.06, 0.12), (4.0, 7.0), (0.14, 0.22), 0.8, "homogeneous", 0.3),
    "Hernia": Attributes((0.88, 0.95), (0.0, 0.05), (0.3, 0.45), (0.8, 1.0), (0.12, 0.18), 0.8, "homogeneous"),
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
    """Everything that a chest phantom depends on; lengths are shares of the picture's side."""

    seed: int
    findings: tuple[FindingSpec, ...] = ()
    center: float = 0.5
    lung_top: float = 0.13
    right_base: float = 0.68
    left_base: float = 0.71
    lung_width: float = 0.335
    heart_ratio: float = 0.46  # cardiothoracic ratio
    dome: float = 0.075
    lucency: float = 0.40
    markings: float = 1.0
    fat: float = 0.5
    tilt: float = 0.0  # degrees
    devices: tuple[str, ...] = ()
    noise: float = 0.012
    names: tuple[str, ...] = field(default=())


DEVICES = ("electrodes", "central line", "tube", "sternal wires", "pacemaker")


def sample_chest(
    rng: np.random.Generator, findings: Sequence[str] | None = None, devices: bool = True
) -> ChestSpec:
    """Draw a random phantom.

    Parameters
    ----------
    findings
        Names out of `FINDINGS`; None draws none (a third of the time), one, two or three.
    """
    names = list(FINDINGS)
    if findings is None:
        count = int(rng.choice(4, p=[0.34, 0.36, 0.2, 0.1]))
        findings = [names[i] for i in sorted(rng.choice(len(names), count, replace=False))]
    drawn = [spec for name in findings for spec in _sample_finding(name, rng)]
    emphysema = "Emphysema" in findings
    base = rng.uniform(0.66, 0.72) + (0.07 if emphysema else 0.0) - (0.03 if "Fibrosis" in findings else 0.0)
    chosen = [d for d in DEVICES if rng.random() < 0.13] if devices else []
    return ChestSpec(
        seed=int(rng.integers(2**31)),
        findings=tuple(drawn),
        names=tuple(findings),
        center=rng.uniform(0.485, 0.515),
        lung_top=rng.uniform(0.10, 0.15),
        right_base=base,
        left_base=base + rng.uniform(0.015, 0.04),
        lung_width=rng.uniform(0.31, 0.36),
        heart_ratio=rng.uniform(0.57, 0.66) if "Cardiomegaly" in findings else rng.uniform(0.40, 0.49),
        dome=0.03 if emphysema else rng.uniform(0.06, 0.09),
        lucency=rng.uniform(0.36, 0.43),
        markings=0.45 if emphysema else rng.uniform(0.85, 1.2),
        fat=rng.uniform(0.2, 0.9),
        tilt=rng.normal(0, 1.2),
        devices=tuple(chosen),
        noise=rng.uniform(0.006, 0.016),
    )


def _sample_finding(name: str, rng: np.random.Generator) -> list[FindingSpec]:
    looks = FINDINGS[name]
    both = rng.random() < looks.both_sides
    sides = ("right", "left") if both else (str(rng.choice(["right", "left"])),)
    return [
        FindingSpec(
            name,
            side,
            zone=rng.uniform(*looks.zone),
            lateral=rng.uniform(*looks.lateral),
            extent=rng.uniform(*looks.extent),
            aspect=rng.uniform(*looks.aspect),
            density=rng.uniform(*looks.density),
            edge=looks.edge,
            texture=looks.texture,
        )
        for side in sides
    ]
