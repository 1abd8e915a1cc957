"""Grades that follow from signs: International Clinical Diabetic Retinopathy scale and macular oedema risk.

Wilkinson et al., "Proposed international clinical diabetic retinopathy and diabetic macular edema disease
severity scales", Ophthalmology 2003; macular oedema risk as graded in IDRiD (Porwal et al., Data 2018).
"""

from __future__ import annotations

from dataclasses import dataclass

SEVERE_HAEMORRHAGES = 20
"""More intraretinal haemorrhages than this in each of four quadrants is severe (4-2-1 rule)."""

DME_NEAR = 1.0
"""Hard exudates within this distance of the fovea (disc diameters) give risk 2."""


@dataclass(frozen=True, slots=True)
class Signs:
    """Signs of diabetic retinopathy found in one eye.

    Attributes
    ----------
    haemorrhages
        Intraretinal haemorrhages in each quadrant.
    beading_quadrants, irma_quadrants
        Number of quadrants with definite venous beading, with prominent IRMA.
    preretinal
        Vitreous or preretinal haemorrhage.
    nearest_exudate
        Distance of the hard exudate nearest to the fovea, in disc diameters; None without any.
    """

    microaneurysms: int = 0
    haemorrhages: tuple[int, int, int, int] = (0, 0, 0, 0)
    soft_exudates: int = 0
    beading_quadrants: int = 0
    irma_quadrants: int = 0
    neovessels: bool = False
    preretinal: bool = False
    nearest_exudate: float | None = None


def icdr_grade(signs: Signs) -> int:
    """Grade 0 none, 1 mild, 2 moderate, 3 severe, 4 proliferative."""
    if signs.neovessels or signs.preretinal:
        return 4
    everywhere = min(signs.haemorrhages) > SEVERE_HAEMORRHAGES
    if everywhere or signs.beading_quadrants >= 2 or signs.irma_quadrants >= 1:
        return 3
    other = sum(signs.haemorrhages) + signs.soft_exudates + signs.beading_quadrants
    if other or signs.nearest_exudate is not None:
        return 2
    return 1 if signs.microaneurysms else 0


def dme_risk(nearest_exudate: float | None) -> int:
    """0 without hard exudates, 2 when one lies within a disc diameter of the fovea, else 1."""
    if nearest_exudate is None:
        return 0
    return 2 if nearest_exudate <= DME_NEAR else 1
