"""Lesions as outlines in the anatomical frame, and how each kind looks; their masks are those outlines.

Sizes are those measured on the IDRiD masks (at 1024 pixels, 125 pixels a disc diameter): microaneurysms
16 pixels of area in the median (5–95 %: 6–45), haemorrhages 95 (22–843), hard exudates 16 (4–157), soft
exudates 509 (144–1904).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.imaging.phantoms.fundus_raster import Frame, Image, Points, blob, mix, multiply, patch, stretch
from engine.imaging.phantoms.fundus_spec import EyeLook
from engine.imaging.phantoms.fundus_vessels import DISC

Visible = Callable[[Points], NDArray[np.bool_]]
"""Which anatomical positions ``[n, 2]`` the camera sees."""


@dataclass(frozen=True, slots=True)
class Lesion:
    """One lesion: its code (MA, HE, SE, EX, NV), outline (DD) and opacity 0–1."""

    code: str
    outline: Points
    opacity: float


def fibre_direction(point: Points) -> float:
    """Direction (radians) of the nerve fibres: radial at the disc, arching about the fovea temporally."""
    radial = point - DISC
    around = np.array([-point[1], point[0]])
    if around @ radial < 0:
        around = -around
    share = np.clip((point[0] - 0.4) / 1.4, 0.0, 1.0)
    mixed = share * radial / np.linalg.norm(radial) + (1 - share) * around / max(
        float(np.linalg.norm(around)), 1e-6
    )
    return float(np.arctan2(mixed[1], mixed[0]))


def place(
    rng: np.random.Generator,
    visible: Visible,
    spread: float,
    center: tuple[float, float] = (0.3, 0.0),
    accept: Callable[[Points], bool] | None = None,
    fallback: tuple[float, float] | None = None,
) -> Points:
    """Draw a normally scattered position that is seen and not on the disc.

    After 200 tries the scatter is given up for the ``fallback`` (default: ``center``).
    """
    for _ in range(8):
        points = np.array(center) + rng.normal(0.0, spread, (25, 2))
        good = visible(points) & (np.hypot(*(points - DISC).T) > 0.62)
        for point in points[good]:
            if accept is None or accept(point):
                return np.asarray(point)
    return np.array(center if fallback is None else fallback)


def microaneurysm(rng: np.random.Generator, at: Points) -> Lesion:
    """A round red dot."""
    radius = float(np.clip(np.exp(rng.normal(np.log(0.0165), 0.33)), 0.010, 0.032))
    return Lesion("MA", blob(rng, at, radius, 0.1, 10), rng.uniform(0.3, 1.0))


def blot(rng: np.random.Generator, at: Points, size: float = 0.036) -> Lesion:
    """A dot or blot haemorrhage: deep, irregular, dark."""
    radius = float(np.clip(np.exp(rng.normal(np.log(size), 0.5)), 0.024, 0.2))
    return Lesion("HE", blob(rng, at, radius, 0.2, 20), rng.uniform(0.2, 0.95))


def flame(rng: np.random.Generator, at: Points, size: float = 0.052) -> Lesion:
    """A superficial haemorrhage, drawn out along the nerve fibres, frayed at its ends."""
    radius = float(np.clip(np.exp(rng.normal(np.log(size), 0.4)), 0.03, 0.2))
    direction = fibre_direction(at) + rng.normal(0.0, 0.12)
    outline = stretch(blob(rng, at, radius, 0.24, 28), direction, rng.uniform(1.6, 2.6))
    return Lesion("HE", outline, rng.uniform(0.3, 0.85))


def exudate(rng: np.random.Generator, at: Points, size: float = 0.0145) -> Lesion:
    """One hard exudate: small, waxy, sharp."""
    radius = float(np.clip(np.exp(rng.normal(np.log(size), 0.45)), 0.009, 0.12))
    return Lesion("EX", blob(rng, at, radius, 0.35, 14), rng.uniform(0.25, 1.0))


def exudate_cluster(rng: np.random.Generator, at: Points, visible: Visible) -> list[Lesion]:
    """A patch of hard exudates, sometimes with a plaque."""
    count = int(np.clip(rng.gamma(1.6, 18.0), 4, 110))
    scatter = rng.uniform(0.05, 0.14) * count**0.3 * np.array([1.0, rng.uniform(0.5, 1.0)])
    spots = [exudate(rng, p) for p in at + rng.normal(0.0, 1.0, (count, 2)) * scatter]
    if rng.random() < 0.45:
        spots.append(exudate(rng, at, rng.uniform(0.03, 0.08)))
    return [s for s in spots if visible(s.outline).all()] or [exudate(rng, at)]


def circinate(rng: np.random.Generator, at: Points, visible: Visible) -> list[Lesion]:
    """Hard exudates in a ring about a leaking spot, which is a microaneurysm."""
    radius = rng.uniform(0.25, 0.5)
    first = rng.uniform(0, 2 * np.pi)
    angles = first + np.sort(rng.uniform(0.0, rng.uniform(3.5, 6.2), int(rng.integers(30, 80))))
    ring = (
        np.stack([np.cos(angles), np.sin(angles)], axis=1) * radius * rng.normal(1.0, 0.07, (len(angles), 1))
    )
    spots = [exudate(rng, p, 0.02) for p in at + ring]
    return [s for s in spots if visible(s.outline).all()] or [exudate(rng, at)]


def macular_star(rng: np.random.Generator, severity: float) -> list[Lesion]:
    """Hard exudates along Henle's fibres: rays about the fovea, denser towards the disc."""
    rays = np.concatenate([rng.uniform(-1.2, 1.2, 7), rng.uniform(0, 2 * np.pi, 5)])
    spots = []
    for angle in rays[: max(int(12 * severity), 4)]:
        for distance in np.arange(rng.uniform(0.12, 0.3), rng.uniform(0.5, 0.95), 0.045):
            at = distance * np.array([np.cos(angle), np.sin(angle)]) + rng.normal(0.0, 0.012, 2)
            spots.append(exudate(rng, at, 0.016))
    return spots


def cotton_wool(rng: np.random.Generator, at: Points) -> Lesion:
    """A soft exudate: a fluffy pale swelling of the nerve fibres, wider across them."""
    radius = float(np.clip(np.exp(rng.normal(np.log(0.1), 0.35)), 0.05, 0.24))
    outline = stretch(blob(rng, at, radius, 0.25, 20), fibre_direction(at) + np.pi / 2, rng.uniform(1.0, 1.5))
    return Lesion("SE", outline, rng.uniform(0.5, 0.95))


def preretinal(rng: np.random.Generator, at: Points) -> Lesion:
    """A boat-shaped haemorrhage before the retina: flat above, round below."""
    radius = rng.uniform(0.25, 0.55)
    angle = np.linspace(0.0, np.pi, 24)
    hull = np.stack([np.cos(angle) * radius, np.sin(angle) * radius * rng.uniform(0.4, 0.7)], axis=1)
    deck = np.linspace(-radius, radius, 10)[1:-1]
    top = np.stack([deck, rng.normal(0.0, 0.012, len(deck))], axis=1)
    return Lesion("HE", np.concatenate([hull, top]) + at, 1.0)


def paint_lesions(
    image: Image, frame: Frame, lesions: list[Lesion], eye: EyeLook
) -> dict[str, NDArray[np.bool_]]:
    """Paint lesions of MA, HE, SE and EX in place; gives the masks of the codes that were painted."""
    red, green, blue = eye.colour
    masks: dict[str, NDArray[np.bool_]] = {}
    for code in ("EX", "SE", "HE", "MA"):
        shapes = [(lesion.outline, lesion.opacity) for lesion in lesions if lesion.code == code]
        if not shapes:
            continue
        layer = patch(frame, shapes, _SOFTNESS[code])
        if layer is None:
            continue
        if code == "EX":
            mix(image, layer, (min(red * 1.3 + 0.08, 1.0), min(green * 2.1 + 0.11, 0.9), blue * 1.5 + 0.06))
        elif code == "SE":
            mix(image, layer, (min(red * 1.2 + 0.06, 0.98), green * 1.65 + 0.08, blue * 2.0 + 0.14))
        else:
            multiply(image, layer, (0.76, 0.50, 0.62) if code == "HE" else (0.80, 0.56, 0.66))
        mask = np.zeros((frame.rows, frame.columns), np.bool_)
        mask[layer.rows, layer.columns] = layer.inside
        masks[code] = mask
    return masks


_SOFTNESS = {"MA": 0.006, "HE": 0.012, "SE": 0.035, "EX": 0.005}
