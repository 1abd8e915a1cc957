"""Where things are in a phantom's chest: midline, lungs, and a position in a lung by zone and lateral."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.imaging.phantoms.chest_raster import Curve, Field, polygon, spline
from engine.imaging.phantoms.chest_spec import ChestSpec


@dataclass(frozen=True, slots=True, eq=False)
class Lung:
    """One lung: soft mask ``[size, size]`` in 0–1 and its span in shares of the picture."""

    side: str
    mask: Field
    hilum: tuple[float, float]
    outer: Field  # x of the chest wall for each row, ``[size]``
    top: float
    base: float

    @property
    def sign(self) -> float:
        """-1 for the right lung, which lies on the left of the picture."""
        return -1.0 if self.side == "right" else 1.0

    @property
    def lateral_x(self) -> float:
        """X of the chest wall where the lung is widest."""
        return float(self.outer.min() if self.side == "right" else self.outer.max())

    @property
    def width(self) -> float:
        """From hilum to chest wall, a share of the picture's side."""
        return abs(self.lateral_x - self.hilum[0])

    def floor(self, x: float) -> float:
        """Height at which the lung ends on the diaphragm below x; its base where there is no lung."""
        size = self.mask.shape[0]
        rows = np.flatnonzero(self.mask[:, int(np.clip(x * size, 0, size - 1))] > 0.5)
        return float(rows[-1] / size) if rows.size else self.base

    def wall(self, y: float) -> float:
        """X of the chest wall at a height."""
        row = int(np.clip(y * len(self.outer), 0, len(self.outer) - 1))
        return float(self.outer[row])

    def at(self, zone: float, lateral: float) -> tuple[float, float]:
        """Position (x, y) in shares of the picture; see `Attributes` for zone and lateral."""
        y = self.top + zone * (self.base - self.top)
        return self.hilum[0] + lateral * (self.wall(y) - self.hilum[0]), y


def place(spec: ChestSpec, u: float, v: float) -> tuple[float, float]:
    """Picture position of chest coordinates.

    Parameters
    ----------
    u
        From the midline, in widths of a lung; negative on the patient's right.
    v
        From the apex of the lungs (0) to the costophrenic angles (1).
    """
    base = spec.right_base if u < 0 else spec.left_base
    return spec.center + u * spec.lung_width, spec.lung_top + v * (base - spec.lung_top)


def outline(spec: ChestSpec, knots: list[tuple[float, float]], closed: bool = True) -> Curve:
    """Spline in the picture through knots in chest coordinates (u, v)."""
    return spline([place(spec, u, v) for u, v in knots], closed)


def lung(spec: ChestSpec, side: str, size: int) -> Lung:
    """One lung; its inner border lies behind heart and mediastinum, which displace its air."""
    sign = -1.0 if side == "right" else 1.0
    shape = np.random.default_rng([spec.seed, 6 if sign < 0 else 7])
    wall = [(0.50, 0.035), (0.70, 0.15), (0.86, 0.36), (0.95, 0.60), (0.99, 0.82), (0.985, 0.97)]
    wall = [(u + shape.normal(0, 0.008), v) for u, v in wall]
    knots = [(0.10, 0.16), (0.17, 0.05), (0.32, 0.0), *wall, (0.965, 1.0)]
    edge = spline([place(spec, sign * u, v) for u, v in knots])
    floor = np.array([_floor(spec, sign, u) for u in np.linspace(0.965, 0.06, 30)])
    mask = polygon(size, np.concatenate([edge, floor]), 0.0028)
    base = spec.right_base if sign < 0 else spec.left_base
    hilum = place(spec, sign * 0.27, 0.42 if sign < 0 else 0.39)
    return Lung(side, mask, hilum, _outer(spec, sign, wall, size), spec.lung_top, base)


def _floor(spec: ChestSpec, sign: float, u: float) -> tuple[float, float]:
    """Point of the diaphragm: a dome that is highest a little inside of the middle."""
    x, base = place(spec, sign * u, 1.0)
    rise = 1 - abs((u - 0.44) / (0.53 if u > 0.44 else 0.62)) ** 2.2
    return x, base - spec.dome * rise


def _outer(spec: ChestSpec, sign: float, wall: list[tuple[float, float]], size: int) -> Field:
    points = np.array([place(spec, sign * u, v) for u, v in [(0.42, 0.0), *wall]])
    rows = (np.arange(size) + 0.5) / size
    return np.asarray(np.interp(rows, points[:, 1], points[:, 0]), np.float32)
