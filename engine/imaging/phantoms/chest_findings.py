"""The 14 findings drawn over a normal chest: added opacity and the footprint that gives the exact box."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from engine.imaging.phantoms.chest_anatomy import Anatomy
from engine.imaging.phantoms.chest_frame import Lung
from engine.imaging.phantoms.chest_raster import Field, grid, smooth_noise, soft
from engine.imaging.phantoms.chest_spec import FindingSpec
from engine.records import Box

FOOTPRINT = 0.35  # share of the finding's weight from which a pixel belongs to it


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A finding as opacity to add and its weight in 0–1."""

    opacity: Field
    weight: Field


def draw(spec: FindingSpec, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    """Draw one finding of its spec."""
    lung = anatomy.right if spec.side == "right" else anatomy.left
    return PAINTERS.get(spec.name, _opacity)(spec, lung, anatomy, rng)


def box_of(weight: Field) -> Box:
    """Bounding box of the pixels that belong to a finding, in pixels, half open."""
    rows = np.flatnonzero((weight > FOOTPRINT).any(axis=1))
    columns = np.flatnonzero((weight > FOOTPRINT).any(axis=0))
    if not rows.size:
        return Box(0, 0, 0, 0)
    return Box(float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))


def _opacity(spec: FindingSpec, lung: Lung, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    """An ellipse of the spec's place, size, edge and texture: masses, nodules, airspace disease."""
    size = lung.mask.shape[0]
    blob = _ellipse(spec, lung, size, rng)
    texture = _texture(spec.texture, size, rng)
    weight = blob * lung.mask
    return Drawn(np.asarray(spec.density * weight * texture, np.float32), weight)


def _ellipse(spec: FindingSpec, lung: Lung, size: int, rng: np.random.Generator) -> Field:
    x, y = grid(size)
    cx, cy = lung.at(spec.zone, spec.lateral)
    rx = 0.5 * spec.extent * lung.width
    ry = rx * spec.aspect
    wobble = 0.35 * (1 - spec.edge) + 0.06
    radius = np.hypot((x - cx) / rx, (y - cy) / ry) + wobble * smooth_noise(rng, size, 14) * 0.5
    return soft((1 - radius) * rx, 0.002 + 0.018 * (1 - spec.edge))


def _texture(kind: str, size: int, rng: np.random.Generator) -> Field:
    if kind == "patchy":
        return np.asarray(np.clip(0.8 + 0.5 * smooth_noise(rng, size, 34), 0.15, 1.6), np.float32)
    if kind == "reticular":
        return _net(size, rng)
    return np.asarray(1 + 0.05 * smooth_noise(rng, size, 30), np.float32)


def _net(size: int, rng: np.random.Generator) -> Field:
    """A mesh of fine lines: the zero crossings of noise."""
    mesh = np.zeros((size, size), np.float32)
    for cells in (42, 60):
        mesh += np.exp(-((smooth_noise(rng, size, cells) / 0.22) ** 2))
    return np.asarray(cv2.GaussianBlur(mesh, (0, 0), 0.0012 * size) * 1.2, np.float32)


def _atelectasis(spec: FindingSpec, lung: Lung, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    """One or two plate-like bands above the diaphragm."""
    size = lung.mask.shape[0]
    canvas = np.zeros((size, size), np.float32)
    cx, cy = lung.at(spec.zone, spec.lateral)
    half = 0.5 * spec.extent * lung.width
    for number in range(int(rng.integers(1, 3))):
        slope = rng.uniform(-0.35, 0.35)
        level = cy - 0.03 * number
        ends = [(cx - half, level - slope * half), (cx + half, level + slope * half)]
        first, last = (tuple(round(v * size) for v in p) for p in ends)
        width = max(2, round(0.35 * spec.aspect * half * size))
        cv2.line(canvas, first, last, 1.0, width, cv2.LINE_AA)
    weight = cv2.GaussianBlur(canvas, (0, 0), 0.0025 * size) * lung.mask
    return Drawn(np.asarray(spec.density * weight, np.float32), np.asarray(weight, np.float32))


def _effusion(spec: FindingSpec, lung: Lung, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    """Fluid at the base with a meniscus that climbs along the chest wall."""
    size = lung.mask.shape[0]
    x, y = grid(size)
    across = np.clip(np.abs(x - lung.hilum[0]) / lung.width, 0, 1.1)
    height = 0.05 + 0.22 * spec.aspect
    level = lung.base - height * (0.25 + 0.75 * across**3)
    weight = np.asarray(soft(y - level, 0.006) * lung.mask, np.float32)
    return Drawn(np.asarray(spec.density * weight, np.float32), weight)


def _pneumothorax(spec: FindingSpec, lung: Lung, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    """Air between lung and chest wall: a lucent rim without markings and a thin pleural line."""
    size = lung.mask.shape[0]
    x, y = grid(size)
    across = np.abs(x - lung.hilum[0]) / lung.width
    t = np.clip((y - lung.top) / (lung.base - lung.top), 0, 1)
    collapsed = 1.02 - 0.62 * spec.extent * (1.15 - 0.75 * t)
    apex = lung.top + 0.30 * spec.extent * (lung.base - lung.top) * (1 - across * 0.5)
    outside = np.maximum(across - collapsed, (apex - y) / lung.width)
    weight = np.asarray(soft(outside * lung.width, 0.002) * lung.mask, np.float32)
    line = np.exp(-((outside * lung.width / 0.0022) ** 2)) * lung.mask
    markings = anatomy.opacity - cv2.GaussianBlur(anatomy.opacity, (0, 0), 0.02 * size)
    return Drawn(np.asarray(weight * (spec.density - 0.6 * markings) + 0.06 * line, np.float32), weight)


def _edema(spec: FindingSpec, lung: Lung, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    """Bat-wing haze around the hilum and short septal (Kerley B) lines at the base."""
    size = lung.mask.shape[0]
    base = _opacity(spec, lung, anatomy, rng)
    lines = np.zeros((size, size), np.float32)
    for _ in range(16):
        cx, cy = lung.at(rng.uniform(0.72, 0.97), rng.uniform(0.86, 0.97))
        length = 0.02 * np.sign(lung.hilum[0] - lung.lateral_x)
        ends = [(round(v * size) for v in p) for p in ((cx, cy), (cx + length, cy + rng.normal(0, 0.002)))]
        first, last = (tuple(p) for p in ends)
        cv2.line(lines, first, last, 1.0, max(1, round(0.0016 * size)), cv2.LINE_AA)
    return Drawn(np.asarray(base.opacity + 0.08 * lines * lung.mask, np.float32), base.weight)


def _emphysema(spec: FindingSpec, lung: Lung, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    """Darker lungs with bullae; the flat diaphragm and the sparse vessels come with the body's spec."""
    size = lung.mask.shape[0]
    x, y = grid(size)
    bullae = np.zeros((size, size), np.float32)
    for _ in range(int(rng.integers(2, 6))):
        cx, cy = lung.at(rng.uniform(0.05, 0.5), rng.uniform(0.4, 0.9))
        radius = np.hypot(x - cx, y - cy) / rng.uniform(0.02, 0.05)
        bullae += -0.025 * (radius < 1) + 0.03 * np.exp(-(((radius - 1) / 0.07) ** 2))
    weight = lung.mask
    return Drawn(np.asarray((spec.density + bullae) * weight, np.float32), weight)


def _fibrosis(spec: FindingSpec, lung: Lung, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    """A reticular net in the outer base, coarser towards the wall."""
    size = lung.mask.shape[0]
    blob = _ellipse(spec, lung, size, rng)
    weight = np.asarray(blob * lung.mask, np.float32)
    return Drawn(np.asarray(weight * (spec.density * _net(size, rng) + 0.03), np.float32), weight)


def _thickening(spec: FindingSpec, lung: Lung, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    """A band along the inside of the chest wall, smooth or knobbly."""
    size = lung.mask.shape[0]
    x, y = grid(size)
    _, cy = lung.at(spec.zone, 1.0)
    inside = (lung.mask > 0.5).astype(np.uint8)
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 5).astype(np.float32) / size
    thick = spec.extent * lung.width * (0.9 + 0.25 * smooth_noise(rng, size, 20))
    along = soft(0.5 * spec.extent * spec.aspect * lung.width * 1.3 - np.abs(y - cy), 0.012)
    wall = soft(np.abs(x - lung.hilum[0]) - 0.55 * lung.width, 0.01)
    weight = np.asarray(soft(thick - depth, 0.002) * along * wall * lung.mask, np.float32)
    return Drawn(np.asarray(spec.density * weight, np.float32), weight)


def _hernia(spec: FindingSpec, lung: Lung, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    """A rounded mass behind the heart above the diaphragm, with an air-fluid level."""
    size = lung.mask.shape[0]
    x, y = grid(size)
    cx = 0.5 * (anatomy.right.hilum[0] + anatomy.left.hilum[0]) + 0.02
    cy = anatomy.left.base - 0.075
    radius = 0.5 * spec.extent * lung.width
    weight = soft((1 - np.hypot((x - cx) / radius, (y - cy) / (radius * spec.aspect))) * radius, 0.004)
    level = cy - 0.25 * radius
    air = weight * soft(level - y, 0.0015)
    edge = np.exp(-(((y - level) / 0.002) ** 2)) * weight
    opacity = spec.density * weight - 1.35 * spec.density * air + 0.03 * edge
    return Drawn(np.asarray(opacity, np.float32), np.asarray(weight, np.float32))


def _cardiomegaly(spec: FindingSpec, lung: Lung, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    """The heart itself, which the body's spec made wide; it only gets its footprint here."""
    return Drawn(np.zeros_like(anatomy.heart), anatomy.heart)


Painter = Callable[[FindingSpec, Lung, Anatomy, np.random.Generator], Drawn]

PAINTERS: dict[str, Painter] = {
    "Atelectasis": _atelectasis,
    "Cardiomegaly": _cardiomegaly,
    "Effusion": _effusion,
    "Pneumothorax": _pneumothorax,
    "Edema": _edema,
    "Emphysema": _emphysema,
    "Fibrosis": _fibrosis,
    "Pleural Thickening": _thickening,
    "Hernia": _hernia,
}
"""Findings with a shape of their own; the others are opacities of their attributes."""
