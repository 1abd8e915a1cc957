"""Findings within the lung: airspace disease, balls, oedema, fibrosis, emphysema, atelectasis."""

from __future__ import annotations

import numpy as np

from engine.imaging.phantoms.chest_anatomy import Anatomy
from engine.imaging.phantoms.chest_frame import Lung
from engine.imaging.phantoms.chest_raster import (
    Curve,
    Drawn,
    Field,
    blur,
    fill,
    grid,
    ribbon,
    smooth_noise,
    soft,
    stroke,
    tones,
)
from engine.imaging.phantoms.chest_spec import FindingSpec
from engine.imaging.phantoms.chest_vessels import branch

SOLID = 0.30  # opacity of a solid ball whose density is 1, whatever lies before or behind it


def infiltration(spec: FindingSpec, lung: Lung, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    """Ill-defined, patchy: part of the air is gone, vessels stay visible."""
    size = lung.mask.shape[0]
    weight = _cloud(spec, lung, rng) * lung.mask
    return Drawn(spec.density * weight * _patches(size, rng) * anatomy.air, weight)


def consolidation(spec: FindingSpec, lung: Lung, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    """Filled airspaces hide the vessels; often air bronchograms, at times cut off straight by a fissure."""
    size = lung.mask.shape[0]
    weight = _cloud(spec, lung, rng) * lung.mask
    if rng.random() < 0.45:
        x, y = grid(size)
        cx, cy = lung.at(spec.zone, spec.lateral)
        away = float(rng.choice([-1.0, 1.0]))  # which side of the fissure is spared
        reach = 0.5 * spec.extent * spec.aspect * lung.width
        fissure = cy + away * rng.uniform(0.2, 0.6) * reach + rng.normal(0, 0.12) * (x - cx)
        weight = weight * soft(away * (fissure - y), 0.0022)
    texture = _patches(size, rng) if spec.texture == "patchy" else 1 + 0.08 * smooth_noise(rng, size, 20)
    filled = spec.density * weight * texture
    if rng.random() < 0.6:
        filled = filled * (1 - 0.55 * _bronchograms(lung, rng))
    return Drawn(filled * anatomy.air - 0.75 * weight * anatomy.markings, weight)


def ball(spec: FindingSpec, lung: Lung, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    """A mass or nodule: thickest in its middle; smooth, lobulated or, if large, spiculated."""
    size = lung.mask.shape[0]
    x, y = grid(size)
    cx, cy = lung.at(spec.zone, spec.lateral)
    rx = 0.5 * spec.extent * lung.width
    angle = np.arctan2(y - cy, x - cx)
    outline = 1 + np.zeros_like(x)
    for lobes in (2, 3, 5):
        outline += rng.normal(0, 0.055) * np.cos(lobes * angle + rng.uniform(0, 6.3))
    radius = np.hypot((x - cx) / rx, (y - cy) / (rx * spec.aspect)) / outline
    weight = soft((1 - radius) * rx, 0.0018 + 0.006 * (1 - spec.edge)) * lung.mask
    inside = np.sqrt(np.clip(1.05 - radius**2, 0, 1)) * (1 + 0.10 * smooth_noise(rng, size, 40))
    if spec.extent > 0.25 and rng.random() < 0.5:
        inside = inside + 0.25 * _spicules(size, (cx, cy), rx, rng)
    return Drawn(SOLID * spec.density * inside * soft((1.4 - radius) * rx, 0.004) * lung.mask, weight)


def edema(spec: FindingSpec, lung: Lung, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    """Bat-wing haze around the hilum, indistinct vessels, short septal (Kerley B) lines at the base."""
    size = lung.mask.shape[0]
    weight = _cloud(spec, lung, rng) * lung.mask
    canvas = np.zeros((size, size), np.uint8)
    for _ in range(int(rng.integers(8, 22))):
        x, y = lung.at(rng.uniform(0.70, 0.95), rng.uniform(0.90, 0.985))
        tip = (x - lung.sign * 0.022, y + rng.normal(0, 0.002))
        stroke(canvas, np.array([(x, y), tip]), 1.0, 0.0018)
    haze = spec.density * weight * (0.45 + 0.55 * _patches(size, rng)) * anatomy.air
    hidden = 0.5 * weight * (blur(anatomy.markings, 0.006) - anatomy.markings)
    return Drawn(haze + hidden + 0.05 * tones(canvas) * lung.mask, weight)


def emphysema(spec: FindingSpec, lung: Lung, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    """Darker lungs, few vessels, bullae; flat diaphragm and narrow heart come with the body's spec."""
    size = lung.mask.shape[0]
    x, y = grid(size)
    bullae = np.zeros((size, size), np.float32)
    for _ in range(int(rng.integers(2, 6))):
        cx, cy = lung.at(rng.uniform(0.05, 0.5), rng.uniform(0.4, 0.9))
        radius = np.hypot(x - cx, y - cy) / rng.uniform(0.02, 0.05)
        bullae += -0.035 * soft(1 - radius, 0.08) + 0.022 * np.exp(-(((radius - 1) / 0.07) ** 2))
    opacity = spec.density * anatomy.air + (bullae - 0.3 * anatomy.markings) * lung.mask
    return Drawn(np.asarray(opacity * lung.mask, np.float32), lung.mask)


def fibrosis(spec: FindingSpec, lung: Lung, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    """A reticular net in the outer base, uneven, coarser towards the wall (honeycombing)."""
    size = lung.mask.shape[0]
    weight = _cloud(spec, lung, rng) * lung.mask
    uneven = np.clip(0.65 + 0.5 * smooth_noise(rng, size, 9), 0.1, 1.5)
    net = np.zeros((size, size), np.float32)
    for cells, share in ((46, 0.8), (80, 0.7)):
        net += share * np.exp(-((smooth_noise(rng, size, cells) / 0.30) ** 2))
    opacity = spec.density * weight * uneven * (0.13 * (blur(net, 0.0012) - 0.25) + 0.16 * anatomy.air)
    return Drawn(np.asarray(opacity, np.float32), weight)


def atelectasis(spec: FindingSpec, lung: Lung, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    """Plate-like bands above the diaphragm, or a wedge of collapsed lung that points to the hilum."""
    size = lung.mask.shape[0]
    canvas = np.zeros((size, size), np.uint8)
    if rng.random() < 0.35:
        fill(canvas, _wedge(spec, lung, rng), 1.0)
        weight = blur(tones(canvas), 0.006) * lung.mask
        filled = spec.density * (1 + 0.12 * smooth_noise(rng, size, 18)) * anatomy.air
        return Drawn(weight * (filled - 0.5 * anatomy.markings), weight)
    cx, cy = lung.at(spec.zone, spec.lateral)
    half = 0.5 * spec.extent * lung.width
    for number in range(int(rng.integers(1, 4))):
        s = np.linspace(-1, 1, 24)
        slope, bow = rng.uniform(-0.35, 0.35), rng.normal(0, 0.006)
        along = half * rng.uniform(0.6, 1.0)
        band = np.stack([cx + along * s, cy - 0.028 * number + slope * along * s + bow * s**2], 1)
        thick = 0.16 * spec.aspect * half * np.sqrt(1.02 - s**2) * (1 + 0.2 * rng.standard_normal(24))
        fill(canvas, ribbon(band, thick + 0.003), 1.0)
    weight = blur(tones(canvas), 0.0018) * lung.mask
    return Drawn(spec.density * weight * anatomy.air, weight)


def _wedge(spec: FindingSpec, lung: Lung, rng: np.random.Generator) -> Curve:
    """From near the hilum out to the diaphragm."""
    x, y = lung.at(0.55, 0.05)
    near, far = lung.at(1.0, rng.uniform(0.0, 0.15))[0], lung.at(1.0, 0.25 + 0.5 * spec.extent)[0]
    return np.array([(x, y), (near, lung.base), (far, lung.base)])


def _cloud(spec: FindingSpec, lung: Lung, rng: np.random.Generator) -> Field:
    """A region of the spec's place and size whose outline wanders the more, the less its edge is sharp."""
    size = lung.mask.shape[0]
    x, y = grid(size)
    cx, cy = lung.at(spec.zone, spec.lateral)
    rx = 0.5 * spec.extent * lung.width
    wander = 0.10 + 0.22 * (1 - spec.edge)
    radius = np.hypot((x - cx) / rx, (y - cy) / (rx * spec.aspect))
    radius += wander * (smooth_noise(rng, size, 9) + 0.5 * smooth_noise(rng, size, 24))
    return soft((1 - radius) * rx, 0.004 + 0.020 * (1 - spec.edge))


def _patches(size: int, rng: np.random.Generator) -> Field:
    """Uneven filling, of several sizes of patches; mean about 0.8."""
    noise = sum(
        share * smooth_noise(rng, size, cells) for cells, share in ((10, 0.30), (22, 0.24), (50, 0.18))
    )
    return np.asarray(np.clip(0.8 + noise, 0.15, 1.6), np.float32)


def _bronchograms(lung: Lung, rng: np.random.Generator) -> Field:
    canvas = np.zeros(lung.mask.shape, np.uint8)
    for angle in np.linspace(-1.2, 1.3, 7):
        branch(canvas, lung.sign, lung.hilum, angle + rng.normal(0, 0.1), 0.007, 1, rng)
    return blur(tones(canvas), 0.0015)


def _spicules(size: int, center: tuple[float, float], radius: float, rng: np.random.Generator) -> Field:
    canvas = np.zeros((size, size), np.uint8)
    for angle in rng.uniform(0, 2 * np.pi, 14):
        way = np.array([np.cos(angle), np.sin(angle)])
        reach = rng.uniform(1.1, 1.35)
        stroke(canvas, np.array([center + 0.7 * radius * way, center + reach * radius * way]), 0.8, 0.002)
    return blur(tones(canvas), 0.0015)
