"""Draw eyes, lesion plans and pairs of eyes at random, with a given or a natural grade."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.errors import UnknownLabel, WrongUsage
from engine.imaging.phantoms.fundus_camera import Camera, named_camera, sample_camera
from engine.imaging.phantoms.fundus_diseases import DISEASES
from engine.imaging.phantoms.fundus_spec import EyeLook, FundusSpec, LesionPlan
from engine.imaging.phantoms.fundus_vessels import DISC
from engine.records import Laterality

Rng = np.random.Generator

GRADE_SHARES = (0.34, 0.14, 0.28, 0.14, 0.10)
"""Shares of the grades when none is asked for (ours: near IDRiD's 33/5/33/17/12 %, with more mild ones)."""

FELLOW_STEPS = {0: 0.76, 1: 0.21, 2: 0.03}
"""How far the grades of two eyes lie apart (Wang et al. 2017, Zoom-in-Net: over 95 % by at most 1)."""


def sample_fundus(
    rng: Rng,
    grade: int | None = None,
    disease: str = "diabetic retinopathy",
    laterality: Laterality | None = None,
    camera: Camera | str | None = None,
) -> FundusSpec:
    """Draw one eye.

    Parameters
    ----------
    grade
        0–4, for diabetic retinopathy only; 0 gives a normal eye. None draws one by `GRADE_SHARES`.
    disease
        A name of `fundus_diseases.DISEASES`.
    camera
        A camera, the name of one, or None to draw one.

    Raises
    ------
    UnknownLabel
        No such disease or camera.
    WrongUsage
        A grade that is not 0–4, or above 0 in another disease.
    """
    if disease not in DISEASES:
        raise UnknownLabel("no phantom shows this disease", disease, f"Known: {', '.join(DISEASES)}.")
    if grade is not None and not (0 <= grade <= 4 and (grade == 0 or disease == "diabetic retinopathy")):
        raise WrongUsage(
            f"no {disease} of grade {grade}", remedy="Grades 0-4 belong to diabetic retinopathy."
        )
    chosen = laterality or (Laterality.RIGHT if rng.random() < 0.5 else Laterality.LEFT)
    if disease == "diabetic retinopathy" and grade is None:
        grade = int(rng.choice(5, p=GRADE_SHARES))
    if isinstance(camera, str):
        try:
            camera = named_camera(camera)
        except KeyError as error:
            raise UnknownLabel("no such camera", camera) from error
    return _spec(rng, disease, grade or 0, chosen, sample_eye(rng), camera or sample_camera(rng))


def sample_pair(rng: Rng) -> tuple[FundusSpec, FundusSpec]:
    """Draw right and left eye of one patient: one colouring and camera, grades that agree as real ones do."""
    eye, camera = sample_eye(rng), sample_camera(rng)
    grade = int(rng.choice(5, p=GRADE_SHARES))
    step = int(rng.choice(tuple(FELLOW_STEPS), p=tuple(FELLOW_STEPS.values())))
    fellow = int(np.clip(grade + step * rng.choice((-1, 1)), 0, 4))
    grades = (grade, fellow) if rng.random() < 0.5 else (fellow, grade)
    right, left = (
        _spec(
            rng, "diabetic retinopathy", each, side, replace(eye, cup=eye.cup + rng.normal(0.0, 0.03)), camera
        )
        for each, side in zip(grades, (Laterality.RIGHT, Laterality.LEFT), strict=True)
    )
    return right, left


def sample_eye(rng: Rng) -> EyeLook:
    """Draw the look of a patient's eyes; colours have the spread of the IDRiD photographs."""
    red = float(np.clip(rng.normal(0.625, 0.09), 0.40, 0.84))
    green = red * float(np.clip(rng.normal(0.475, 0.055), 0.35, 0.62))
    blue = green * float(np.clip(rng.gamma(1.6, 0.19), 0.03, 0.85))
    return EyeLook(
        colour=(red, green, blue),
        tessellation=float(rng.beta(1.2, 4.0)),
        sheen=float(rng.beta(1.2, 2.2)),
        cup=float(np.clip(rng.normal(0.38, 0.1), 0.12, 0.6)),
        disc_size=float(np.clip(rng.normal(1.0, 0.07), 0.85, 1.18)),
        vessel_contrast=float(np.clip(rng.normal(0.9, 0.15), 0.55, 1.25)),
        tortuosity=float(np.exp(rng.normal(0.0, 0.25))),
    )


def _spec(rng: Rng, disease: str, grade: int, side: Laterality, eye: EyeLook, camera: Camera) -> FundusSpec:
    if disease == "diabetic retinopathy" and grade == 0:
        disease = "normal"
    whole_disc = float(DISC[0]) + 0.6 - camera.reach / eye.disc_size
    gaze = (max(float(rng.normal(0.45, 0.22)), whole_disc), float(rng.normal(0.0, 0.2)))
    severity = float(rng.uniform(0.25, 1.0))
    plan = sample_plan(rng, grade)
    return FundusSpec(int(rng.integers(2**31)), side, disease, severity, eye, plan, camera, gaze)


def sample_plan(rng: Rng, grade: int) -> LesionPlan:
    """Draw lesions from which `fundus_grading.icdr_grade` gives exactly ``grade``."""
    if grade == 0:
        return LesionPlan()
    if grade == 1:
        return LesionPlan(microaneurysms=1 + int(rng.poisson(5)))
    plan = _moderate(rng, extent=(0.0, 0.15, 0.5, 0.75, 0.8)[grade] * float(rng.uniform(0.5, 1.3)))
    if grade == 3:
        plan = _severe(rng, plan)
    if grade == 4:
        plan = _proliferative(rng, plan if rng.random() < 0.6 else _severe(rng, plan))
    return plan


def _moderate(rng: Rng, extent: float) -> LesionPlan:
    """More than microaneurysms, in no quadrant enough haemorrhages for the 4-2-1 rule."""
    counts = np.minimum(rng.poisson(9.0 * extent * rng.gamma(1.5, 0.7) * rng.uniform(0.3, 1.5, 4)), 20)
    exudates = rng.random() < 0.45 + 0.4 * extent
    soft = int(rng.poisson(2.0 * extent))
    if not (counts.sum() or exudates or soft):
        counts[int(rng.integers(4))] = 1
    clusters = int(rng.integers(1, 3 + round(5 * extent))) if exudates else 0
    return LesionPlan(
        microaneurysms=3 + int(rng.poisson(rng.gamma(1.5, 6 + 26 * extent))),
        haemorrhages=(int(counts[0]), int(counts[1]), int(counts[2]), int(counts[3])),
        hard_clusters=clusters,
        circinate=int(exudates and rng.random() < 0.3),
        dme=int(rng.choice((1, 2), p=(0.35, 0.65))) if exudates else 0,
        soft=soft,
    )


def _severe(rng: Rng, plan: LesionPlan) -> LesionPlan:
    """Add at least one sign of the 4-2-1 rule."""
    wanted = rng.random(3) < (0.55, 0.45, 0.5)
    if not wanted.any():
        wanted[int(rng.integers(3))] = True
    if wanted[0]:
        counts = rng.integers(21, 38, 4)
        plan = replace(plan, haemorrhages=(int(counts[0]), int(counts[1]), int(counts[2]), int(counts[3])))
    if wanted[1]:
        quadrants = rng.permutation(4)[: int(rng.integers(2, 5))]
        plan = replace(plan, beading=tuple(sorted(int(q) for q in quadrants)))
    if wanted[2]:
        quadrants = rng.permutation(4)[: int(rng.integers(1, 4))]
        plan = replace(plan, irma=tuple(sorted(int(q) for q in quadrants)))
    return plan


def _proliferative(rng: Rng, plan: LesionPlan) -> LesionPlan:
    """Add new vessels, and sometimes a preretinal or vitreous haemorrhage (or only that)."""
    bled = rng.random() < 0.35
    only_bled = bled and rng.random() < 0.2
    at_disc = 0 if only_bled else int(rng.random() < 0.5) * int(rng.integers(1, 3))
    elsewhere = 0 if only_bled else int(rng.integers(0 if at_disc else 1, 4))
    return replace(
        plan,
        neovessels_disc=at_disc,
        neovessels_elsewhere=elsewhere,
        preretinal=int(bled and (only_bled or rng.random() < 0.6)),
        vitreous=float(rng.uniform(0.4, 0.9)) if bled and rng.random() < 0.5 else 0.0,
    )
