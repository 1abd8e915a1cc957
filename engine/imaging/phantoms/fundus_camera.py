"""Fundus cameras: geometry of the field and how light becomes an 8-bit photograph.

The looks are ours, modelled on photographs: the first one has the geometry of IDRiD (4288×2848, 50 degrees,
circle cut at top and bottom, two teeth at the upper right).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.phantoms.fundus_raster import Frame, Image
from engine.records import Laterality

DD_PER_DEGREE = 3.25 / 25.0
"""Disc diameters in a degree of field: the 50-degree circle of IDRiD spans 6.5 average discs (measured)."""


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera's look.

    Attributes
    ----------
    aspect
        Columns divided by rows of the picture.
    center
        Middle of the field as a fraction of columns and rows.
    radius
        Of the field, as a fraction of the longer side.
    cut
        Part of the radius beyond which top and bottom are masked; 1 leaves the circle whole.
    field
        Angle of the field in degrees.
    notch
        Angle of the orientation notch in image degrees (0 right, -90 up); None without one.
    balance, gamma, saturation
        Colour: gain of R, G, B; exponent of the tone curve; 1 keeps the colours, 0 would be grey.
    falloff, haze
        Darkening at the edge and veiling light, 0–1.
    blur, noise, quality
        Optical blur and sensor noise (standard deviations in pixels of a 1024-pixel picture and in grey
        levels), JPEG quality (0: no JPEG).
    """

    name: str
    aspect: float = 1024 / 680
    center: tuple[float, float] = (475 / 1024, 0.5)
    radius: float = 407 / 1024
    cut: float = 1.0
    field: float = 50.0
    notch: float | None = -31.0
    balance: tuple[float, float, float] = (1.0, 1.0, 1.0)
    gamma: float = 1.0
    saturation: float = 1.0
    falloff: float = 0.3
    haze: float = 0.02
    blur: float = 0.8
    noise: float = 1.2
    quality: int = 92

    def frame(self, size: int, gaze: tuple[float, float], laterality: Laterality, disc_size: float) -> Frame:
        """Frame of a picture whose longer side is ``size`` pixels."""
        columns, rows = (
            (size, round(size / self.aspect)) if self.aspect >= 1 else (round(size * self.aspect), size)
        )
        scale = self.radius * size / (self.reach / disc_size)
        center = (self.center[0] * columns, self.center[1] * rows)
        return Frame(rows, columns, scale, center, gaze, -1 if laterality is Laterality.LEFT else 1)

    @property
    def reach(self) -> float:
        """Radius of the field in average disc diameters."""
        return self.field / 2.0 * DD_PER_DEGREE


CAMERAS = {
    camera.name: camera
    for camera in (
        Camera("standard"),
        Camera(
            "square",
            aspect=1.0,
            center=(0.5, 0.5),
            radius=0.487,
            cut=0.86,
            field=45.0,
            notch=None,
            balance=(1.04, 0.98, 1.25),
            falloff=0.22,
            blur=0.7,
            noise=1.5,
            quality=88,
        ),
        Camera(
            "full circle",
            aspect=1.2,
            center=(0.5, 0.5),
            radius=0.405,
            field=45.0,
            notch=38.0,
            balance=(0.95, 1.05, 1.4),
            gamma=0.95,
            falloff=0.35,
            blur=0.6,
            noise=1.8,
            quality=90,
        ),
        Camera(
            "portable",
            aspect=4 / 3,
            center=(0.5, 0.5),
            radius=0.37,
            field=40.0,
            notch=None,
            balance=(1.08, 0.9, 0.9),
            gamma=1.08,
            falloff=0.55,
            haze=0.07,
            blur=1.3,
            noise=3.2,
            quality=75,
        ),
    )
}
"""Looks that are sampled when no camera is asked for."""

NEW_CAMERA = Camera(
    "new camera",
    aspect=1.0,
    center=(0.5, 0.5),
    radius=0.495,
    field=55.0,
    notch=135.0,
    balance=(0.74, 1.12, 1.9),
    gamma=1.12,
    saturation=0.72,
    falloff=0.12,
    haze=0.1,
    blur=1.1,
    noise=2.6,
    quality=70,
)
"""A distinct look that is never sampled: cold, flat, veiled, wide; for experiments on retraining."""


def named_camera(name: str) -> Camera:
    """The camera of that name, `NEW_CAMERA` included; `KeyError` for an unknown one."""
    return NEW_CAMERA if name == NEW_CAMERA.name else CAMERAS[name]


def sample_camera(rng: np.random.Generator) -> Camera:
    """One of `CAMERAS`, most often the first, with small variations of colour and sharpness."""
    names = tuple(CAMERAS)
    chosen = CAMERAS[names[rng.choice(len(names), p=[0.55, 0.2, 0.15, 0.1])]]
    red, green, blue = (
        float(v) for v in np.array(chosen.balance) * np.exp(rng.normal(0, (0.04, 0.05, 0.25)))
    )
    return replace(
        chosen,
        balance=(red, green, blue),
        falloff=float(chosen.falloff * rng.uniform(0.6, 1.5)),
        haze=float(chosen.haze * rng.uniform(0.2, 2.0)),
        blur=float(chosen.blur * rng.uniform(0.7, 1.6)),
        noise=float(chosen.noise * rng.uniform(0.6, 1.4)),
    )


def field_mask(camera: Camera, frame: Frame) -> Image:
    """Share of each pixel that lies in the lit field, 0–1, notch included."""
    radius = camera.radius * max(frame.rows, frame.columns)
    x = np.arange(frame.columns, dtype=np.float32) + 0.5 - frame.center[0]
    y = (np.arange(frame.rows, dtype=np.float32) + 0.5 - frame.center[1])[:, None]
    limit = np.full((frame.rows, frame.columns), radius, np.float32)
    distance = np.sqrt(x * x + y * y)
    if camera.notch is not None:
        angle = np.degrees(np.arctan2(y, x)) - camera.notch
        tooth = (np.abs(angle + 2.2) < 1.1) | (np.abs(angle - 1.9) < 1.3)
        limit[tooth] = radius * 1.035
    inside: Image = np.clip(limit - distance + 0.5, 0.0, 1.0)
    if camera.cut < 1.0:
        inside *= np.clip(camera.cut * radius - np.abs(y) + 0.5, 0.0, 1.0)
    return inside


def capture(image: Image, camera: Camera, frame: Frame, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Photograph the fundus: illumination, veil, blur, colour, field, noise and JPEG.

    Parameters
    ----------
    image
        float32 ``[rows, columns, 3]`` at even illumination, about 0–1; changed in place.
    """
    pixel = max(frame.rows, frame.columns) / 1024.0
    illumination = _illumination(camera, frame, rng)
    if camera.blur * pixel > 0.3:
        cv2.GaussianBlur(image, (0, 0), camera.blur * pixel, dst=image)
    image *= illumination[..., None]
    if camera.saturation != 1.0:
        grey = image @ np.array([0.3, 0.6, 0.1], np.float32)
        image += (1.0 - camera.saturation) * (grey[..., None] - image)
    image *= np.array(camera.balance, np.float32)
    image += camera.haze * np.array([0.75, 0.55, 0.45], np.float32)
    bright = image > 0.8  # a sensor's shoulder instead of a hard clip
    image[bright] = 0.8 + 0.2 * np.tanh((image[bright] - 0.8) / 0.2)
    if camera.gamma != 1.0:
        np.power(np.maximum(image, 0.0), camera.gamma, out=image)
    image *= 255.0
    grain = rng.standard_normal(image.shape, dtype=np.float32)
    image += grain * np.float32(camera.noise)
    image *= field_mask(camera, frame)[..., None]
    image += 1.5
    picture: NDArray[np.uint8] = np.clip(image, 0, 255).astype(np.uint8)
    if not camera.quality:
        return picture
    _, encoded = cv2.imencode(".jpg", picture[..., ::-1], (cv2.IMWRITE_JPEG_QUALITY, camera.quality))
    decoded: NDArray[np.uint8] = cv2.cvtColor(cv2.imdecode(encoded, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    return decoded


def _illumination(camera: Camera, frame: Frame, rng: np.random.Generator) -> Image:
    """Uneven flash light, about 1 in the middle: a falloff about a decentred point, and a crescent veil."""
    x, y = frame.grid
    reach = camera.radius * max(frame.rows, frame.columns) / frame.scale
    u = (x - frame.gaze[0]) / reach - np.clip(rng.normal(0.0, 0.18), -0.3, 0.3)
    v = (y - frame.gaze[1]) / reach - np.clip(rng.normal(0.0, 0.18), -0.3, 0.3)
    radius = u * u + v * v
    direction = rng.uniform(0, 2 * np.pi)
    slope = rng.normal(0.0, 0.08) * (u * np.cos(direction) + v * np.sin(direction))
    light = 1.0 + 0.3 * camera.falloff - camera.falloff * np.minimum(radius, 1.7) ** 1.15 + slope
    if rng.random() < 0.4:  # light scattered at the edge of the pupil
        edge = np.clip((np.sqrt(radius) - 0.75) / 0.4, 0.0, 1.0) * (
            u * np.cos(direction) + v * np.sin(direction) > 0
        )
        light += (
            rng.uniform(0.0, 0.25) * edge**1.5 * np.clip(u * np.cos(direction) + v * np.sin(direction), 0, 1)
        )
    return frame.enlarge(np.clip(light, 0.15, 1.6).astype(np.float32))
