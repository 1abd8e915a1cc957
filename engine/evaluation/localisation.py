"""Recall of lesions by suspicious regions, beside windows that look at nothing (paper 003, section 3).

Four windows of 200 on 492 pixels cover two thirds of the image, so recall alone says little: every table
here puts four random and four fixed windows of the same size beside those that the network chose, and
windows chosen by the truth, and shows what fewer than four find.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.imaging.masks import Mask, components
from engine.metrics.bootstrap import interval
from engine.metrics.localisation import found_lesions, intersection_over_minimum, recall_curves

THRESHOLDS = tuple(round(0.1 * k, 1) for k in range(1, 10))
"""IoM thresholds of the paper's figure."""
PAPER_THRESHOLD = 0.3
PAPER = {"box": 0.76, "person": 0.83}
"""Recall at IoM 0.3 that the paper reports, on 182 EyePACS images with 306 boxes by an ophthalmologist."""
DRAWS = 20  # random draws an image (ours)
KINDS = ("regions", "random", "fixed", "oracle")
STEPS = 12  # places along a side that the oracle may choose from (ours)

Boxes = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Located:
    """One image: true lesions and windows, all in one frame, ``[n, 4]`` as (x0, y0, x1, y1).

    Attributes
    ----------
    person
        Boxes of one person's images count together.
    regions
        Chosen by the network, best first; may be empty.
    random
        `DRAWS` sets of random windows, ``[draws, count, 4]``.
    oracle
        Chosen by the truth: about what no choice of windows can better.
    """

    person: str
    lesions: Boxes
    regions: Boxes
    random: Boxes
    fixed: Boxes
    oracle: Boxes


def lesion_boxes(mask: Mask) -> Boxes:
    """Tight boxes around the connected lesions of a mask, ``[n, 4]``."""
    found = [c.box for c in components(mask)[1]]
    return np.array([[b.x0, b.y0, b.x1, b.y1] for b in found], np.float64).reshape(-1, 4)


def fixed_windows(size: float, window: float) -> Boxes:
    """Four windows in the middles of the quarters of a square, ``[4, 4]``."""
    corners = np.array([[x, y] for y in (0.25, 0.75) for x in (0.25, 0.75)]) * size - window / 2
    corners = corners.clip(0, size - window)
    return np.hstack((corners, corners + window))


def random_windows(
    size: float, window: float, rng: np.random.Generator, count: int = 4, draws: int = DRAWS
) -> Boxes:
    """Windows anywhere inside a square, ``[draws, count, 4]``."""
    corners = rng.uniform(0, size - window, (draws, count, 2))
    return np.concatenate((corners, corners + window), axis=2)


def oracle_windows(lesions: Boxes, size: float, window: float, count: int = 4) -> Boxes:
    """Windows that find the most lesions at IoM 0.3, greedily over a grid of places, ``[count, 4]``."""
    line = np.linspace(0, size - window, STEPS)
    corners = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    places = np.hstack((corners, corners + window))
    found = intersection_over_minimum(lesions, places) > PAPER_THRESHOLD
    chosen = []
    for _ in range(count):
        best = int(found.sum(axis=0).argmax())
        chosen.append(best)
        found = found[~found[:, best]]
    return places[chosen]


def curves(images: Sequence[Located], kind: str, windows: int | None = None) -> tuple[Boxes, Boxes]:
    """Recall per box and per person at each of `THRESHOLDS`; random windows are averaged over their draws.

    Parameters
    ----------
    windows
        How many of each image's windows take part, the first ones; all by default.
    """
    if kind != "random":
        sets = [[getattr(image, kind)[:windows] for image in images]]
    else:
        sets = [[image.random[d][:windows] for image in images] for d in range(DRAWS)]
    found = [recall_curves(_best(images, chosen), THRESHOLDS) for chosen in sets]
    return np.mean([box for box, _ in found], axis=0), np.mean([person for _, person in found], axis=0)


def _best(images: Sequence[Located], chosen: Sequence[Boxes]) -> list[NDArray[np.float64]]:
    """Best IoM of each lesion, one array a person."""
    persons: dict[str, list[NDArray[np.float64]]] = {}
    for image, windows in zip(images, chosen, strict=True):
        persons.setdefault(image.person, []).append(found_lesions(image.lesions, windows))
    return [np.concatenate(parts) for parts in persons.values()]


def recall_table(images: Sequence[Located], rounds: int = 500) -> dict[str, Any]:
    """Figures of `curves` for the network's regions, random and fixed windows, and the oracle's.

    Returns
    -------
    dict
        ``images``, ``lesions``, ``persons`` (with a lesion), ``thresholds``; ``curves``: kind -> ``box`` and
        ``person``; ``at_0.3``: number of windows -> kind -> ``box`` and ``person``; ``intervals_at_0.3``:
        kind -> both with 95 % bootstrap intervals over persons; the same of ``regions less fixed`` and
        ``regions less random``, paired.
    """
    with_lesion = [image for image in images if len(image.lesions)]
    table: dict[str, Any] = {
        "images": len(images),
        "lesions": sum(len(image.lesions) for image in images),
        "persons": len({image.person for image in with_lesion}),
        "thresholds": list(THRESHOLDS),
        "curves": {},
        "at_0.3": {},
        "intervals_at_0.3": {},
    }
    if not with_lesion:
        return table
    place = THRESHOLDS.index(PAPER_THRESHOLD)
    for kind in KINDS:
        box, person = curves(with_lesion, kind)
        table["curves"][kind] = {"box": box.tolist(), "person": person.tolist()}
    for count in range(1, 5):
        at = {kind: curves(with_lesion, kind, count) for kind in KINDS}
        table["at_0.3"][str(count)] = {
            kind: {"box": float(box[place]), "person": float(person[place])}
            for kind, (box, person) in at.items()
        }
    table["intervals_at_0.3"] = _intervals(with_lesion, rounds)
    return table


def _intervals(images: Sequence[Located], rounds: int) -> dict[str, dict[str, str]]:
    """Recall at IoM 0.3 with intervals, and paired differences against windows that look at nothing."""
    counts = {kind: _counts(images, kind) for kind in KINDS}
    persons = sorted({image.person for image in images})

    def recall(kind: str, what: str, chosen: NDArray[np.int64]) -> float:
        found, lesions, hit = (part[chosen] for part in counts[kind])
        return float(hit.mean()) if what == "person" else float(found.sum() / lesions.sum())

    pairs = [(kind, "") for kind in KINDS] + [("regions", other) for other in ("random", "fixed")]
    table: dict[str, dict[str, str]] = {}
    for kind, other in pairs:
        name = f"{kind} less {other}" if other else kind
        table[name] = {
            what: str(
                interval(
                    lambda k, what=what, kind=kind, other=other: (  # type: ignore[misc]
                        recall(kind, what, k) - (recall(other, what, k) if other else 0.0)
                    ),
                    persons,
                    rounds=rounds,
                )
            )
            for what in ("box", "person")
        }
    return table


def _counts(images: Sequence[Located], kind: str) -> tuple[NDArray[np.float64], ...]:
    """A person's lesions found, all their lesions, and whether one was found, ``[persons]`` each."""
    draws = range(DRAWS) if kind == "random" else range(1)
    names = sorted({image.person for image in images})
    found, lesions, hit = np.zeros(len(names)), np.zeros(len(names)), np.zeros(len(names))
    for draw in draws:
        any_found = np.zeros(len(names))
        for image in images:
            windows = image.random[draw] if kind == "random" else getattr(image, kind)
            best = found_lesions(image.lesions, windows) > PAPER_THRESHOLD
            place = names.index(image.person)
            found[place] += best.sum() / len(draws)
            any_found[place] = max(any_found[place], float(best.any()))
            lesions[place] += len(best) / len(draws)
        hit += any_found / len(draws)
    return found, lesions, hit
