"""Background, macula and optic disc of a fundus, painted on float RGB at even illumination."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engine.imaging.phantoms.fundus_raster import (
    RGB,
    Frame,
    Image,
    Points,
    blob,
    mix,
    multiply,
    noise,
    patch,
    stretch,
)
from engine.imaging.phantoms.fundus_spec import EyeLook
from engine.imaging.phantoms.fundus_vessels import DISC


@dataclass(frozen=True, slots=True)
class DiscLook:
    """What a disease does to the disc.

    Attributes
    ----------
    cup
        Cup-to-disc ratio; None keeps the eye's own.
    tilt
        Elongation of the disc; 1 is nearly round.
    notch
        Radians of the direction in which the cup reaches the rim; None without a notch.
    pallor, blur
        Paleness 0–1; softness of the margin in DD.
    swelling
        Enlargement and congestion of a swollen disc, 0–1.
    atrophy
        Extent of peripapillary atrophy in DD.
    """

    cup: float | None = None
    tilt: float = 1.0
    notch: float | None = None
    pallor: float = 0.0
    blur: float = 0.012
    swelling: float = 0.0
    atrophy: float = 0.0


def background(rng: np.random.Generator, frame: Frame, eye: EyeLook, tessellation: float) -> Image:
    """Even retina with colour variation, choroidal vessels and granularity; float32 RGB."""
    broad = noise(rng, frame, 2.0)
    middle = noise(rng, frame, 0.6)
    fine = noise(rng, frame, 0.09) + noise(rng, frame, 0.035)
    luminance = 1.0 + 0.06 * broad + 0.022 * middle + 0.012 * fine
    image = np.empty((frame.rows, frame.columns, 3), np.float32)
    hue = noise(rng, frame, 1.5)
    choroid = _choroid(rng, frame)
    for channel, (base, tint, tess) in enumerate(
        zip(eye.colour, (0.0, 0.035, 0.05), (0.08, 0.13, 0.07), strict=True)
    ):
        image[..., channel] = base * luminance * (1.0 + tint * hue) * (1.0 + tess * tessellation * choroid)
    return image


def _choroid(rng: np.random.Generator, frame: Frame) -> Image:
    """Bands of choroidal vessels about dark interspaces, about -1 to 1."""
    ridge = np.abs(noise(rng, frame, 0.3)) - 0.4 * np.abs(noise(rng, frame, 0.16))
    bands = np.clip(0.75 - ridge * 1.3, -1.0, 1.0)
    soft: Image = cv2.GaussianBlur(bands, (0, 0), max(0.02 * frame.scale, 0.5))
    return soft


def fibre_sheen(image: Image, rng: np.random.Generator, frame: Frame, eye: EyeLook) -> None:
    """Whitish striated reflex of the nerve fibres about the disc and along the arcades; in place."""
    x, y = frame.grid
    angle = np.arctan2(y - DISC[1], x - DISC[0])
    distance = np.hypot(x - DISC[0], y - DISC[1])
    table = rng.normal(0.0, 1.0, 360).astype(np.float32)
    streaks = table[((angle + np.pi) / (2 * np.pi) * 359).astype(np.int64)]
    arcade = np.exp(-(((np.hypot(x * 0.8, y) - 1.7) / 0.7) ** 2)) * (x < 2.6)
    strength = np.exp(-(distance**2) / 2.2) + 0.6 * arcade
    sheen = eye.sheen * strength * (0.6 + 0.18 * cv2.GaussianBlur(streaks, (0, 0), 0.8))
    image += frame.enlarge(sheen.astype(np.float32))[..., None] * np.array([0.11, 0.16, 0.13], np.float32)


def macula(
    image: Image, rng: np.random.Generator, frame: Frame, eye: EyeLook, visibility: float = 1.0
) -> None:
    """Darken the macula and foveola by xanthophyll and pigment, and add the reflexes of young eyes."""
    x, y = frame.grid
    distance = np.hypot(x, y * rng.uniform(1.0, 1.15))
    depth = rng.uniform(0.7, 1.3) * visibility
    wide = np.exp(-((distance / rng.uniform(0.55, 0.8)) ** 2))
    core = np.exp(-((distance / rng.uniform(0.16, 0.24)) ** 2))
    for channel, (broad, narrow) in enumerate(((0.13, 0.10), (0.20, 0.16), (0.22, 0.12))):
        shade = 1.0 - depth * (broad * wide + narrow * core)
        image[..., channel] *= frame.enlarge(shade.astype(np.float32))
    if eye.sheen > 0.45:
        ring = (
            np.exp(-(((distance - 0.42) / 0.05) ** 2))
            * (0.2 + 0.8 * np.clip(0.5 + x - y, 0, 1))
            * eye.sheen
            * 0.06
            * visibility
        )
        image += frame.enlarge(ring.astype(np.float32))[..., None]
        spot = patch(frame, [(blob(rng, (0.02, 0.02), 0.035), 0.5 * eye.sheen)], 0.012)
        mix(image, spot, (0.95, 0.75, 0.5))


def optic_disc(image: Image, rng: np.random.Generator, frame: Frame, eye: EyeLook, look: DiscLook) -> None:
    """Paint peripapillary atrophy, scleral rim, neuroretinal rim and cup; in place, below the vessels."""
    tilt_axis = np.pi / 2 + rng.normal(0.0, 0.25)
    size = 0.5 * (1.0 + 0.25 * look.swelling)
    outline = stretch(
        blob(rng, DISC, size, 0.018, 48), tilt_axis, 1.0 + 0.06 * rng.random() + 0.35 * (look.tilt - 1)
    )
    if look.atrophy > 0.0:
        _peripapillary_atrophy(image, rng, frame, eye, look.atrophy)
    red, green, blue = eye.colour
    glow = patch(frame, [(DISC + (outline - DISC) * 1.25, 0.35)], 0.09)
    multiply(image, glow, (1.12, 1.15, 1.15))
    halo = patch(frame, [(DISC + (outline - DISC) * 1.06, rng.uniform(0.15, 0.7))], 0.012)
    mix(image, halo, (min(0.7 * red + 0.48, 0.98), green * 1.1 + 0.22, blue * 1.3 + 0.09))
    pale = look.pallor
    # A disc is lit by the flash more than tinted by the eye: its colour is half its own.
    rim = (
        min(0.7 * red + 0.5, 0.98),
        green * (1.0 + 0.2 * pale) + 0.27 + 0.05 * pale,
        blue * (1.3 + pale) + 0.06 + 0.12 * pale,
    )
    if look.swelling:
        rim = (min(red * 1.25, 0.95), green * 1.3 + 0.02, blue * 1.6 + 0.05)
    mix(image, patch(frame, [(outline, 0.96)], look.blur), rim)
    warm = patch(frame, [(DISC + (outline - DISC) * 0.7 + np.array([0.18, 0.0]), 0.45 * (1 - pale))], 0.09)
    multiply(image, warm, (1.0, 0.82, 0.75))
    bright = (min(red * 0.5 + 0.68, 1.05), green * 1.1 + 0.45, blue * 1.5 + 0.2)
    temporal = DISC + (outline - DISC) * 0.65 + np.array([-0.13, 0.0])
    mix(image, patch(frame, [(temporal, 0.45 * (1.0 - look.swelling))], 0.08), bright)
    ratio = eye.cup if look.cup is None else look.cup
    ratio *= 1.0 - look.swelling
    if ratio > 0.05:
        offset = np.array([-0.03, 0.01]) * (1.0 - ratio)
        cup = DISC + offset + (outline - DISC) * ratio
        cup = DISC + offset + stretch(cup - cup.mean(axis=0), tilt_axis, 1.05)
        if look.notch is not None:
            cup = _notched(cup, look.notch, 0.5 * size)
        mix(image, patch(frame, [(cup, 0.8)], 0.02 + 0.03 * (1 - ratio)), bright)
    if look.swelling:
        folds = patch(frame, [(DISC + (outline - DISC) * 1.35, 0.45 * look.swelling)], 0.13)
        mix(image, folds, (min(red * 1.2, 0.95), green * 1.35 + 0.04, blue * 1.6 + 0.08))


def _notched(cup: Points, direction: float, reach: float) -> Points:
    """Pull the cup's outline towards the rim in one direction."""
    middle = cup.mean(axis=0)
    offset = cup - middle
    angle = np.arctan2(offset[:, 1], offset[:, 0])
    turn = (angle - direction + np.pi) % (2 * np.pi) - np.pi
    pull = np.exp(-((turn / 0.45) ** 2)) * reach * 0.45
    return np.asarray(middle + offset + pull[:, None] * (np.cos(direction), np.sin(direction)))


def bare_choroid(eye: EyeLook) -> RGB:
    """Colour of sclera seen through a wasted choroid, yellowish white in the tint of the eye."""
    red, green, blue = eye.colour
    return (min(red * 1.3 + 0.08, 0.95), green * 1.75 + 0.13, blue * 1.9 + 0.14)


def _peripapillary_atrophy(
    image: Image, rng: np.random.Generator, frame: Frame, eye: EyeLook, extent: float
) -> None:
    """A temporal crescent where the choroid is gone: pale beta zone inside a mottled, darker alpha zone."""
    centre = DISC + np.array([-0.45 * extent, 0.0])
    outer = blob(rng, centre, 0.5 + 0.6 * extent, 0.06, 40)
    inner = blob(rng, centre + np.array([0.05, 0.0]), 0.5 + 0.42 * extent, 0.09, 40)
    multiply(image, patch(frame, [(outer, 0.55)], 0.03), (0.80, 0.72, 0.72))
    mix(image, patch(frame, [(inner, 0.62)], 0.02), bare_choroid(eye))
    mottle = [
        (blob(rng, centre + rng.normal(0.0, 0.35, 2) * (0.7, 1.0), rng.uniform(0.03, 0.09), 0.5), 0.3)
        for _ in range(14)
    ]
    multiply(image, patch(frame, mottle, 0.03), (0.85, 0.68, 0.62))
