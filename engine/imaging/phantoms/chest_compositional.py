"""Chest phantoms whose findings are composed from attributes: a label space as large as one asks for.

Ten seen findings are few points to learn a mapping from words to pictures from. Here a finding is a choice
on six axes, drawn over a normal phantom chest; its text is made from the same choices, and the choices
themselves are its true semantics. All of it is ours; it serves controlled experiments and stands for no
disease.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import WrongUsage
from engine.imaging.phantoms import chest_anatomy
from engine.imaging.phantoms.chest_anatomy import Anatomy
from engine.imaging.phantoms.chest_film import expose
from engine.imaging.phantoms.chest_frame import Lung
from engine.imaging.phantoms.chest_raster import Drawn, Field, grid, smooth_noise, soft
from engine.imaging.phantoms.chest_sampling import sample_chest
from engine.imaging.phantoms.chest_spec import ChestSpec

AXES: dict[str, tuple[str, ...]] = {
    "shape": ("round", "band", "wedge", "ring"),
    "density": ("dense", "hazy", "dark"),
    "texture": ("uniform", "patchy", "striped"),
    "zone": ("upper", "middle", "lower"),
    "place": ("central", "peripheral"),
    "sides": ("one", "both"),
}
"""Axis -> its values; every combination is a possible finding, 432 in all."""

SHAPES = {"round": "round", "band": "horizontal band-like", "wedge": "wedge-shaped", "ring": "ring-shaped"}
DENSITIES = {"dense": "dense opacity", "hazy": "hazy faint opacity", "dark": "dark lucency"}
TEXTURES = {"uniform": "homogeneous", "patchy": "patchy", "striped": "striped reticular"}
PLACES = {"central": "near the hilum", "peripheral": "near the chest wall"}
SIDES = {"one": "one lung", "both": "both lungs"}

ZONE = {"upper": 0.2, "middle": 0.5, "lower": 0.78}  # height in the lung, 0 apex to 1 base
LATERAL = {"central": 0.28, "peripheral": 0.75}  # 0 hilum to 1 chest wall
FILLED = {"dense": 0.95, "hazy": 0.45, "dark": -0.30}  # share of the lung's air that it replaces
RADIUS = 0.27  # of a finding, in lung widths
SMALLEST = 64


@dataclass(frozen=True, slots=True)
class Composition:
    """A finding as one value on each of `AXES`."""

    shape: str
    density: str
    texture: str
    zone: str
    place: str
    sides: str

    @property
    def name(self) -> str:
        """Its values in the order of the axes."""
        return " ".join(str(value) for value in astuple(self))

    @property
    def description(self) -> str:
        """A sentence that says all six in a reader's words."""
        looks = f"{TEXTURES[self.texture]} {SHAPES[self.shape]} {DENSITIES[self.density]}"
        return f"{looks} in the {self.zone} zone of {SIDES[self.sides]}, {PLACES[self.place]}"

    def vector(self) -> NDArray[np.float32]:
        """True semantics: one-hot choices of all axes, float32 ``[17]``."""
        chosen = zip(AXES.values(), astuple(self), strict=True)
        return np.array([value == one for values, value in chosen for one in values], np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """A normal chest that findings are drawn over, built once and used often.

    Attributes
    ----------
    full
        Opacity of its densest part, which the exposure is set for.
    """

    spec: ChestSpec
    anatomy: Anatomy
    full: float


def compositions(count: int, seed: int = 0) -> tuple[Composition, ...]:
    """Different findings in an order of the seed.

    Raises
    ------
    WrongUsage
        More are asked for than there are combinations.
    """
    every = [Composition(*values) for values in itertools.product(*AXES.values())]
    if count > len(every):
        raise WrongUsage(f"{count} compositional findings", remedy=f"There are {len(every)}.")
    order = np.random.default_rng((seed, 1)).permutation(len(every))
    return tuple(every[place] for place in order[:count])


def background(rng: np.random.Generator, size: int = 96) -> Background:
    """A random normal chest without devices, ``size`` pixels a side.

    Raises
    ------
    WrongUsage
        ``size`` is below 64 pixels.
    """
    if size < SMALLEST:
        raise WrongUsage(f"a phantom of {size} pixels", remedy=f"Ask for at least {SMALLEST}.")
    spec = sample_chest(rng, findings=(), devices=False)
    anatomy = chest_anatomy.build(spec, size)
    return Background(spec, anatomy, float(np.percentile(anatomy.opacity, 97)))


def draw(
    behind: Background, findings: Sequence[Composition], rng: np.random.Generator
) -> tuple[NDArray[np.uint16], dict[str, Field]]:
    """A film of findings over a background.

    Returns
    -------
    pixels
        uint16 ``[size, size]``, 12 bit, bright dense.
    weights
        Finding's name -> its footprint ``[size, size]`` in 0–1.
    """
    opacity = behind.anatomy.opacity.copy()
    weights: dict[str, Field] = {}
    for finding in findings:
        drawn = _finding(finding, behind.anatomy, rng)
        opacity += drawn.opacity
        weights[finding.name] = drawn.weight
    return expose(np.maximum(opacity, 0), behind.full, behind.spec, rng), weights


def _finding(finding: Composition, anatomy: Anatomy, rng: np.random.Generator) -> Drawn:
    lungs = [anatomy.right, anatomy.left]
    if finding.sides == "one":
        lungs = [lungs[int(rng.integers(2))]]
    weight = np.asarray(np.max([_footprint(finding, lung, rng) for lung in lungs], axis=0), np.float32)
    inside = weight * _texture(finding.texture, weight.shape[0], rng)
    strength = FILLED[finding.density] * rng.uniform(0.85, 1.15)
    hidden = anatomy.markings * np.minimum(inside, 1)  # filled or destroyed lung shows no vessels
    return Drawn(np.asarray(strength * inside * anatomy.air - 0.7 * hidden, np.float32), weight)


def _footprint(finding: Composition, lung: Lung, rng: np.random.Generator) -> Field:
    """Where it lies in one lung, in 0–1."""
    size = lung.mask.shape[0]
    x, y = grid(size)
    cx, cy = lung.at(ZONE[finding.zone] + rng.normal(0, 0.03), LATERAL[finding.place] + rng.normal(0, 0.04))
    radius = RADIUS * lung.width * rng.uniform(0.85, 1.2)
    inside = SHAPED[finding.shape]((x - cx) * lung.sign / radius, (y - cy) / radius)
    return soft(np.asarray(inside * radius, np.float32), 0.006) * lung.mask


def _round(u: Field, v: Field) -> Field:
    """Distance inside of a disc of radius 1; u points to the chest wall, v down, both in radii."""
    return np.asarray(1 - np.hypot(u, v), np.float32)


def _band(u: Field, v: Field) -> Field:
    """Flat and wide."""
    return np.asarray(np.minimum(1.7 - np.abs(u), 0.38 - np.abs(v)), np.float32)


def _wedge(u: Field, v: Field) -> Field:
    """A triangle with its tip at the hilum and its base towards the chest wall."""
    return np.asarray(np.minimum(1.2 - u, 0.45 * (u + 1.3) - np.abs(v)), np.float32)


def _ring(u: Field, v: Field) -> Field:
    """A wall around a spared middle."""
    return np.asarray(0.28 - np.abs(np.hypot(u, v) - 1.05), np.float32)


SHAPED = {"round": _round, "band": _band, "wedge": _wedge, "ring": _ring}


def _texture(texture: str, size: int, rng: np.random.Generator) -> Field:
    """Uneven filling of about mean 0.8 where it is not uniform."""
    if texture == "uniform":
        return np.ones((size, size), np.float32)
    if texture == "patchy":
        return np.asarray(np.clip(0.8 + 0.8 * smooth_noise(rng, size, 22), 0, 1.9), np.float32)
    x, y = grid(size)
    angle = np.pi / 4 + rng.normal(0, 0.15)
    along = x * np.cos(angle) + y * np.sin(angle)
    return np.asarray(0.8 + 0.8 * np.sin(along * 2 * np.pi * 20 + rng.uniform(0, 6.3)), np.float32)
