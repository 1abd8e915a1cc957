"""The normal chest of a phantom as summed opacities: body, lungs, vessels, bones, heart, abdomen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.imaging.phantoms import chest_body, chest_bones, chest_mediastinum, chest_vessels
from engine.imaging.phantoms.chest_frame import Lung, lung
from engine.imaging.phantoms.chest_raster import Field, blur, depth_of, grid, smooth_noise, soft
from engine.imaging.phantoms.chest_spec import ChestSpec


@dataclass(frozen=True, slots=True, eq=False)
class Anatomy:
    """Opacity of the normal chest, bright dense, and where things are.

    Attributes
    ----------
    air
        The opacity that the air in the lungs takes away; disease may fill it.
    markings
        The part of the opacity that lung vessels make; disease may hide it.
    heart
        Silhouette of the heart in 0–1.
    """

    opacity: Field
    air: Field
    markings: Field
    right: Lung
    left: Lung
    heart: Field


def build(spec: ChestSpec, size: int) -> Anatomy:
    """The normal chest of a spec."""
    rng = np.random.default_rng([spec.seed, 1])
    right, left = lung(spec, "right", size), lung(spec, "left", size)
    lungs = np.maximum(right.mask, left.mask)
    body = chest_body.thickness(spec, size, rng)
    heart = chest_mediastinum.heart(spec, size)
    vessels = chest_mediastinum.great_vessels(spec, size, rng)
    solid_heart, solid_vessels = heart * depth_of(heart, 0.10), vessels * depth_of(vessels, 0.05)
    air = lungs * _air(spec, lungs) * (1 - 0.72 * solid_heart) * (1 - 0.95 * solid_vessels)
    taken = np.asarray(0.64 * spec.lucency * body * air, np.float32)
    opacity = 0.64 * body - taken
    opacity += body * (0.05 * solid_heart + 0.06 * solid_vessels)
    opacity += body * chest_body.abdomen(spec, size, _below(spec, size, lungs), rng)
    opacity += chest_body.breasts(spec, size, rng) * np.minimum(body * 2, 1)
    opacity += chest_mediastinum.aorta_lines(spec, size, rng) * body
    opacity += spec.bone * 0.085 * chest_mediastinum.spine(spec, size, rng)
    opacity -= 0.11 * chest_mediastinum.airway(spec, size, rng) * (1 - 0.5 * solid_heart)
    markings = chest_vessels.draw(spec, (right, left), size, rng) * lungs * (1 - 0.6 * solid_heart)
    opacity += markings
    opacity += chest_bones.draw(spec, (right, left), size, rng) * np.minimum(1.5 * body, 1)
    opacity += (0.014 * smooth_noise(rng, size, 6) + 0.007 * smooth_noise(rng, size, 24)) * body
    return Anatomy(np.asarray(np.maximum(opacity, 0), np.float32), taken, markings, right, left, heart)


def _air(spec: ChestSpec, lungs: Field) -> Field:
    """How much of a ray's path is air: less near the chest wall, and towards the denser bases."""
    size = lungs.shape[0]
    _, y = grid(size)
    t = np.clip((y - spec.lung_top) / (spec.left_base - spec.lung_top), 0, 1)
    return np.asarray((0.45 + 0.55 * depth_of(lungs, 0.10)) * (0.90 + 0.14 * np.sin(2.6 * t)), np.float32)


def _below(spec: ChestSpec, size: int, lungs: Field) -> Field:
    """Under the diaphragm: low in the trunk and outside of the lungs."""
    x, y = grid(size)
    base = np.where(x < spec.center, spec.right_base, spec.left_base)
    low = soft(y - blur(np.asarray(base, np.float32), 0.02) + 0.75 * spec.dome, 0.012)
    return np.asarray(low * (1 - lungs), np.float32)
