"""What the chain of RURA-Net found, as the diagnosis page shows it: read, ordered, found by place."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

KIND, LAST = "diagnosis", "last"  # the document of a project that holds the last run
CLUSTERINGS = ("AGG", "KMeans", "GMM", "CLARA", "KModes", "PAM", "KMedoids")  # the engine's, in its order
EXAMPLES_SEEN = 32  # example images at most that the ranking of known diseases is made of, in the engine
GIVEN_LEAST = 16  # images from which on the engine fits clusters on the given ones

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked. No lesions: those of the source disease; ``case_ids`` None: all cases."""

    target: str
    lesions: tuple[str, ...] = ()
    examples: tuple[int, ...] = ()
    case_ids: tuple[int, ...] | None = None
    switches: tuple[tuple[str, Any], ...] = ()

    def arguments(self) -> dict[str, Any]:
        """Of the operation ``diagnose``."""
        return {
            "target": self.target,
            "lesions": list(self.lesions),
            "examples": list(self.examples),
            "case_ids": None if self.case_ids is None else list(self.case_ids),
            "switches": dict(self.switches),
        }


@dataclass(frozen=True, slots=True)
class Judged:
    """One image: its place on the map, margin (-1 to 1), and lesion areas by code (millionths of it)."""

    case: int
    instance: int
    point: Point
    cluster: int
    score: float
    positive: bool
    areas: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """A run; ``images`` by falling margin. See `engine.inference.diagnosis_result.Diagnosed.table`."""

    target: str
    similar: tuple[tuple[str, float], ...]
    source: str
    lesions: tuple[str, ...]
    named_by: str
    notes: tuple[str, ...]
    images: tuple[Judged, ...]
    reference: tuple[tuple[Point, int], ...]
    centres: tuple[Point, ...]
    diseased: int
    explained: tuple[float, ...]
    refused: tuple[tuple[str, str], ...]


def diagnosed_from(table: Mapping[str, Any]) -> Diagnosed:
    """Read what the operation ``diagnose`` gave, or a project kept.

    Raises
    ------
    ValueError
        When a part is missing or is not what it should be.
    """
    try:
        images = [
            Judged(
                int(one["case"]),
                int(one["instance"]),
                _point(one["point"]),
                int(one["cluster"]),
                float(one["score"]),
                bool(one["positive"]),
                {str(code): float(area) for code, area in one["areas"].items()},
            )
            for one in table["images"]
        ]
        return Diagnosed(
            str(table["target"]),
            tuple((str(name), float(score)) for name, score in table["similar"]),
            str(table["source"]),
            tuple(map(str, table["lesions"])),
            str(table["named_by"]),
            tuple(map(str, table["notes"])),
            tuple(sorted(images, key=lambda one: (-one.score, one.instance))),
            tuple((_point(one["point"]), int(one["cluster"])) for one in table["reference"]),
            tuple(_point(point) for point in table["centres"]),
            int(table["diseased"]),
            tuple(map(float, table["explained"])),
            tuple((str(file), str(why)) for file, why in table.get("refused", ())),
        )
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def bounds(found: Diagnosed) -> tuple[float, float, float, float]:
    """x0, y0, x1, y1 around all points of the map, never empty."""
    points = [i.point for i in found.images] + [p for p, _ in found.reference] + list(found.centres)
    finite = [p for p in points if all(map(math.isfinite, p))] or [(0.0, 0.0)]
    xs, ys = zip(*finite, strict=True)
    spare = max(max(xs) - min(xs), max(ys) - min(ys), 1e-6) * 0.06
    return min(xs) - spare, min(ys) - spare, max(xs) + spare, max(ys) + spare


def nearest(points: Sequence[Point], x: float, y: float, within: float) -> int:
    """Place of the point that is nearest to a spot, -1 when none is within that distance."""
    best, place = within, -1
    for k, (px, py) in enumerate(points):
        far = math.hypot(px - x, py - y)
        if far <= best:
            best, place = far, k
    return place


def header(found: Diagnosed) -> list[str]:
    """Columns of `rows`."""
    return ["case", "image", "target", "margin", "likely", *(f"{code}_millionths" for code in found.lesions)]


def rows(found: Diagnosed, names: Mapping[int, tuple[str, str]]) -> list[list[object]]:
    """One row an image, as a csv holds it; ``names``: image -> names of its case and of its file."""
    return [
        [
            *names.get(one.instance, (str(one.case), "")),
            found.target,
            f"{one.score:.4f}",
            int(one.positive),
            *(f"{one.areas[code]:.1f}" if code in one.areas else "" for code in found.lesions),
        ]
        for one in found.images
    ]


def _point(values: Sequence[Any]) -> Point:
    return float(values[0]), float(values[1])
