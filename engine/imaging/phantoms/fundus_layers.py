"""Layers that diseases other than diabetic retinopathy paint: drusen, atrophy, cracks, detachment, bodies."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.phantoms.fundus_anatomy import bare_choroid
from engine.imaging.phantoms.fundus_raster import (
    Frame,
    Image,
    Points,
    blob,
    mix,
    multiply,
    noise,
    patch,
    ribbon,
    stretch,
)
from engine.imaging.phantoms.fundus_spec import EyeLook
from engine.imaging.phantoms.fundus_vessels import DISC


def drusen(image: Image, rng: np.random.Generator, frame: Frame, eye: EyeLook, severity: float) -> None:
    """Yellowish deposits below the retina, crowded at the macula: small hard ones and large soft ones."""
    red, green, blue = eye.colour
    spots = []
    for _ in range(int(40 + 170 * severity)):
        at = rng.normal(0.0, 0.62, 2)
        large = rng.random() < 0.15 + 0.4 * severity
        radius = rng.uniform(0.04, 0.095) if large else rng.uniform(0.012, 0.03)
        spots.append((blob(rng, at, radius, 0.15, 14), rng.uniform(0.3, 0.8)))
    colour = (min(red * 1.22 + 0.05, 1.0), green * 1.5 + 0.05, blue * 1.4 + 0.04)
    mix(image, patch(frame, spots, 0.012), colour)


def pigment(image: Image, rng: np.random.Generator, frame: Frame, count: int, spread: float) -> None:
    """Clumps of dark pigment about the macula."""
    clumps = []
    for _ in range(count):
        at = rng.normal(0.0, spread, 2)
        clumps.append((blob(rng, at, rng.uniform(0.015, 0.05), 0.5, 16), rng.uniform(0.5, 0.9)))
    multiply(image, patch(frame, clumps, 0.012), (0.42, 0.45, 0.6))


def atrophy(
    image: Image,
    rng: np.random.Generator,
    frame: Frame,
    eye: EyeLook,
    center: Points,
    radius: float,
    depth: float,
) -> None:
    """A sharply bounded pale area through which choroidal vessels show (geographic or patchy atrophy)."""
    outline = blob(rng, center, radius, 0.09, 60)
    outline = stretch(outline, rng.uniform(0, np.pi), rng.uniform(1.0, 1.5))
    wobble = np.repeat(rng.normal(1.0, 0.05, len(outline) // 2), 2)[:, None]
    outline = center + (outline - center) * wobble
    mix(image, patch(frame, [(outline, 0.75 * depth)], 0.014), bare_choroid(eye))
    strands = []
    for _ in range(int(3 + radius * 12)):
        start = center + rng.normal(0.0, radius * 0.45, 2)
        line = start + np.cumsum(rng.normal(0.0, 0.035, (10, 2)) + rng.normal(0.0, 0.05, 2), axis=0)
        inside = _inside(outline, line)
        if inside.sum() > 3:
            strands.append((ribbon(line[inside], 0.035), 0.5 * depth))
    multiply(image, patch(frame, strands, 0.012), (0.90, 0.62, 0.55))
    edge = patch(frame, [(ribbon(np.concatenate([outline, outline[:1]]), 0.03), 0.3)], 0.012)
    multiply(image, edge, (0.75, 0.7, 0.75))


def _inside(outline: Points, points: Points) -> NDArray[np.bool_]:
    """Which points lie inside an outline."""
    contour = outline.astype(np.float32)
    return np.array([cv2.pointPolygonTest(contour, (float(x), float(y)), False) > 0 for x, y in points])


def lacquer_cracks(image: Image, rng: np.random.Generator, frame: Frame, eye: EyeLook, count: int) -> None:
    """Yellowish branching lines of ruptured Bruch's membrane at the posterior pole."""
    lines = []
    for _ in range(count):
        start = rng.normal(0.0, 0.5, 2)
        heading = rng.normal(0.0, 0.5) + (np.pi if rng.random() < 0.5 else 0.0)
        turns = heading + np.cumsum(rng.normal(0.0, 0.22, 16))
        step = rng.uniform(0.05, 0.1)
        line = start + np.cumsum(np.stack([np.cos(turns), np.sin(turns)], axis=1) * step, axis=0)
        lines.append((ribbon(line, rng.uniform(0.018, 0.04)), rng.uniform(0.45, 0.8)))
    mix(image, patch(frame, lines, 0.01), bare_choroid(eye))


def detachment(image: Image, rng: np.random.Generator, frame: Frame, eye: EyeLook, severity: float) -> None:
    """A grey, folded sector of raised retina that hides the choroid; below the vessels, which wave on it."""
    center, outline = detached_area(rng, severity)
    red, green, blue = eye.colour
    mix(image, patch(frame, [(outline, 0.75)], 0.10), (red * 0.78, green * 1.12 + 0.03, blue * 1.6 + 0.08))
    folds = []
    for _ in range(int(8 + 8 * severity)):
        start = center * (1.0, 0.7) + rng.normal(0.0, 0.9, 2)
        turns = rng.uniform(0, np.pi) + np.cumsum(rng.normal(0.0, 0.15, 18))
        line = start + np.cumsum(np.stack([np.cos(turns), np.sin(turns)], axis=1) * 0.08, axis=0)
        inside = _inside(outline, line)
        if inside.sum() > 4:
            folds.append((ribbon(line[inside], rng.uniform(0.04, 0.1)), rng.uniform(0.4, 0.8)))
    mix(image, patch(frame, folds, 0.05), (red * 1.0, green * 1.5 + 0.03, blue * 2.2 + 0.1))
    shadow = [(points + 0.07, opacity * 0.6) for points, opacity in folds]
    multiply(image, patch(frame, shadow, 0.05), (0.75, 0.75, 0.8))


def detached_area(rng: np.random.Generator, severity: float) -> tuple[Points, Points]:
    """Centre and outline of the detached sector, usually above or temporal."""
    direction = rng.choice([-1.0, 1.0], p=[0.75, 0.25])
    center = np.array([rng.uniform(-1.8, 0.4), direction * rng.uniform(2.4, 2.9)])
    return center, stretch(blob(rng, center, 1.5 + 0.9 * severity, 0.28, 48), 0.0, 1.25)


def asteroid_bodies(
    image: Image, rng: np.random.Generator, frame: Frame, eye: EyeLook, severity: float
) -> None:
    """Creamy floating spheres before the retina; those out of the plane of focus are blurred."""
    for soften, count in ((0.006, int(60 + 130 * severity)), (0.03, int(25 + 60 * severity))):
        bodies = []
        for _ in range(count):
            at = rng.normal((0.4, 0.2), 1.5)
            radius = float(np.clip(np.exp(rng.normal(np.log(0.03), 0.4)), 0.012, 0.09))
            bodies.append((blob(rng, at, radius, 0.08, 14), rng.uniform(0.5, 0.95)))
        colour = (0.98, min(eye.colour[1] * 2.0 + 0.2, 0.95), min(eye.colour[2] * 2.0 + 0.25, 0.85))
        mix(image, patch(frame, bodies, soften), colour)


def retinal_folds(
    image: Image, rng: np.random.Generator, frame: Frame, eye: EyeLook, severity: float
) -> None:
    """Paton's lines: pale arcs about a swollen disc."""
    arcs = []
    for _ in range(int(2 + 4 * severity)):
        middle = np.pi + rng.normal(0.0, 0.5)
        angle = np.linspace(middle - rng.uniform(0.2, 0.5), middle + rng.uniform(0.2, 0.5), 14)
        radius = rng.uniform(0.72, 1.05)
        arcs.append((ribbon(DISC + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1), 0.02), 0.4))
    mix(image, patch(frame, arcs, 0.012), bare_choroid(eye))


def vitreous_haze(image: Image, rng: np.random.Generator, frame: Frame, density: float) -> None:
    """A vitreous haemorrhage: dark red clouds that veil what lies behind, never quite closed."""
    cloud = noise(rng, frame, 1.1) + 0.5 * noise(rng, frame, 0.45)
    x, y = frame.grid
    middle = rng.normal((0.3, 1.0), 1.0)
    fall = frame.enlarge(np.exp(-(((x - middle[0]) ** 2 + (y - middle[1]) ** 2) / 3.0)).astype(np.float32))
    alpha = np.clip(fall * 1.1 + 0.22 * cloud - 0.15, 0.0, 1.0) * np.float32(0.72 * density)
    for channel, factor in enumerate((0.42, 0.22, 0.3)):
        image[..., channel] *= 1.0 - alpha * np.float32(1.0 - factor)
