"""Findings around the lung: effusion, pneumothorax, pleural thickening, hiatal hernia, the large heart."""

from __future__ import annotations

import cv2
import numpy as np

from engine.imaging.phantoms.chest_airspace import SOLID
from engine.imaging.phantoms.chest_anatomy import Anatomy
from engine.imaging.phantoms.chest_frame import Lung
from engine.imaging.phantoms.chest_raster import Drawn, Field, grid, soft
from engine.imaging.phantoms.chest_spec import FindingSpec


def effusion(spec: FindingSpec, lung: Lung, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    """Fluid at the base with a meniscus that climbs along the chest wall; small ones only blunt the angle."""
    size = lung.mask.shape[0]
    x, y = grid(size)
    across = np.clip((x - lung.hilum[0]) / (lung.lateral_x - lung.hilum[0]), 0, 1.1)
    height = spec.aspect * (lung.base - lung.top)
    level = lung.base - 0.02 - height * (0.45 + 0.55 * across ** rng.uniform(2.0, 4.0))
    weight = soft(y - level, 0.004) * lung.mask
    return Drawn(spec.density * weight * (anatomy.air + 0.10) - 0.7 * weight * anatomy.markings, weight)


def pneumothorax(spec: FindingSpec, lung: Lung, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    """A lung that has shrunk towards hilum and base, a thin pleural line, and no markings beyond it."""
    shrunk = _shrunk(lung, 1 - 0.62 * spec.extent, 1 - 0.34 * spec.extent)
    weight = np.asarray(lung.mask * (1 - shrunk), np.float32)
    line = np.clip(4 * shrunk * (1 - shrunk), 0, 1) * lung.mask
    opacity = weight * (spec.density * anatomy.air - 0.95 * anatomy.markings)
    opacity += 0.055 * line + 0.10 * spec.extent * anatomy.air * shrunk * lung.mask
    return Drawn(np.asarray(opacity, np.float32), weight)


def _shrunk(lung: Lung, wide: float, tall: float) -> Field:
    """The lung's mask scaled about its inner lower corner."""
    size = lung.mask.shape[0]
    inner = lung.hilum[0] - 0.28 * lung.sign * lung.width  # where the lung meets the mediastinum
    x, y = inner * size - 0.5, lung.base * size - 0.5
    matrix = np.array([[wide, 0, x * (1 - wide)], [0, tall, y * (1 - tall)]])
    shrunk = cv2.warpAffine(lung.mask, matrix, (size, size), flags=cv2.INTER_LINEAR)
    return np.asarray(shrunk, np.float32)


def thickening(spec: FindingSpec, lung: Lung, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    """A band along the inside of the chest wall, smooth or knobbly, thinning out up and down."""
    size = lung.mask.shape[0]
    x, y = grid(size)
    _, middle = lung.at(spec.zone, 1.0)
    half = 0.5 * spec.extent * spec.aspect * lung.width
    rows = y[:, 0]
    along = np.sqrt(np.clip(1 - ((rows - middle) / half) ** 2, 0, 1))
    bumps = np.interp(rows, np.linspace(0, 1, 25), rng.standard_normal(25))
    thick = spec.extent * lung.width * along * np.clip(1 + rng.uniform(0.1, 0.4) * bumps, 0.3, 2)
    inward = lung.sign * (lung.outer[:, None] - x)
    weight = soft(np.asarray(thick[:, None] - inward, np.float32), 0.0016) * lung.mask * (thick > 0)[:, None]
    return Drawn(np.asarray(spec.density * weight * (anatomy.air + 0.06), np.float32), weight)


def hernia(spec: FindingSpec, lung: Lung, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    """A rounded mass behind the heart above the diaphragm, mostly with an air-fluid level in it."""
    size = lung.mask.shape[0]
    x, y = grid(size)
    middle = 0.5 * (anatomy.right.hilum[0] + anatomy.left.hilum[0])
    radius = 0.5 * spec.extent * lung.width
    cx = middle + rng.uniform(0.0, 0.6) * radius
    floor = anatomy.left.floor(middle + 0.5 * anatomy.left.width)
    cy = floor - radius * spec.aspect * rng.uniform(0.35, 0.7)
    distance = np.hypot((x - cx) / radius, (y - cy) / (radius * spec.aspect))
    weight = soft((1 - distance) * radius, 0.003)
    rim = np.exp(-(((distance - 0.96) / 0.05) ** 2))
    opacity = SOLID * spec.density * (np.sqrt(np.clip(1.05 - distance**2, 0, 1)) * weight + 0.25 * rim)
    if rng.random() < 0.75:
        level = cy - rng.uniform(-0.1, 0.35) * radius
        above = soft(level - y, 0.0012) * soft((0.92 - distance) * radius, 0.003)
        opacity = opacity - SOLID * spec.density * 1.3 * above
    return Drawn(np.asarray(opacity, np.float32), weight)


def cardiomegaly(spec: FindingSpec, lung: Lung, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    """The heart itself, which the body's spec made wide; it only gets its footprint here."""
    return Drawn(np.zeros_like(anatomy.heart), anatomy.heart)
