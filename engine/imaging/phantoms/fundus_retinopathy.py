"""Place the lesions that a plan of diabetic retinopathy asks for, and count the signs that grade it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from engine.imaging.phantoms.fundus_grading import DME_NEAR, Signs
from engine.imaging.phantoms.fundus_lesions import (
    Lesion,
    Visible,
    blot,
    circinate,
    cotton_wool,
    exudate,
    exudate_cluster,
    flame,
    microaneurysm,
    place,
    preretinal,
)
from engine.imaging.phantoms.fundus_neovessels import frond, tuft
from engine.imaging.phantoms.fundus_raster import Points
from engine.imaging.phantoms.fundus_spec import FundusSpec, LesionPlan
from engine.imaging.phantoms.fundus_vessels import DISC, NASAL_FROM, Vessel, quadrant

_QUADRANT_MIDDLES = ((-0.7, -1.3), (-0.7, 1.3), (1.9, -1.45), (1.9, 1.4))


@dataclass(slots=True)
class Retinopathy:
    """Everything placed in one eye: outlines with masks, fronds with their vessels, and IRMA lines."""

    lesions: list[Lesion] = field(default_factory=list)
    fronds: list[tuple[Lesion, list[Points]]] = field(default_factory=list)
    irma: list[Points] = field(default_factory=list)


def place_retinopathy(
    rng: np.random.Generator, plan: LesionPlan, visible: Visible, vessels: list[Vessel]
) -> Retinopathy:
    """Realise a plan in the part of the retina that the camera sees."""
    placed = Retinopathy()
    for _ in range(plan.microaneurysms):
        placed.lesions.append(microaneurysm(rng, place(rng, visible, 1.5)))
    for index, count in enumerate(plan.haemorrhages):
        middle, within = _QUADRANT_MIDDLES[index], _well_inside(index)
        for _ in range(count):
            at = place(rng, visible, 0.95, middle, within)
            placed.lesions.append(flame(rng, at) if rng.random() < 0.22 else blot(rng, at))
    placed.lesions += _hard_exudates(rng, plan, visible)
    for _ in range(plan.soft):
        at = place(rng, visible, 0.8, (1.6, 0.0), lambda p: float(np.hypot(p[0], p[1])) > 0.7, (1.2, -1.2))
        placed.lesions.append(cotton_wool(rng, at))
    for index in plan.irma:
        for _ in range(int(rng.integers(2, 4))):
            at = place(rng, visible, 0.6, _QUADRANT_MIDDLES[index], _well_inside(index))
            placed.irma += tuft(rng, at, rng.uniform(0, 2 * np.pi), rng.uniform(0.22, 0.4), 4)
    _new_vessels(rng, plan, visible, vessels, placed)
    for _ in range(plan.preretinal):
        side = 1.0 if rng.random() < 0.5 else -1.0
        placed.lesions.append(preretinal(rng, place(rng, visible, 0.4, (0.3, 1.5 * side))))
    return placed


def _well_inside(index: int) -> Callable[[Points], bool]:
    """Whether a position lies in a quadrant, clear of its borders: a lesion there is counted there."""

    def within(point: Points) -> bool:
        clear = abs(point[0] - NASAL_FROM) > 0.05 and abs(point[1]) > 0.05
        return bool(clear and quadrant(point[None])[0] == index)

    return within


def _hard_exudates(rng: np.random.Generator, plan: LesionPlan, visible: Visible) -> list[Lesion]:
    """Clusters and rings that keep the plan's macular oedema risk."""
    if plan.dme == 0:
        return []
    groups: list[list[Lesion]] = []
    for index in range(plan.hard_clusters + plan.circinate):
        ring = index >= plan.hard_clusters
        near = plan.dme == 2 and (index == 0 or rng.random() < 0.6)
        at = place(
            rng, visible, 0.45 if near else 1.2, (-0.1, 0.0) if near else (-0.3, 0.0), fallback=(-0.9, 1.3)
        )
        groups.append(circinate(rng, at, visible) if ring else exudate_cluster(rng, at, visible))
    spots = [spot for group in groups for spot in group]
    if plan.dme == 1:
        spots = [s for s in spots if distance_to_fovea(s) > DME_NEAR + 0.05]
        return spots or [exudate(rng, np.array([-0.9, 1.2]))]
    if min((distance_to_fovea(s) for s in spots), default=9.0) > DME_NEAR:
        angle = rng.uniform(0, 2 * np.pi)
        spots.append(exudate(rng, np.array([np.cos(angle), np.sin(angle)]) * 0.6))
    return spots


def _new_vessels(
    rng: np.random.Generator, plan: LesionPlan, visible: Visible, vessels: list[Vessel], placed: Retinopathy
) -> None:
    for _ in range(plan.neovessels_disc):
        angle = rng.uniform(0, 2 * np.pi)
        root = DISC + 0.3 * np.array([np.cos(angle), np.sin(angle)])
        placed.fronds.append(_seen_frond(rng, visible, root, rng.uniform(0.4, 0.85)))
    if plan.neovessels_elsewhere:
        arcade = np.concatenate([v.points[10:40] for v in vessels if v.vein and v.order == 0])
        seen = arcade[visible(arcade) & (np.hypot(*(arcade - DISC).T) > 1.0)]
        roots = seen if len(seen) else np.array(_QUADRANT_MIDDLES)
    for _ in range(plan.neovessels_elsewhere):
        root = roots[int(rng.integers(len(roots)))]
        placed.fronds.append(_seen_frond(rng, visible, root, rng.uniform(0.3, 0.7)))


def _seen_frond(
    rng: np.random.Generator, visible: Visible, root: Points, reach: float
) -> tuple[Lesion, list[Points]]:
    """A frond that lies in the field for the greater part; the best of eight."""
    grown = [frond(rng, root, rng.uniform(0, 2 * np.pi), reach) for _ in range(2)]
    while len(grown) < 8 and visible(grown[-1][0].outline).mean() < 0.8:
        grown.append(frond(rng, root, rng.uniform(0, 2 * np.pi), reach))
    return max(grown, key=lambda each: float(visible(each[0].outline).mean()))


def distance_to_fovea(lesion: Lesion) -> float:
    """Distance (DD) of the lesion's edge from the fovea; 0 when it covers the fovea's position nearly."""
    return float(np.hypot(lesion.outline[:, 0], lesion.outline[:, 1]).min())


def count_signs(spec: FundusSpec, placed: Retinopathy) -> Signs:
    """The signs in what was placed, counted from the lesions and not copied from the plan."""
    middles = [lesion.outline.mean(axis=0) for lesion in placed.lesions if lesion.code == "HE"]
    intraretinal = quadrant(np.array(middles)) if middles else np.zeros(0, np.int64)
    per_quadrant = np.bincount(intraretinal, minlength=4)
    exudates = [distance_to_fovea(lesion) for lesion in placed.lesions if lesion.code == "EX"]
    return Signs(
        microaneurysms=sum(lesion.code == "MA" for lesion in placed.lesions),
        haemorrhages=(int(per_quadrant[0]), int(per_quadrant[1]), int(per_quadrant[2]), int(per_quadrant[3])),
        soft_exudates=sum(lesion.code == "SE" for lesion in placed.lesions),
        beading_quadrants=len(set(spec.plan.beading)),
        irma_quadrants=len(set(spec.plan.irma)),
        neovessels=bool(placed.fronds),
        preretinal=spec.plan.preretinal > 0 or spec.plan.vitreous > 0,
        nearest_exudate=min(exudates, default=None),
    )
