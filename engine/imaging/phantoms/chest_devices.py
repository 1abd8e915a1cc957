"""Things on and in a patient that a film shows: electrodes, lines, tubes, wires."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.phantoms.chest_raster import Field
from engine.imaging.phantoms.chest_spec import ChestSpec


def draw(spec: ChestSpec, size: int, rng: np.random.Generator) -> Field:
    """Opacity of the spec's devices, ``[size, size]``."""
    canvas = np.zeros((size, size), np.float32)
    for device in spec.devices:
        _DRAWERS[device](canvas, spec, rng)
    return np.asarray(cv2.GaussianBlur(canvas, (0, 0), 0.0008 * size), np.float32)


def _points(canvas: Field, curve: list[tuple[float, float]]) -> NDArray[np.int32]:
    """Give a smooth line through the points (shares of the side) in sixteenths of a pixel."""
    size = canvas.shape[0]
    knots = np.array(curve)
    s = np.linspace(0, 1, len(knots))
    fine = np.linspace(0, 1, 80)
    degree = min(3, len(knots) - 1)
    smooth = np.stack([np.polyval(np.polyfit(s, knots[:, k], degree), fine) for k in (0, 1)], 1)
    return np.asarray(np.round(smooth * size * 16), np.int32)[:, None]


def _line(canvas: Field, curve: list[tuple[float, float]], value: float, width: float) -> None:
    thick = max(1, round(width * canvas.shape[0]))
    cv2.polylines(canvas, [_points(canvas, curve)], False, value, thick, cv2.LINE_AA, 4)


def _electrodes(canvas: Field, spec: ChestSpec, rng: np.random.Generator) -> None:
    size = canvas.shape[0]
    for sign, level in ((-1, 0.22), (1, 0.24), (1, 0.62)):
        x = spec.center + sign * rng.uniform(0.2, 0.3)
        y = level + rng.normal(0, 0.03)
        cv2.circle(canvas, (round(x * size), round(y * size)), round(0.012 * size), 0.22, -1, cv2.LINE_AA)
        cv2.circle(canvas, (round(x * size), round(y * size)), round(0.005 * size), 0.5, -1, cv2.LINE_AA)
        end = (x + sign * rng.uniform(0.02, 0.12), 0.98)
        _line(canvas, [(x, y), (x + rng.normal(0, 0.05), 0.5 * (y + 1)), end], 0.28, 0.0028)


def _central_line(canvas: Field, spec: ChestSpec, rng: np.random.Generator) -> None:
    c = spec.center
    tip = (c - 0.025, spec.lung_top + 0.26 + rng.normal(0, 0.02))
    _line(canvas, [(c - 0.13, 0.02), (c - 0.09, 0.09), (c - 0.03, 0.17), tip], 0.20, 0.004)


def _tube(canvas: Field, spec: ChestSpec, rng: np.random.Generator) -> None:
    tip = spec.lung_top + rng.uniform(0.07, 0.13)
    for off in (-0.006, 0.006):
        _line(canvas, [(spec.center + off, 0.0), (spec.center + off, tip)], 0.16, 0.002)


def _sternal_wires(canvas: Field, spec: ChestSpec, rng: np.random.Generator) -> None:
    size = canvas.shape[0]
    for number in range(6):
        x, y = spec.center + rng.normal(0, 0.004), spec.lung_top + 0.12 + 0.07 * number
        center = (round(x * size), round(y * size))
        axes = (round(0.013 * size), round(0.008 * size))
        cv2.ellipse(
            canvas, center, axes, rng.uniform(-25, 25), 15, 345, 0.45, max(1, size // 400), cv2.LINE_AA
        )


def _pacemaker(canvas: Field, spec: ChestSpec, rng: np.random.Generator) -> None:
    size = canvas.shape[0]
    x, y = spec.center + rng.uniform(0.22, 0.27), spec.lung_top + rng.uniform(0.06, 0.10)
    center = (round(x * size), round(y * size))
    cv2.ellipse(canvas, center, (round(0.036 * size), round(0.030 * size)), 20, 0, 360, 0.5, -1, cv2.LINE_AA)
    lead = [(x - 0.03, y), (spec.center + 0.05, y - 0.01), (spec.center - 0.03, y + 0.16)]
    _line(canvas, [*lead, (spec.center + 0.06, spec.left_base - 0.06)], 0.35, 0.003)


_DRAWERS = {
    "electrodes": _electrodes,
    "central line": _central_line,
    "tube": _tube,
    "sternal wires": _sternal_wires,
    "pacemaker": _pacemaker,
}
