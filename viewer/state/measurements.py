"""Lengths, angles and areas measured on an image: what they are and how they read. No Qt.

Positions are upright image pixels. Millimetres are given where the file states the pixel distance; on a
fundus photograph, which states none, pixels and disc diameters: the unit that ophthalmologists estimate in.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

Point = tuple[float, float]

FIELD_IN_DISCS = 7.5
"""Diameter of the photographed field in disc diameters: about 13.5 mm of retina at 45° over a disc of
1.8 mm. Ours, for as long as the reader has not measured the disc; other fields of view differ."""


class Kind(StrEnum):
    """What was measured."""

    LENGTH = "length"
    ANGLE = "angle"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class Measurement:
    """A length (two points), an angle (arm, vertex, arm) or an area (the corners of its outline)."""

    kind: Kind
    points: tuple[Point, ...]

    @property
    def closed(self) -> bool:
        """Whether its outline is."""
        return self.kind is Kind.AREA


@dataclass(frozen=True, slots=True)
class MeasureScale:
    """What pixels mean.

    Attributes
    ----------
    spacing
        (row, column) distance of pixels in millimetres; None where unknown.
    disc
        Diameter of the optic disc in pixels; 0 where unknown.
    disc_measured
        Whether the reader measured it; else it is estimated from the field of view.
    """

    spacing: tuple[float, float] | None = None
    disc: float = 0.0
    disc_measured: bool = False

    @property
    def stated(self) -> bool:
        """Whether millimetres can be given."""
        return self.spacing is not None and min(self.spacing) > 0

    def scaled(self, points: Sequence[Point]) -> list[Point]:
        """Points in millimetres, or in pixels where no distance is known."""
        if self.spacing is None or not self.stated:
            return list(points)
        return [(x * self.spacing[1], y * self.spacing[0]) for x, y in points]


def estimated_disc(field_radius: float) -> float:
    """Diameter of the optic disc in pixels from the radius of the photographed field."""
    return 2 * field_radius / FIELD_IN_DISCS


def length(points: Sequence[Point]) -> float:
    """Length of a polyline."""
    return sum(math.dist(a, b) for a, b in pairwise(points))


def area(points: Sequence[Point]) -> float:
    """Area of a closed polygon that does not cross itself (shoelace formula)."""
    around = zip(points, [*points[1:], *points[:1]], strict=True)
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in around)) / 2


def angle(points: Sequence[Point]) -> float:
    """Degrees (0–180) between the arms from the second point to the first and to the third."""
    (ax, ay), (vx, vy), (bx, by) = points
    one, other = math.atan2(ay - vy, ax - vx), math.atan2(by - vy, bx - vx)
    turn = abs(math.degrees(one - other)) % 360.0
    return min(turn, 360.0 - turn)


def measured_text(made: Measurement, scale: MeasureScale) -> str:
    """What a measurement says."""
    points = scale.scaled(made.points)
    if made.kind is Kind.ANGLE:
        return f"{angle(points):.1f}°"
    if made.kind is Kind.LENGTH:
        return length_text(length(points), scale)
    return area_text(area(points), scale)


def length_text(value: float, scale: MeasureScale) -> str:
    """A length in millimetres, or in pixels with disc diameters where they are known."""
    if scale.stated:
        return f"{value:.2f} mm"
    discs = f" · {_about(scale)}{value / scale.disc:.2f} DD" if scale.disc > 0 else ""
    return f"{value:.1f} px{discs}"


def area_text(value: float, scale: MeasureScale) -> str:
    """An area in square millimetres, or in pixels with disc areas where they are known."""
    if scale.stated:
        return f"{value:.2f} mm²"
    discs = f" · {_about(scale)}{value / disc_area(scale):.2f} DA" if scale.disc > 0 else ""
    return f"{value:.0f} px²{discs}"


def lesion_area_text(pixels: float, scale: MeasureScale) -> str:
    """Area of a lesion, as short as a list needs it: mm², disc areas, or the pixels of a small one."""
    if scale.spacing is not None and scale.stated:
        return f"{pixels * scale.spacing[0] * scale.spacing[1]:.2f} mm²"
    if scale.disc > 0:
        share = pixels / disc_area(scale)
        return f"{_about(scale)}{share:.2f} DA" if share >= 0.01 else f"{pixels:.0f} px"
    return f"{pixels:.0f} px"


def disc_area(scale: MeasureScale) -> float:
    """Area of the optic disc, taken for a circle, in square pixels."""
    return math.pi * (scale.disc / 2) ** 2


def _about(scale: MeasureScale) -> str:
    return "" if scale.disc_measured else "≈ "
