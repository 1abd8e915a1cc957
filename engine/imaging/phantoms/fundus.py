"""Procedural colour fundus photographs with known truth: the door to the other ``fundus_*`` modules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnknownLabel, WrongUsage
from engine.imaging.phantoms import fundus_anatomy as anatomy
from engine.imaging.phantoms.fundus_camera import capture, field_mask
from engine.imaging.phantoms.fundus_diseases import DISEASES, Disease
from engine.imaging.phantoms.fundus_grading import dme_risk, icdr_grade
from engine.imaging.phantoms.fundus_layers import vitreous_haze
from engine.imaging.phantoms.fundus_lesions import Visible, paint_lesions
from engine.imaging.phantoms.fundus_neovessels import paint_fronds, paint_tufts
from engine.imaging.phantoms.fundus_raster import Frame, Points
from engine.imaging.phantoms.fundus_retinopathy import Retinopathy, count_signs, place_retinopathy
from engine.imaging.phantoms.fundus_sampling import sample_fundus, sample_pair
from engine.imaging.phantoms.fundus_spec import LESION_CODES, FundusPhantom, FundusSpec
from engine.imaging.phantoms.fundus_vessels import DISC, Vessel, grow, paint_vessels

__all__ = ["DISEASES", "FundusPhantom", "FundusSpec", "fundus", "sample_fundus", "sample_pair"]

_SMALLEST = 64


def fundus(spec: FundusSpec, size: int = 1024) -> FundusPhantom:
    """Render a photograph whose longer side is ``size`` pixels, with its truth.

    Grade and macular oedema risk follow by `fundus_grading` from the lesions that were placed; in diseases
    other than diabetic retinopathy both are 0. The same spec gives the same anatomy at every size.

    Raises
    ------
    WrongUsage
        ``size`` is below 64 pixels.
    UnknownLabel
        The spec's disease is not in `fundus_diseases.DISEASES`.
    """
    if size < _SMALLEST:
        raise WrongUsage(f"a phantom of {size} pixels", remedy=f"Ask for at least {_SMALLEST}.")
    if spec.disease not in DISEASES:
        raise UnknownLabel("no phantom shows this disease", spec.disease, f"Known: {', '.join(DISEASES)}.")
    disease = DISEASES[spec.disease]
    frame = spec.camera.frame(size, spec.gaze, spec.laterality, spec.eye.disc_size)
    rng = spec.stream("vessels")
    look = disease.vessels(rng, spec.severity)
    wander = look.wander * spec.eye.tortuosity
    vessels = grow(rng, replace(look, wander=wander, beading=look.beading + spec.plan.beading))
    placed = _place(spec, disease, vessels)
    image, painted = _paint(spec, disease, frame, vessels, placed)
    lit = field_mask(spec.camera, frame) >= 0.5
    masks = {code: mask & lit for code, mask in painted.items()}
    rgb = capture(image, spec.camera, frame, spec.stream("capture"))
    diabetic = spec.disease in ("normal", "diabetic retinopathy")
    signs = count_signs(spec, placed)
    disc, fovea = (frame.pixels(p[None])[0] for p in (DISC, np.zeros(2)))
    return FundusPhantom(
        rgb=rgb,
        masks=masks,
        grade=icdr_grade(signs) if diabetic else 0,
        dme=dme_risk(signs.nearest_exudate) if diabetic else 0,
        laterality=spec.laterality,
        disease=spec.disease,
        disc=(float(disc[0]), float(disc[1])),
        fovea=(float(fovea[0]), float(fovea[1])),
        radius=frame.scale / 2.0,
    )


def _visible(spec: FundusSpec) -> Visible:
    """What the camera sees with a margin of 4 % of the field; independent of the size rendered."""
    camera = spec.camera
    frame = camera.frame(1024, spec.gaze, spec.laterality, spec.eye.disc_size)
    radius = camera.radius * 1024
    size = np.array([frame.columns, frame.rows])

    def visible(points: Points) -> NDArray[np.bool_]:
        at = frame.pixels(points)
        offset = np.abs(at - frame.center)
        lit = (np.hypot(offset[:, 0], offset[:, 1]) < radius * 0.96) & (
            offset[:, 1] < radius * camera.cut - 8
        )
        return np.asarray(lit & (at > 8).all(axis=1) & (at < size - 8).all(axis=1))

    return visible


def _place(spec: FundusSpec, disease: Disease, vessels: list[Vessel]) -> Retinopathy:
    rng = spec.stream("lesions")
    visible = _visible(spec)
    placed = place_retinopathy(rng, spec.plan, visible, vessels)
    placed.lesions += disease.lesions(rng, spec.severity, visible)
    if not spec.lesions:
        placed.lesions, placed.fronds = [], []
    return placed


def _paint(
    spec: FundusSpec, disease: Disease, frame: Frame, vessels: list[Vessel], placed: Retinopathy
) -> tuple[NDArray[np.float32], dict[str, NDArray[np.bool_]]]:
    """Paint from the choroid outwards; each part draws from its own stream."""
    eye = spec.eye
    rng = spec.stream("background")
    image = anatomy.background(rng, frame, eye, min(eye.tessellation + disease.tessellation, 1.2))
    anatomy.fibre_sheen(image, rng, frame, eye)
    anatomy.macula(image, rng, frame, eye, disease.macula)
    disc = spec.stream("disc")
    anatomy.optic_disc(image, disc, frame, eye, disease.disc(disc, spec.severity))
    layer = spec.stream("disease")
    disease.below(image, layer, frame, eye, spec.severity)
    deep = [lesion for lesion in placed.lesions if lesion.code == "EX"]
    masks = paint_lesions(image, frame, deep, eye)
    paint_vessels(image, frame, vessels, eye.vessel_contrast)
    paint_tufts(image, frame, placed.irma, 0.8)
    masks |= paint_lesions(image, frame, [lesion for lesion in placed.lesions if lesion.code != "EX"], eye)
    new = paint_fronds(image, frame, placed.fronds)
    if new is not None:
        masks["NV"] = new
    disease.above(image, layer, frame, eye, spec.severity)
    if spec.plan.vitreous > 0:
        vitreous_haze(image, layer, frame, spec.plan.vitreous)
    empty = np.zeros((frame.rows, frame.columns), np.bool_)
    return image, {code: masks.get(code, empty) for code in LESION_CODES}
