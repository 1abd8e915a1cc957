"""Lung markings: pulmonary vessels that branch and taper from the hila, and a fine interstitial grain."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.imaging.phantoms.chest_frame import Lung, outline
from engine.imaging.phantoms.chest_raster import Field, blur, fill, ribbon, smooth_noise, stroke, tones
from engine.imaging.phantoms.chest_spec import ChestSpec

Canvas = NDArray[np.uint8]


def draw(spec: ChestSpec, lungs: tuple[Lung, Lung], size: int, rng: np.random.Generator) -> Field:
    """Opacity of vessels and hila; not yet confined to the lungs."""
    canvas, trunks = np.zeros((size, size), np.uint8), np.zeros((size, size), np.uint8)
    for lung in lungs:
        _hilum(trunks, spec, lung)
        count = int(rng.integers(15, 20))
        for angle in np.linspace(-1.45, 1.5, count):
            x = lung.hilum[0] + rng.normal(0, 0.010)
            y = lung.hilum[1] + 0.055 * angle + rng.normal(0, 0.012)
            width = 0.0078 * rng.uniform(0.6, 1.15) * (1 + 0.25 * (angle > 0.5))
            branch(canvas, lung.sign, (x, y), angle * 0.9 + rng.normal(0, 0.12), width, 0, rng)
    fine = 0.005 * smooth_noise(rng, size, 90) + 0.006 * smooth_noise(rng, size, 40)
    vessels = 0.060 * blur(tones(canvas), 0.0011)
    hila = 0.13 * blur(tones(trunks), 0.0055)
    return np.asarray(spec.markings * (vessels + hila + fine), np.float32)


def _hilum(canvas: Canvas, spec: ChestSpec, lung: Lung) -> None:
    """Central pulmonary arteries: the interlobar one runs down and out, the upper one up."""
    s, low = lung.sign, 0.03 if lung.sign < 0 else 0.0
    down = [(0.14, 0.40 + low), (0.25, 0.42 + low), (0.32, 0.50 + low), (0.35, 0.60 + low)]
    up = [(0.16, 0.42 + low), (0.26, 0.37 + low), (0.33, 0.28 + low)]
    for knots, thick in ((down, 0.085), (up, 0.05)):
        curve = outline(spec, [(s * u, v) for u, v in knots], False)
        fill(canvas, ribbon(curve, spec.lung_width * thick * np.linspace(1.1, 0.5, len(curve))), 0.8)


def branch(
    canvas: Canvas,
    sign: float,
    start: tuple[float, float],
    angle: float,
    width: float,
    depth: int,
    rng: np.random.Generator,
) -> None:
    """Draw one vessel as a wandering line that tapers, and its daughters."""
    steps = int(rng.integers(6, 11))
    points = [start]
    for step in range(steps):
        length = 0.023 * 0.88**depth
        angle += rng.normal(0, 0.13)
        x, y = points[-1]
        points.append((x + sign * np.cos(angle) * length, y + np.sin(angle) * length))
        thick = width * (1 - 0.72 * step / steps)
        stroke(canvas, np.array(points[-2:]), min(0.30 + 70 * thick, 0.85), thick)
        if depth < 3 and step >= 1 and rng.random() < 0.32:
            turn = float(rng.choice([-1, 1])) * rng.uniform(0.3, 0.75)
            branch(canvas, sign, points[-1], angle + turn, thick * 0.75, depth + 1, rng)
