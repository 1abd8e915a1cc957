"""Things on and in a patient that a film shows: electrodes, lines, tubes, wires, a pacemaker."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.imaging.phantoms.chest_frame import outline, place
from engine.imaging.phantoms.chest_raster import Curve, Field, blur, fill, spline, stroke, tones
from engine.imaging.phantoms.chest_spec import ChestSpec

Canvas = NDArray[np.uint8]


def draw(spec: ChestSpec, size: int, rng: np.random.Generator) -> Field:
    """Opacity of the spec's devices, ``[size, size]``."""
    canvas = np.zeros((size, size), np.uint8)
    for device in spec.devices:
        DRAWERS[device](canvas, spec, rng)
    return blur(tones(canvas), 0.0008)


def _disc(center: tuple[float, float], radius: float) -> Curve:
    angles = np.linspace(0, 2 * np.pi, 24)
    return np.array(center) + radius * np.stack([np.cos(angles), np.sin(angles)], 1)


def _electrodes(canvas: Canvas, spec: ChestSpec, rng: np.random.Generator) -> None:
    """Snap electrodes, each with a lead that leaves the picture below."""
    for u, v in ((-0.7, 0.12), (0.75, 0.14), (0.8, 0.85), (-0.75, 0.9))[: int(rng.integers(2, 5))]:
        x, y = place(spec, u + rng.normal(0, 0.1), v + rng.normal(0, 0.05))
        way = float(np.sign(u))
        lead = [
            (x, y),
            (x + rng.normal(0.02, 0.04) * way, 0.5 * (y + 1)),
            (x + rng.uniform(0, 0.15) * way, 1.05),
        ]
        stroke(canvas, spline(lead), 0.20, 0.0030)
        fill(canvas, _disc((x, y), 0.013), 0.16)
        fill(canvas, _disc((x, y), 0.005), 0.5)


def _central_line(canvas: Canvas, spec: ChestSpec, rng: np.random.Generator) -> None:
    """From the right side of the neck, or from below a clavicle, to the superior vena cava."""
    tip = (-0.13, 0.42 + rng.normal(0, 0.04))
    if rng.random() < 0.5:
        way = [(-0.34, -0.25), (-0.24, -0.08), (-0.15, 0.12), tip]
    else:
        way = [(-0.95, 0.22), (-0.62, 0.07), (-0.30, 0.06), (-0.15, 0.18), tip]
    stroke(canvas, outline(spec, way, False), 0.16, 0.0036)


def _tube(canvas: Canvas, spec: ChestSpec, rng: np.random.Generator) -> None:
    """Endotracheal tube: walls, and a denser stripe that ends above the carina."""
    end = rng.uniform(0.12, 0.27)
    for u in (-0.03, 0.03):
        stroke(canvas, outline(spec, [(u, -0.4), (u, -0.1), (u - 0.012, end)], False), 0.13, 0.0020)
    stroke(canvas, outline(spec, [(0.03, -0.4), (0.03, -0.1), (0.02, end)], False), 0.22, 0.0024)


def _feeding_tube(canvas: Canvas, spec: ChestSpec, rng: np.random.Generator) -> None:
    """Down the oesophagus, through the diaphragm, curving into the stomach."""
    way = [
        (0.02, -0.4),
        (0.04, 0.3),
        (0.06, 0.75),
        (0.10, 0.98),
        (0.28, 1.1 + rng.normal(0, 0.03)),
        (0.5, 1.12),
    ]
    stroke(canvas, outline(spec, way, False), 0.13, 0.0034)


def _sternal_wires(canvas: Canvas, spec: ChestSpec, rng: np.random.Generator) -> None:
    """Loops along the sternum, twisted at their ends."""
    shift = 0.10 * spec.rotation
    for number in range(int(rng.integers(5, 8))):
        v = 0.20 + 0.105 * number
        u, half, tall = shift + rng.normal(0, 0.012), rng.uniform(0.03, 0.05), rng.uniform(0.010, 0.016)
        loop = [(u - half, v), (u, v - tall), (u + half, v + rng.normal(0, 0.004)), (u, v + tall)]
        stroke(canvas, outline(spec, loop), 0.42, 0.0022)
        stroke(canvas, outline(spec, [(u, v + tall), (u + 0.01, v + tall + 0.008)], False), 0.5, 0.0032)


def _pacemaker(canvas: Canvas, spec: ChestSpec, rng: np.random.Generator) -> None:
    """Generator under the left clavicle with a lead to the right ventricle, at times one to the atrium."""
    u, v = rng.uniform(0.72, 0.90), rng.uniform(0.13, 0.24)
    can = [
        (u - 0.10, v - 0.045),
        (u + 0.09, v - 0.05),
        (u + 0.11, v + 0.035),
        (u, v + 0.062),
        (u - 0.11, v + 0.03),
    ]
    start = (u - 0.05, v - 0.05)
    vein = [start, (u - 0.18, v - 0.08), (0.40, 0.08), (0.12, 0.12), (-0.10, 0.24), (-0.15, 0.45)]
    ventricle = [*vein, (-0.17, 0.64), (-0.02, 0.76), (0.28, 0.80)]
    atrium = [*vein, (-0.18, 0.60), (-0.12, 0.66), (-0.06, 0.61)]
    for lead in (ventricle, atrium)[: int(rng.integers(1, 3))]:
        stroke(canvas, outline(spec, lead, False), 0.30, 0.0030)
        stroke(canvas, outline(spec, lead[-2:], False)[-3:], 0.55, 0.0045)
    fill(canvas, outline(spec, can), 0.50)
    fill(canvas, outline(spec, [(u + 0.5 * (a - u), v + 0.5 * (b - v)) for a, b in can]), 0.62)


DRAWERS: dict[str, Callable[[Canvas, ChestSpec, np.random.Generator], None]] = {
    "electrodes": _electrodes,
    "central line": _central_line,
    "tube": _tube,
    "sternal wires": _sternal_wires,
    "pacemaker": _pacemaker,
    "feeding tube": _feeding_tube,
}
