"""The normal chest of a phantom as summed opacities: body, lungs, vessels, bones, heart, abdomen."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.phantoms.chest_spec import ChestSpec

Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Lung:
    """One lung: soft mask ``[size, size]`` in 0–1 and the span of it in shares of the picture."""

    side: str
    mask: Field
    hilum: tuple[float, float]
    lateral_x: float
    top: float
    base: float

    def at(self, zone: float, lateral: float) -> tuple[float, float]:
        """Position (x, y) in shares of the picture; see `Attributes` for zone and lateral."""
        x = self.hilum[0] + lateral * (self.lateral_x - self.hilum[0])
        return x, self.top + zone * (self.base - self.top)

    @property
    def width(self) -> float:
        """From hilum to chest wall, a share of the picture's side."""
        return abs(self.lateral_x - self.hilum[0])


@dataclass(frozen=True, slots=True, eq=False)
class Anatomy:
    """Opacity of the normal chest, bright dense, and where things are."""

    opacity: Field
    right: Lung
    left: Lung
    heart: Field


def grid(size: int) -> tuple[Field, Field]:
    """X and y of pixel centres as shares of the side."""
    steps = (np.arange(size, dtype=np.float32) + 0.5) / size
    x, y = np.meshgrid(steps, steps)
    return x, y


def soft(distance: Field, width: float) -> Field:
    """0 far outside, 1 far inside of an edge that is ``width`` wide; distance is positive inside."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(distance / width, -30, 30))), np.float32)


def smooth_noise(rng: np.random.Generator, size: int, cells: int) -> Field:
    """Noise of unit variance whose structures are a ``cells``-th of the side."""
    small = rng.standard_normal((cells + 3, cells + 3)).astype(np.float32)
    return np.asarray(cv2.resize(small, (size, size), interpolation=cv2.INTER_CUBIC), np.float32)


def build(spec: ChestSpec, size: int) -> Anatomy:
    """The normal chest of a spec."""
    rng = np.random.default_rng([spec.seed, 1])
    x, y = grid(size)
    body = _body(spec, x, y)
    right, left = _lung(spec, x, y, "right"), _lung(spec, x, y, "left")
    heart = _heart(spec, x, y)
    lungs = np.maximum(right.mask, left.mask)
    opacity = 0.60 * body + 0.06 * spec.fat * body * soft(np.abs(x - spec.center) - 0.33, 0.03)
    opacity -= spec.lucency * _depth(lungs) * lungs
    opacity += _mediastinum(spec, x, y) * 0.11
    opacity += 0.20 * heart * (0.75 + 0.25 * lungs)
    opacity += _abdomen(spec, x, y, rng) * body
    opacity += _spine(spec, x, y) * body
    opacity += _vessels(spec, (right, left), size, rng) * lungs
    opacity += _bones(spec, size, rng) * body
    opacity += 0.012 * smooth_noise(rng, size, 7) * body + 0.006 * smooth_noise(rng, size, 60) * body
    opacity = 0.02 + opacity * (0.3 + 0.7 * body)
    return Anatomy(np.asarray(opacity, np.float32), right, left, heart)


def _body(spec: ChestSpec, x: Field, y: Field) -> Field:
    """Neck, sloping shoulders, then the trunk; arms leave the picture at the sides."""
    off = np.abs(x - spec.center)
    shoulder = 0.10 + 0.55 * np.clip((y - 0.02) / 0.17, 0, 1) ** 0.8
    trunk = 0.435 + 0.05 * spec.fat + 0.05 * np.clip((0.3 - y) / 0.2, 0, 1)
    return soft(np.minimum(shoulder, trunk) - off, 0.006)


def _lung(spec: ChestSpec, x: Field, y: Field, side: str) -> Lung:
    sign = -1.0 if side == "right" else 1.0
    base = spec.right_base if side == "right" else spec.left_base
    across = sign * (x - spec.center)  # distance from the midline, positive on this side
    t = np.clip((y - spec.lung_top) / (base - spec.lung_top), 0, 1.4)
    outer = spec.lung_width * (0.36 + 0.64 * np.sin(0.5 * np.pi * np.clip(t / 0.72, 0, 1)) ** 0.75)
    inner = 0.062 - 0.022 * np.exp(-(((t - 0.12) / 0.18) ** 2)) + 0.018 * np.exp(-(((t - 0.45) / 0.2) ** 2))
    middle = 0.55 * spec.lung_width
    dome = base - spec.dome * (1 - ((across - middle * 0.8) / middle) ** 2)
    apex = spec.lung_top + 0.30 * (across - 0.45 * spec.lung_width) ** 2 / spec.lung_width
    mask = soft(outer - across, 0.0035) * soft(across - inner, 0.004)
    mask *= soft(y - apex, 0.005) * soft(dome - y, 0.004)
    hilum = (spec.center + sign * 0.085, spec.lung_top + 0.44 * (base - spec.lung_top))
    return Lung(side, mask, hilum, spec.center + sign * spec.lung_width * 0.97, spec.lung_top, base)


def _depth(lungs: Field) -> Field:
    """How much air a ray meets: less near the chest wall, where it grazes the lung."""
    size = lungs.shape[0]
    inside = (lungs > 0.5).astype(np.uint8)
    distance = cv2.distanceTransform(inside, cv2.DIST_L2, 5).astype(np.float32) / size
    depth = 0.52 + 0.48 * np.clip(distance / 0.085, 0, 1) ** 0.7
    return np.asarray(cv2.GaussianBlur(depth, (0, 0), 0.008 * size), np.float32)


def _heart(spec: ChestSpec, x: Field, y: Field) -> Field:
    """A tilted egg, two thirds of it left of the midline (right in the picture), on the diaphragm."""
    half = spec.heart_ratio * spec.lung_width * 0.98
    cx, cy = spec.center + 0.30 * half, spec.left_base - 0.155 - 0.12 * half
    dx, dy = x - cx, y - cy
    tilt = np.deg2rad(28)
    u, v = dx * np.cos(tilt) + dy * np.sin(tilt), -dx * np.sin(tilt) + dy * np.cos(tilt)
    radius = np.sqrt((u / (half * 1.02)) ** 2 + (v / (half * 0.86)) ** 2)
    heart = soft((1 - radius) * half, 0.006)
    return np.asarray(heart * soft(spec.left_base + 0.03 - y, 0.015), np.float32)


def _mediastinum(spec: ChestSpec, x: Field, y: Field) -> Field:
    off = x - spec.center
    width = 0.052 + 0.03 * np.clip((y - 0.3) / 0.4, 0, 1)
    column = soft(width - np.abs(off), 0.008) * soft(y - 0.05, 0.03)
    knob = soft(0.036 - np.hypot(off - 0.052, y - (spec.lung_top + 0.145)), 0.005)
    trachea = soft(0.016 - np.abs(off + 0.006), 0.004) * soft(spec.lung_top + 0.17 - y, 0.01)
    return np.asarray(column + 0.8 * knob * (1 - column) - 0.55 * trachea, np.float32)


def _abdomen(spec: ChestSpec, x: Field, y: Field, rng: np.random.Generator) -> Field:
    below = soft(y - np.where(x < spec.center, spec.right_base, spec.left_base) + 0.02, 0.02)
    liver = 0.06 * soft(spec.center + 0.05 - x, 0.05)
    bx, by = spec.center + rng.uniform(0.10, 0.17), spec.left_base + rng.uniform(0.03, 0.06)
    bubble = soft(0.045 - np.hypot((x - bx) * 0.7, y - by), 0.006) * rng.uniform(0.04, 0.16)
    return np.asarray(below * (0.15 + liver) - bubble, np.float32)


def _spine(spec: ChestSpec, x: Field, y: Field) -> Field:
    column = np.exp(-(((x - spec.center) / 0.034) ** 4))
    spacing = 0.047 + 0.02 * y
    discs = 0.75 + 0.25 * np.tanh(3 * np.cos(2 * np.pi * y / spacing))
    return np.asarray(0.07 * column * discs * (0.35 + 0.65 * np.clip(1.1 - y, 0, 1)), np.float32)


def _vessels(spec: ChestSpec, lungs: tuple[Lung, Lung], size: int, rng: np.random.Generator) -> Field:
    """Branching markings from each hilum, thinner outwards and stronger towards the bases."""
    canvas = np.zeros((size, size), np.float32)
    for lung in lungs:
        sign = -1 if lung.side == "right" else 1
        for angle in np.linspace(-1.35, 1.45, 13):
            start = (lung.hilum[0] + rng.normal(0, 0.006), lung.hilum[1] + rng.normal(0, 0.03))
            _branch(canvas, start, (sign, angle + rng.normal(0, 0.12)), 0.0095, 0, rng)
    canvas = cv2.GaussianBlur(canvas, (0, 0), 0.0022 * size)
    hila = np.zeros_like(canvas)
    for lung in lungs:
        center = tuple(int(v * size) for v in lung.hilum)
        cv2.ellipse(hila, center, (int(0.028 * size), int(0.06 * size)), 0, 0, 360, 1.0, -1)
    hila = cv2.GaussianBlur(hila, (0, 0), 0.018 * size)
    return np.asarray(spec.markings * (0.085 * np.minimum(canvas, 1.6) + 0.10 * hila), np.float32)


def _branch(
    canvas: Field,
    start: tuple[float, float],
    heading: tuple[int, float],
    width: float,
    depth: int,
    rng: np.random.Generator,
) -> None:
    """Draw one vessel as a wandering line that tapers, and its daughters."""
    size = canvas.shape[0]
    sign, angle = heading
    x, y = start
    steps = int(rng.integers(6, 11))
    for step in range(steps):
        length = 0.021 * (0.9**depth)
        angle += rng.normal(0, 0.10)
        nx, ny = x + sign * np.cos(angle) * length, y + np.sin(angle) * length
        thick = width * (1 - 0.75 * step / steps)
        ends = [(round(v * size * 16) for v in p) for p in ((x, y), (nx, ny))]
        first, last = (tuple(p) for p in ends)
        strength = 0.35 + 55 * thick
        cv2.line(canvas, first, last, strength, max(1, round(thick * size)), cv2.LINE_AA, 4)
        x, y = nx, ny
        if depth < 3 and step >= 1 and rng.random() < 0.33:
            turn = float(rng.choice([-1, 1])) * rng.uniform(0.35, 0.8)
            _branch(canvas, (x, y), (sign, angle + turn), thick * 0.72, depth + 1, rng)


def _bones(spec: ChestSpec, size: int, rng: np.random.Generator) -> Field:
    """Posterior and anterior ribs, clavicles, scapular edges; brighter cortex, softer marrow."""
    bones = np.zeros((size, size), np.float32)
    top, span = spec.lung_top, spec.right_base - spec.lung_top
    for sign in (-1, 1):
        for number in range(10):
            level = top - 0.02 + number * span * 0.118
            reach = spec.lung_width * (1.05 if number > 1 else 0.62 + 0.2 * number)
            _rib(bones, spec, _posterior(spec, sign, level, reach), 0.018, 0.075)
        for number in range(1, 7):
            level = top + 0.06 + number * span * 0.135
            _rib(bones, spec, _anterior(spec, sign, level), 0.021, 0.035)
        _rib(bones, spec, _clavicle(spec, sign, rng), 0.021, 0.075)
        _rib(bones, spec, _scapula(spec, sign), 0.012, 0.03)
    return bones


Curve = NDArray[np.float64]


def _posterior(spec: ChestSpec, sign: int, level: float, reach: float) -> Curve:
    s = np.linspace(0, 1, 40)
    x = spec.center + sign * (0.035 + reach * np.sin(0.5 * np.pi * s * 1.02))
    y = level - 0.022 * np.sin(np.pi * np.clip(s * 1.3, 0, 1)) + 0.11 * s**2.6
    return np.stack([x, y], 1)


def _anterior(spec: ChestSpec, sign: int, level: float) -> Curve:
    s = np.linspace(0, 1, 30)
    x = spec.center + sign * spec.lung_width * (1.02 - 0.60 * s**1.2)
    return np.stack([x, level - 0.045 + 0.085 * s**0.8], 1)


def _clavicle(spec: ChestSpec, sign: int, rng: np.random.Generator) -> Curve:
    s = np.linspace(0, 1, 30)
    x = spec.center + sign * (0.045 + 0.30 * s)
    rise = rng.uniform(0.03, 0.055)
    y = spec.lung_top + 0.055 - rise * s + 0.018 * np.sin(2 * np.pi * s)
    return np.stack([x, y], 1)


def _scapula(spec: ChestSpec, sign: int) -> Curve:
    s = np.linspace(0, 1, 20)
    x = spec.center + sign * (spec.lung_width * (0.98 + 0.12 * np.sin(np.pi * s)) + 0.01)
    return np.stack([x, spec.lung_top + 0.04 + 0.30 * s], 1)


def _rib(bones: Field, spec: ChestSpec, curve: Curve, width: float, strength: float) -> None:
    """Add one bone along a curve: a band with brighter edges, blurred as by its depth."""
    size = bones.shape[0]
    points = np.round(curve * size * 16).astype(np.int32)[:, None]
    band, core = np.zeros_like(bones), np.zeros_like(bones)
    cv2.polylines(band, [points], False, 1.0, max(2, round(width * size)), cv2.LINE_AA, 4)
    cv2.polylines(core, [points], False, 1.0, max(1, round(width * size * 0.62)), cv2.LINE_AA, 4)
    x0, y0 = np.maximum((curve.min(0) - 0.03) * size, 0).astype(int)
    x1, y1 = np.minimum((curve.max(0) + 0.03) * size, size).astype(int) + 1
    part = (slice(y0, y1), slice(x0, x1))
    bones[part] += strength * cv2.GaussianBlur(band[part] - 0.35 * core[part], (0, 0), 0.0016 * size)
