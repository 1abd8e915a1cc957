"""Soft tissue around the lungs: trunk, neck, shoulders, arms, breasts, abdomen, as thickness in 0–1."""

from __future__ import annotations

import cv2
import numpy as np

from engine.imaging.phantoms.chest_frame import place
from engine.imaging.phantoms.chest_raster import Curve, Field, blur, grid, polygon, ribbon, soft, spline
from engine.imaging.phantoms.chest_spec import ChestSpec


def thickness(spec: ChestSpec, size: int, rng: np.random.Generator) -> Field:
    """How much tissue a ray meets if the lungs were solid: an oval trunk, thinner shoulders and arms."""
    side = min(size, 512)  # soft tissue has no finer detail than this
    parts = [_trunk(spec, side), _neck(spec, side)]
    for sign in (-1.0, 1.0):
        parts += [_shoulder(spec, side, sign), _arm(spec, side, sign, rng)]
    body = parts[0]
    for part in parts[1:]:
        body = np.sqrt(body**2 + part**2 * (1 - 0.75 * body))
    body = np.minimum(blur(body, 0.0015), 1.15)
    return np.asarray(cv2.resize(body, (size, size), interpolation=cv2.INTER_LINEAR), np.float32)


def _trunk(spec: ChestSpec, size: int) -> Field:
    """An oval cross-section: the ray's path shortens towards the flanks."""
    x, y = grid(size)
    flank = spec.lung_width * (1.17 + 0.30 * spec.fat)
    t = (y - spec.lung_top) / (spec.left_base - spec.lung_top)
    waist = 0.05 * np.sin(3.0 * np.clip(t - 0.35, 0, 1.3)) * (0.2 - spec.fat)
    half = flank * (0.78 + 0.24 * soft(t - 0.16, 0.11) - waist + 0.04 * spec.fat * soft(t - 1.0, 0.08))
    across = np.clip(1 - (np.abs(x - spec.center) / half) ** 2, 0, 1) ** 0.6
    return np.asarray(across * soft(t + 0.07, 0.035), np.float32)


def _neck(spec: ChestSpec, size: int) -> Field:
    x, y = grid(size)
    flare = np.clip((y - spec.lung_top + 0.06) / 0.08, 0, 2)
    half = spec.lung_width * (0.30 + 0.08 * spec.fat + 0.12 * flare**2)
    round_ = np.clip(1 - (np.abs(x - spec.center) / half) ** 2, 0, 1) ** 0.5
    return np.asarray(0.66 * round_ * soft(spec.lung_top + 0.16 - y, 0.03), np.float32)


def _shoulder(spec: ChestSpec, size: int, sign: float) -> Field:
    """From the neck along the trapezius to the deltoid and down to the axilla."""
    lift, spread = spec.shoulder, spec.arms
    knots = [
        (0.10, -0.20), (0.30, -0.16), (0.62, -0.10 - 0.4 * lift), (1.05, -0.055 - 0.8 * lift),
        (1.42, 0.0 - lift), (1.66, 0.09 - lift), (1.74 + 0.1 * spread, 0.24), (1.66 + 0.2 * spread, 0.40),
        (1.42 + 0.15 * spread, 0.50), (1.22, 0.66), (1.10, 0.95), (0.92, 1.05), (0.6, 0.7), (0.1, 0.3),
    ]  # fmt: skip
    mask = polygon(size, spline([place(spec, sign * u, v) for u, v in knots], True), 0.004)
    return np.asarray(0.40 * mask * (0.6 + 0.4 * blur(mask, 0.03)), np.float32)


def arm_axis(spec: ChestSpec, sign: float) -> Curve:
    """Middle line of the upper arm from the humeral head down."""
    u0, v0 = 1.46, 0.12 - spec.shoulder
    spread = spec.arms
    return spline(
        [place(spec, sign * (u0 + spread * s**1.2), v0 + s * 0.9) for s in (0.0, 0.3, 0.7, 1.1, 1.6, 2.2)]
    )


def _arm(spec: ChestSpec, size: int, sign: float, rng: np.random.Generator) -> Field:
    axis = arm_axis(spec, sign)
    width = spec.lung_width * (0.42 + 0.12 * spec.fat) * np.linspace(1.05, 0.8, len(axis))
    mask = polygon(size, ribbon(axis, width), 0.003)
    round_ = polygon(size, ribbon(axis, width * 0.6), 0.018)
    return np.asarray(mask * (0.22 + 0.22 * round_) * rng.uniform(0.95, 1.05), np.float32)


def breasts(spec: ChestSpec, size: int, rng: np.random.Generator) -> Field:
    """Two hanging shadows over the lower chest with a crisp lower edge; nothing where ``breast`` is 0."""
    total = np.zeros((size, size), np.float32)
    if spec.breast <= 0:
        return total
    hang = rng.uniform(0.84, 0.96) + 0.18 * spec.breast
    for sign in (-1.0, 1.0):
        low = hang + rng.normal(0, 0.015)
        wide = 0.40 + 0.10 * spec.breast
        u = 0.62 + 0.08 * spec.breast + rng.normal(0, 0.02)
        knots = [
            (u - 0.5 * wide, low - 0.42), (u - wide, low - 0.14), (u - 0.62 * wide, low - 0.03),
            (u, low), (u + 0.7 * wide, low - 0.045), (u + 1.08 * wide, low - 0.17),
            (u + 0.7 * wide, low - 0.45),
        ]  # fmt: skip
        mask = polygon(size, spline([place(spec, sign * a, b) for a, b in knots], True), 0.0022)
        _, y = grid(size)
        top, bottom = place(spec, sign * u, low - 0.5)[1], place(spec, sign * u, low)[1]
        total += mask * np.clip((y - top) / (bottom - top), 0, 1) ** 1.7
    return np.asarray((0.04 + 0.08 * spec.breast) * total, np.float32)


def abdomen(spec: ChestSpec, size: int, below: Field, rng: np.random.Generator) -> Field:
    """Extra thickness under the diaphragm less the gas in stomach and colon."""
    _, y = grid(size)
    gas = np.zeros((size, size), np.float32)
    if rng.random() < 0.75:  # the stomach's bubble lies under the left dome
        u, v = rng.uniform(0.35, 0.6), 1.0 - spec.dome + rng.uniform(0.06, 0.13)
        gas += rng.uniform(0.08, 0.22) * _bubble(spec, size, (u, v), rng.uniform(0.08, 0.18), rng)
    for _ in range(int(rng.choice([0, 0, 0, 1, 2, 4]))):
        u, v = rng.uniform(0.3, 0.8) * rng.choice([-0.6, 1, 1]), rng.uniform(1.12, 1.35)
        gas += rng.uniform(0.05, 0.14) * _bubble(spec, size, (float(u), v), rng.uniform(0.04, 0.09), rng)
    deeper = soft(y - spec.left_base, 0.05)
    return np.asarray(below * (0.10 + 0.05 * deeper - gas), np.float32)


def _bubble(
    spec: ChestSpec, size: int, at: tuple[float, float], radius: float, rng: np.random.Generator
) -> Field:
    angles = np.linspace(0, 2 * np.pi, 9)[:-1]
    reach = radius * rng.uniform(0.7, 1.2, 8)
    knots = [
        place(spec, at[0] + r * np.cos(a), at[1] + 0.35 * r * np.sin(a))
        for a, r in zip(angles, reach, strict=True)
    ]
    return polygon(size, spline(knots, True), 0.004)
