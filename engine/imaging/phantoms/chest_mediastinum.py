"""Heart, great vessels, trachea and spine: what stands in the middle of a frontal chest film."""

from __future__ import annotations

import numpy as np

from engine.imaging.phantoms.chest_frame import outline
from engine.imaging.phantoms.chest_raster import Field, blur, fill, polygon, ribbon, stroke, tones
from engine.imaging.phantoms.chest_spec import ChestSpec


def heart(spec: ChestSpec, size: int) -> Field:
    """Silhouette of the heart; its widest span over that of the lungs is the spec's cardiothoracic ratio."""
    wide = 2 * spec.heart_ratio * 0.985  # the two lungs together are a little under two lung widths
    right, left = 0.36 * wide, 0.64 * wide
    shift = 0.06 * spec.rotation
    floor = 1 - spec.dome / (spec.left_base - spec.lung_top)  # the heart rests on the diaphragm
    squeeze = (floor + 0.07 - 0.46) / 0.59
    knots = [
        (-0.16, 0.48), (-0.72 * right, 0.56), (-0.96 * right, 0.68), (-right, 0.78), (-0.88 * right, 0.90),
        (-0.6 * right, 1.0), (0.1, 1.05), (0.55 * left, 1.04), (0.86 * left, 0.985), (left, 0.905),
        (0.97 * left, 0.81), (0.85 * left, 0.69), (0.66 * left, 0.575), (0.27, 0.50), (0.05, 0.46),
    ]  # fmt: skip
    return polygon(size, outline(spec, [(u + shift, 0.46 + squeeze * (v - 0.46)) for u, v in knots]), 0.0035)


def great_vessels(spec: ChestSpec, size: int, rng: np.random.Generator) -> Field:
    """Silhouette above the heart: superior vena cava, aortic arch, pulmonary trunk, paratracheal tissue."""
    w = spec.pedicle
    knob = rng.uniform(0.75, 1.1)
    knots = [
        (-0.20 * w, -0.2), (-0.17 * w, 0.02), (-0.155 * w, 0.12), (-0.17 * w, 0.24), (-0.19 * w, 0.36),
        (-0.20 * w, 0.50), (-0.12, 0.72), (-0.1, 1.1), (0.14, 1.1), (0.18, 0.72), (0.27 * w, 0.58),
        (0.275 * w, 0.48), (0.245 * w, 0.425), (0.205 * w, 0.385), (0.25 * w * knob, 0.335),
        (0.27 * w * knob, 0.275), (0.24 * w * knob, 0.225), (0.17 * w, 0.18), (0.15 * w, 0.08),
        (0.17 * w, -0.02), (0.20 * w, -0.2),
    ]  # fmt: skip
    shift = 0.07 * spec.rotation
    return polygon(size, outline(spec, [(u + shift, v) for u, v in knots]), 0.004)


def aorta_lines(spec: ChestSpec, size: int, rng: np.random.Generator) -> Field:
    """Edge of the descending aorta and of the azygo-oesophageal recess, seen through the heart."""
    canvas = np.zeros((size, size), np.uint8)
    bend = rng.normal(0, 0.02)
    aorta = outline(spec, [(0.25, 0.30), (0.23, 0.45), (0.20 + bend, 0.65), (0.15, 1.05)], closed=False)
    fill(canvas, ribbon(aorta - [0.10 * spec.lung_width, 0], np.full(len(aorta), 0.2 * spec.lung_width)), 1.0)
    return np.asarray(0.045 * blur(tones(canvas), 0.0035), np.float32)


def airway(spec: ChestSpec, size: int, rng: np.random.Generator) -> Field:
    """Air of the trachea and the main bronchi down to the hila, 0–1."""
    canvas = np.zeros((size, size), np.uint8)
    lean = 0.03 * rng.normal() + 0.05 * spec.rotation
    carina = (-0.015 + lean, 0.345)
    trachea = outline(
        spec, [(0.0, -0.35), (0.0, -0.15), (-0.005 + 0.5 * lean, 0.1), (-0.025 + lean, 0.22), carina], False
    )
    tube = 0.10 * spec.lung_width
    fill(canvas, ribbon(trachea, np.full(len(trachea), tube)), 1.0)
    right = outline(spec, [(carina[0] - 0.01, 0.32), (-0.13, 0.385), (-0.21, 0.425), (-0.27, 0.49)], False)
    left = outline(spec, [(carina[0] + 0.01, 0.32), (0.12, 0.40), (0.22, 0.45), (0.30, 0.49)], False)
    for bronchus in (right, left):
        fill(canvas, ribbon(bronchus, tube * np.linspace(0.85, 0.45, len(bronchus))), 0.75)
    return blur(tones(canvas), 0.003)


def spine(spec: ChestSpec, size: int, rng: np.random.Generator) -> Field:
    """Vertebral bodies with brighter end plates and pedicles, darker discs; opacity of bone, 0–1."""
    canvas = np.zeros((size, size), np.uint8)
    curve = 0.03 * rng.normal()  # a mild scoliosis
    step = 0.098
    v = -0.34
    while v < 1.8:
        u = curve * np.sin(2.2 * v) + 0.012 * rng.normal()
        half, tall = 0.085 + 0.030 * max(v, 0), 0.40 * step * (1 + 0.35 * max(v, 0))
        body = [
            (u - half, v - tall), (u - 0.88 * half, v), (u - half, v + tall),
            (u + half, v + tall), (u + 0.88 * half, v), (u + half, v - tall),
        ]  # fmt: skip
        fill(canvas, outline(spec, body), 0.55)
        for end in (-tall, tall):
            stroke(canvas, outline(spec, [(u - half, v + end), (u + half, v + end)], False), 0.85, 0.0025)
        for sign in (-1, 1):
            pedicle = [(u + sign * 0.62 * half, v - 0.45 * tall), (u + sign * 0.62 * half, v + 0.1 * tall)]
            stroke(canvas, outline(spec, pedicle, False), 0.95, 0.007)
        process = [(u, v + 0.1 * tall), (u + 0.004, v + 0.9 * tall)]
        stroke(canvas, outline(spec, process, False), 0.9, 0.005)
        v += step * (1 + 0.35 * max(v, 0))
    return blur(tones(canvas), 0.0028)
