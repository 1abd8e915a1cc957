"""The retinal vessel tree: trunks leave the disc, arch about the macula and branch by Murray's law."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.spatial import cKDTree

from engine.imaging.phantoms.fundus_raster import Frame, Image, Points, ribbon

DISC = np.array([2.5, -0.2])
"""Centre of the disc: 2.5 disc diameters nasal of the fovea and a little above it (measured on IDRiD)."""

NASAL_FROM = 0.6
"""Where the nasal quadrants begin (DD); not at the fovea, so that a macula-centred field holds all four."""

_STEP = 0.06  # DD between the points of a branch
_THINNEST = 0.011  # DD; about 1.4 pixels of a 1024-pixel picture
_REACH = 4.4  # DD about the middle of the field; nothing grows farther out

# Control points of the superior trunks, relative to the disc in y; the inferior ones are mirrored.
_TEMPORAL = (
    (2.52, 0.0),
    (2.42, -0.45),
    (1.95, -1.4),
    (0.9, -2.1),
    (-0.4, -2.25),
    (-1.8, -1.95),
    (-3.6, -1.3),
)
_NASAL = ((2.55, 0.0), (2.66, -0.45), (3.1, -1.25), (3.8, -2.1), (4.6, -3.0))
_MEDIAL = ((2.6, 0.0), (2.85, -0.12), (3.4, -0.35), (4.4, -0.6))
_TRUNKS = ((_TEMPORAL, 1.0), (_NASAL, 0.68), (_MEDIAL, 0.4))


@dataclass(frozen=True, slots=True)
class Vessel:
    """One unbranched vessel: centre line and full width (DD) at its points."""

    points: Points
    widths: NDArray[np.float64]
    vein: bool
    order: int


@dataclass(frozen=True, slots=True)
class VesselLook:
    """What a disease does to the tree; widths are relative to normal."""

    artery_width: float = 1.0
    vein_width: float = 1.0
    wander: float = 1.0
    nicking: float = 0.0
    beading: tuple[int, ...] = ()
    shift: float = 0.0  # drags the trunks temporally (DD), as in myopia


def quadrant(points: Points) -> NDArray[np.int64]:
    """Index into `fundus_spec.QUADRANTS` of each position ``[n, 2]``."""
    nasal = points[:, 0] > NASAL_FROM
    inferior = points[:, 1] > 0
    return np.asarray(nasal * 2 + inferior, dtype=np.int64)


def grow(rng: np.random.Generator, look: VesselLook) -> list[Vessel]:
    """The whole tree of one eye, veins first."""
    vessels: list[Vessel] = []
    for vein in (True, False):
        for side in (1.0, -1.0):
            for controls, size in _TRUNKS:
                if size < 0.5 and rng.random() < 0.25:
                    continue
                width = (0.098 if vein else 0.07) * size * rng.uniform(0.88, 1.12)
                trunk = _trunk(rng, controls, side, width, vein, look)
                vessels += [trunk, *_branches(rng, trunk, look)]
    for _ in range(rng.integers(3, 7)):  # short twigs from the disc to the macula
        vessels.append(_macular_twig(rng, look))
    return [_shaped(v, vessels, look) for v in vessels]


def _trunk(
    rng: np.random.Generator,
    controls: tuple[tuple[float, float], ...],
    side: float,
    width: float,
    vein: bool,
    look: VesselLook,
) -> Vessel:
    anchor = np.array(controls)
    anchor[:, 1] = anchor[:, 1] * side + DISC[1]
    spread = np.linspace(0.03, 0.3, len(anchor))[:, None]
    anchor += rng.normal(0.0, 1.0, anchor.shape) * spread
    if not vein:  # arteries run beside their vein, mostly on the macular side
        anchor[1:, 1] -= side * rng.uniform(-0.3, 0.1) * np.linspace(0.4, 1.0, len(anchor) - 1)
    anchor[:, 0] += look.shift * np.clip(np.abs(anchor[:, 1] - DISC[1]), 0, 1)
    chord = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(anchor, axis=0).T))])
    along = np.arange(0.0, chord[-1], _STEP)
    points = CubicSpline(chord, anchor)(along)
    wiggle = np.cumsum(rng.normal(0.0, 1.0, len(along)))
    wiggle = cv2.GaussianBlur(wiggle[None], (0, 0), 3.0)[0] - np.linspace(wiggle[0], wiggle[-1], len(along))
    normal = np.gradient(points, axis=0)[:, ::-1] * (-1.0, 1.0) / _STEP
    points = points + normal * (wiggle * 0.016 * look.wander)[:, None]
    widths = width * np.linspace(1.0, 0.5, len(along))
    return Vessel(points, widths, vein, 0)


def _branches(rng: np.random.Generator, parent: Vessel, look: VesselLook) -> list[Vessel]:
    """Side branches of a vessel, with theirs."""
    if parent.order >= 3:
        return []
    grown: list[Vessel] = []
    gap = (0.75, 0.6, 0.5)[parent.order]
    station = (0.55 if parent.order == 0 else 0.35) + rng.exponential(0.2)
    side = 1.0 if rng.random() < 0.5 else -1.0
    while station < len(parent.points) * _STEP - 0.15:
        at = int(station / _STEP)
        width = parent.widths[at] * (
            rng.uniform(0.68, 0.85) if rng.random() < 0.28 else rng.uniform(0.4, 0.64)
        )
        if width < _THINNEST:
            break
        tangent = parent.points[min(at + 1, len(parent.points) - 1)] - parent.points[at - 1]
        heading = math.atan2(tangent[1], tangent[0]) + side * rng.uniform(0.4, 0.95)
        child = _walk(rng, parent.points[at], heading, float(width), parent, look)
        if len(child.points) >= 5:
            grown += [child, *_branches(rng, child, look)]
            parent.widths[at:] *= (1.0 - (width / parent.widths[at]) ** 3 * 0.6) ** (1.0 / 3.0)
        side = -side if rng.random() < 0.75 else side
        station += gap * rng.uniform(0.5, 1.6)
    return grown


def _walk(
    rng: np.random.Generator, start: Points, heading: float, width: float, parent: Vessel, look: VesselLook
) -> Vessel:
    """Grow a branch: towards the macula inside the arcades, outwards elsewhere, never into the fovea."""
    length = min(width * rng.uniform(45.0, 85.0), 3.2)
    steps = max(int(length / _STEP), 2)
    turns = (rng.normal(0.0, 0.048 * look.wander, steps)).tolist()
    avascular = rng.uniform(0.28, 0.6)
    x, y = float(start[0]), float(start[1])
    inward = (x < 2.2) and (math.cos(heading) * -x + math.sin(heading) * -y > 0)
    path = [(x, y)]
    drift = 0.0
    for turn in turns:
        x += math.cos(heading) * _STEP
        y += math.sin(heading) * _STEP
        path.append((x, y))
        if math.hypot(x, y) < avascular or abs(x - 0.5) > _REACH or abs(y) > _REACH:
            break
        goal = math.atan2(-y, -0.25 - x) if inward else math.atan2(y - DISC[1], x - DISC[0] - 0.6)
        difference = (goal - heading + math.pi) % (2.0 * math.pi) - math.pi
        drift = 0.8 * drift + turn
        heading += 0.028 * difference + drift
    points = np.array(path)
    return Vessel(
        points, np.linspace(width, max(width * 0.25, 0.008), len(points)), parent.vein, parent.order + 1
    )


def _macular_twig(rng: np.random.Generator, look: VesselLook) -> Vessel:
    start = DISC + np.array([-0.1, rng.uniform(-0.25, 0.25)])
    root = Vessel(start[None], np.array([0.03]), bool(rng.random() < 0.5), 1)
    heading = math.pi + rng.normal(0.0, 0.35)
    return _walk(rng, start, heading, rng.uniform(0.018, 0.032), root, look)


def _shaped(vessel: Vessel, tree: list[Vessel], look: VesselLook) -> Vessel:
    """Apply relative widths, beading of veins in given quadrants and nicking where arteries cross."""
    if not vessel.vein:
        return replace(vessel, widths=vessel.widths * look.artery_width)
    widths = vessel.widths * look.vein_width
    if look.beading and vessel.order <= 1:
        where = np.isin(quadrant(vessel.points), look.beading)
        outside = np.hypot(*(vessel.points - DISC).T) > 0.8
        wave = 1.15 + 0.42 * np.sin(np.arange(len(widths)) * _STEP * 2 * np.pi / 0.3)
        widths = np.where(where & outside, widths * wave, widths)
    if look.nicking and vessel.order <= 1:
        arteries = np.concatenate([v.points for v in tree if not v.vein and v.order == 0])
        distance, _ = cKDTree(arteries).query(vessel.points)
        far = np.hypot(*(vessel.points - DISC).T) > 0.8
        widths = widths * (1.0 - far * look.nicking * np.exp(-((distance / 0.07) ** 2)))
    return replace(vessel, widths=widths)


_VEIN = np.array([0.78, 0.52, 0.66], np.float32)  # light that full thickness lets through
_ARTERY = np.array([0.90, 0.62, 0.72], np.float32)


def paint_vessels(image: Image, frame: Frame, vessels: list[Vessel], contrast: float) -> None:
    """Filter the light by the vessels, and add the central reflex of the wider ones; in place.

    A tube is drawn as an outer and an inner band, so that it is denser in the middle; thin vessels let
    more light through.
    """
    for vein, colour, reflex in ((True, _VEIN, 0.05), (False, _ARTERY, 0.13)):
        density = _bands(frame, [v for v in vessels if v.vein is vein], contrast)
        image *= 1.0 - density[..., None] * (1.0 - colour)
        wide = [v for v in vessels if v.vein is vein and v.order <= 1]
        shine = _reflex(frame, wide)
        image *= 1.0 + (shine * np.float32(reflex * 2.0))[..., None]


def _bands(frame: Frame, vessels: list[Vessel], contrast: float) -> Image:
    canvas = np.zeros((frame.rows * 2, frame.columns * 2), np.uint8)
    ordered = sorted(vessels, key=lambda v: float(v.widths.mean()))
    for vessel in ordered:
        thickness = min(1.0, 0.38 + float(vessel.widths.mean()) / 0.05 * 0.62) * contrast
        for share, value in ((1.0, 0.72), (0.6, 1.0)):
            width = np.maximum(vessel.widths * share, 1.1 / frame.scale * share)
            _fill(canvas, frame, ribbon(vessel.points, width), min(255, round(170 * value * thickness)))
    return _softened(canvas, frame, 170.0)


def _reflex(frame: Frame, vessels: list[Vessel]) -> Image:
    canvas = np.zeros((frame.rows * 2, frame.columns * 2), np.uint8)
    for vessel in vessels:
        if vessel.widths.max() > 0.035:
            _fill(canvas, frame, ribbon(vessel.points, vessel.widths * 0.25), 255)
    return _softened(canvas, frame, 255.0)


def _softened(canvas: NDArray[np.uint8], frame: Frame, full: float) -> Image:
    """A canvas of twice the size at the image's, with the softness of vessel walls; ``full`` becomes 1."""
    small = cv2.resize(canvas, (frame.columns, frame.rows), interpolation=cv2.INTER_AREA)
    soft: Image = cv2.GaussianBlur(small.astype(np.float32) / full, (0, 0), max(0.006 * frame.scale, 0.35))
    return soft


def _fill(canvas: NDArray[np.uint8], frame: Frame, outline: Points, value: int) -> None:
    corners = (frame.pixels(outline) * 2.0 - 0.5) * 8.0
    cv2.fillPoly(canvas, [np.round(corners).astype(np.int32)], value, cv2.LINE_AA, 3)
