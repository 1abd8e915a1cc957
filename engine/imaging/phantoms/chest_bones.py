"""Ribs, clavicles, scapulae and humeri of a chest phantom; opacity of bone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.imaging.phantoms.chest_body import arm_axis
from engine.imaging.phantoms.chest_frame import Lung, outline
from engine.imaging.phantoms.chest_raster import Curve, Field, blur, fill, ribbon, stroke, tones
from engine.imaging.phantoms.chest_spec import ChestSpec

Canvas = NDArray[np.uint8]
_RIBS = 11


def draw(spec: ChestSpec, lungs: tuple[Lung, Lung], size: int, rng: np.random.Generator) -> Field:
    """Opacity of all bones but the spine; posterior ribs are narrow and crisp, anterior wide and soft."""
    back, front, girdle = (np.zeros((size, size), np.uint8) for _ in range(3))
    slope = rng.normal(0, 0.02)
    for lung in lungs:
        for number in range(_RIBS):
            posterior, anterior = rib(spec, lung, number, slope + rng.normal(0, 0.004))
            wide = rng.uniform(0.9, 1.1) * spec.lung_width
            _long_bone(back, posterior, 0.070 * wide, 1.0)
            if 0 < number < 7:
                _long_bone(front, anterior, 0.088 * wide, 0.75, 1.0)
        _girdle(girdle, spec, lung.sign, rng)
    ribs = 0.085 * blur(tones(back), 0.0014) + 0.060 * blur(tones(front), 0.0022)
    return np.asarray(spec.bone * (ribs + 0.085 * blur(tones(girdle), 0.0016)), np.float32)


def rib(spec: ChestSpec, lung: Lung, number: int, slope: float) -> tuple[Curve, Curve]:
    """Posterior and anterior part of a rib: a tilted half ring around the chest as seen from the front."""
    span = lung.base - lung.top
    level = lung.top + span * (-0.075 + 0.090 * number - 0.0004 * number**2)
    drop = span * (0.22 + 0.034 * number - 0.0012 * number**2 + slope)
    half = abs(lung.wall(level + 0.55 * drop) - spec.center)
    half = max(half * 1.0, spec.lung_width * (0.50 + 0.11 * number) if number < 3 else 0.0)
    theta = np.deg2rad(np.linspace(3, 128 if number > 5 else 148, 60))
    x = spec.center + lung.sign * half * np.sin(theta) ** 0.86
    y = level + drop * 0.5 * (1 - np.cos(theta)) - 0.016 * np.sin(2 * theta).clip(0)
    curve = np.stack([x, y], 1)
    return curve[:38], curve[34:]


def _long_bone(canvas: Canvas, curve: Curve, width: float, cortex: float, blunt: float = 0.0) -> None:
    """A band with brighter margins; ``blunt`` 1 lets its end run out as a rib does in its cartilage."""
    along = np.linspace(0, 1, len(curve))
    taper = width * (0.85 + 0.2 * along) * np.where(along > 0.8, 1 - 0.65 * blunt * (along - 0.8) / 0.2, 1.0)
    band = ribbon(curve, taper)
    fill(canvas, band, 0.62)
    half = len(band) // 2
    stroke(canvas, band[:half], cortex, 0.0020)
    stroke(canvas, band[half:], 0.85 * cortex, 0.0016)


def _girdle(canvas: Canvas, spec: ChestSpec, sign: float, rng: np.random.Generator) -> None:
    """Scapula, humerus and clavicle, from back to front."""
    lift = spec.shoulder
    out = spec.scapula
    blade = [
        (0.98 + out, 0.02), (0.90 + out, 0.16), (0.93 + out, 0.36), (1.06 + out, 0.56), (1.13 + out, 0.54),
        (1.20 + out, 0.34), (1.34, 0.17 - lift), (1.22, 0.06 - lift),
    ]  # fmt: skip
    plate = outline(spec, [(sign * u, v) for u, v in blade])
    fill(canvas, plate, 0.16)
    stroke(canvas, plate[: len(plate) // 2], 0.34, 0.0030)
    ridge = [(0.95 + out, 0.12), (1.15 + out, 0.04 - 0.5 * lift), (1.48, -0.03 - lift)]
    stroke(canvas, outline(spec, [(sign * u, v) for u, v in ridge], False), 0.36, 0.010)
    _humerus(canvas, spec, sign)
    tilt = 0.08 * spec.rotation * sign
    rise = rng.uniform(0.04, 0.10) + lift
    clavicle = [
        (0.13 + tilt, 0.135), (0.32, 0.125 - 0.25 * rise), (0.62, 0.08 - 0.6 * rise),
        (0.95, 0.055 - 0.9 * rise), (1.22, 0.07 - 1.2 * rise), (1.42, 0.07 - 1.3 * rise),
    ]  # fmt: skip
    curve = outline(spec, [(sign * u, v) for u, v in clavicle], False)
    _long_bone(canvas, curve, 0.085 * spec.lung_width, 1.0)


def _humerus(canvas: Canvas, spec: ChestSpec, sign: float) -> None:
    axis = arm_axis(spec, sign)
    width = spec.lung_width * (0.145 + 0.13 * np.exp(-np.linspace(0, 14, len(axis))))
    shaft = ribbon(axis, width)
    fill(canvas, shaft, 0.55)
    half = len(shaft) // 2
    for edge in (shaft[:half], shaft[half:]):
        stroke(canvas, edge, 0.9, 0.0035)
    angles = np.linspace(0, 2 * np.pi, 30)
    center, radius = axis[0] + [0, 0.01], 0.145 * spec.lung_width
    head = center + radius * np.stack([np.cos(angles), np.sin(angles)], 1)
    fill(canvas, head, 0.6)
    stroke(canvas, head, 0.75, 0.0025)
