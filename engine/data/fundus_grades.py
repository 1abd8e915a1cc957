"""Graded fundus photographs and phantoms as batches: one size for M-Net, one for C-Net's patches."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data import augmentation, fundus_square
from engine.data.cache import CacheSpec, cached
from engine.data.fundus_square import SquareConfig
from engine.data.manifest import ManifestRow
from engine.errors import TooFewSamples, UnreadableImage
from engine.imaging import phantoms
from engine.imaging.phantoms.fundus import fundus, sample_pair
from engine.progress import Progress, silent

UNKNOWN = -1
GRADES = 5


@dataclass(frozen=True, slots=True, eq=False)
class FundusSet:
    """Images with their grades, squares of one size each.

    Attributes
    ----------
    low, high
        uint8 ``[n, s, s, 3]`` at the network's input size and at its high-resolution size.
    grades, dme
        int64 ``[n]``; -1 where unknown.
    patients
        Group of each image, for intervals.
    fellow
        int64 ``[n]``: index of the other eye of the same person, -1 for none.
    """

    low: NDArray[np.uint8]
    high: NDArray[np.uint8]
    grades: NDArray[np.int64]
    dme: NDArray[np.int64]
    patients: tuple[str, ...]
    fellow: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.grades)

    def part(self, wanted: Sequence[int]) -> FundusSet:
        """The images at these places, in memory; a fellow eye that is not among them is none."""
        chosen = np.asarray(wanted, np.int64)
        place = np.full(len(self) + 1, UNKNOWN)  # the last one stands for "no fellow" (-1)
        place[chosen] = np.arange(len(chosen))
        return FundusSet(
            self.low[chosen],
            self.high[chosen],
            self.grades[chosen],
            self.dme[chosen],
            tuple(self.patients[k] for k in chosen),
            place[self.fellow[chosen]],
        )


def squares_set(
    name: str,
    keys: Sequence[str],
    square: Callable[[int], NDArray[np.uint8]],
    sizes: tuple[int, int],
    progress: Progress = silent,
    version: str = fundus_square.VERSION,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Cached low and high images of squares that ``square`` makes at the high size, in that version."""
    small, large = sizes
    keys = [f"{key}|{version}" for key in keys]
    high = cached(CacheSpec(f"{name}-{large}", keys, (large, large, 3)), square, progress)
    low = cached(
        CacheSpec(f"{name}-{large}-{small}", keys, (small, small, 3)),
        lambda index: cv2.resize(high[index], (small, small), interpolation=cv2.INTER_AREA),
        progress,
    )
    return low, high


def manifest_set(
    rows: Sequence[ManifestRow],
    sizes: tuple[int, int],
    progress: Progress = silent,
    how: SquareConfig = SquareConfig(),
) -> FundusSet:
    """Graded photographs of a manifest.

    Parameters
    ----------
    sizes
        Input size and high-resolution size in pixels.
    how
        Preprocessing.

    Raises
    ------
    UnreadableImage
        When a file is no image.
    """

    def square(index: int) -> NDArray[np.uint8]:
        image = cv2.imread(str(rows[index].path), cv2.IMREAD_COLOR_RGB)
        if image is None:
            raise UnreadableImage(
                "not a readable image", rows[index].path, "Get the file again, or take its row out."
            )
        return fundus_square.fundus_square(np.asarray(image, np.uint8), sizes[1], how).pixels

    keys = [row.sha256 or str(row.path) for row in rows]
    low, high = squares_set("fundus", keys, square, sizes, progress, how.version)
    return FundusSet(
        low,
        high,
        _labels([row.dr_grade for row in rows]),
        _labels([row.dme for row in rows]),
        tuple(row.patient for row in rows),
        np.full(len(rows), UNKNOWN),
    )


def phantom_set(
    pairs: int,
    sizes: tuple[int, int],
    seed: int = 0,
    progress: Progress = silent,
    how: SquareConfig = SquareConfig(),
) -> FundusSet:
    """Phantoms of both eyes of ``pairs`` persons, right and left in turn; grades follow the drawn lesions."""
    high_size = sizes[1]
    version = phantom_version()
    keys = [f"{version}|{seed}|{k}|{high_size}" for k in range(2 * pairs)]
    truth: dict[int, tuple[int, int]] = {}

    def render(index: int) -> NDArray[np.uint8]:
        phantom = fundus(sample_pair(np.random.default_rng([seed, index // 2]))[index % 2], high_size)
        truth[index] = (phantom.grade, phantom.dme)
        return fundus_square.fundus_square(phantom.rgb, high_size, how).pixels

    def labels(index: int) -> NDArray[np.int16]:
        if index not in truth:
            render(index)
        return np.array(truth[index], np.int16)

    low, high = squares_set("phantoms", keys, render, sizes, progress, how.version)
    table = cached(CacheSpec("phantom-labels", keys, (2,), np.int16), labels, progress)
    order = np.arange(2 * pairs)
    return FundusSet(
        low,
        high,
        table[:, 0].astype(np.int64),
        table[:, 1].astype(np.int64),
        tuple(f"phantom-{seed}-{k // 2}" for k in order),
        order ^ 1,
    )


@functools.cache
def phantom_version() -> str:
    """Hash of the generator's source: a phantom is known by its seed and the code that draws it."""
    digest = hashlib.sha256()
    for file in sorted(Path(phantoms.__file__).parent.glob("fundus*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class BatchConfig:
    """How batches are drawn.

    Attributes
    ----------
    batch
        Images a batch.
    balance
        Class balance at the first and the last step: 1 draws every grade equally often, 0 as they occur; in
        between it changes linearly (EyePACS winners let it decay).
    quarter_turns
        Rotations by 90° and flips alone (paper 003, section 4) instead of any turn, zoom and shift (ours).
    colour
        Strength of the colour jitter, 0 for none (paper) (ours).
    fellow_kept
        Share of the images with a fellow eye that see it.
    surrogate
        Share of the images without one that get another person's image of a similar grade for it, as the
        grades of real pairs agree (ours: same grade 85 %, else one apart).
    """

    batch: int
    steps: int
    balance: tuple[float, float] = (1.0, 1.0)
    quarter_turns: bool = True
    colour: float = 0.0
    fellow_kept: float = 0.5
    surrogate: float = 0.0
    seed: int = 0


class GradeBatches:
    """A batch source for `engine.training.loop.fit`: a batch depends on nothing but its number.

    Parameters
    ----------
    sets
        Image sets with their share of each batch; shares add up to 1.
    high
        Whether batches carry the high-resolution images too.
    """

    def __init__(self, sets: Sequence[tuple[FundusSet, float]], config: BatchConfig, *, high: bool) -> None:
        self.sets = [(images, share) for images, share in sets if len(images) and share > 0]
        if not self.sets:
            raise TooFewSamples("there is no graded image to train on", remedy="Add graded images.")
        self.config, self.high = config, high

    def __call__(self, step: int) -> dict[str, Tensor]:
        """uint8 ``images`` (and ``high``) ``[B, 3, s, s]``; int64 ``grade``, ``dme``, ``fellow`` ``[B]``."""
        rng = np.random.default_rng([self.config.seed, step])
        parts: list[tuple[FundusSet, int]] = []
        fellow: list[int] = []
        counts = _shares([share for _, share in self.sets], self.config.batch)
        for (images, _), count in zip(self.sets, counts, strict=True):
            self._draw(images, count, step, rng, parts, fellow)
        changes = [self._change(rng) for _ in parts]
        batch = {
            "images": _stack([change(s.low[k]) for (s, k), change in zip(parts, changes, strict=True)]),
            "grade": torch.tensor([int(s.grades[k]) for s, k in parts]),
            "dme": torch.tensor([int(s.dme[k]) for s, k in parts]),
            "fellow": torch.tensor(fellow),
        }
        if self.high:
            batch["high"] = _stack([change(s.high[k]) for (s, k), change in zip(parts, changes, strict=True)])
        return batch

    def _draw(
        self,
        images: FundusSet,
        count: int,
        step: int,
        rng: np.random.Generator,
        parts: list[tuple[FundusSet, int]],
        fellow: list[int],
    ) -> None:
        """Add ``count`` images of one set, and for each the place of its fellow in the batch."""
        done = min(step / max(self.config.steps - 1, 1), 1.0)
        balance = self.config.balance[0] * (1 - done) + self.config.balance[1] * done
        chances = draw_chances(images.grades, balance)
        start = len(parts)
        while len(parts) - start < count:
            k = int(rng.choice(len(images), p=chances))
            parts.append((images, k))
            fellow.append(UNKNOWN)
            other = int(images.fellow[k])
            if other >= 0 and len(parts) - start < count:
                here = len(parts)
                parts.append((images, other))
                fellow.append(here - 1 if rng.random() < self.config.fellow_kept else UNKNOWN)
                fellow[here - 1] = here if rng.random() < self.config.fellow_kept else UNKNOWN
        for place in range(start, len(parts)):
            if images.fellow[parts[place][1]] < 0 and rng.random() < self.config.surrogate:
                grades = np.array([int(images.grades[k]) for _, k in parts[start:]])
                fellow[place] = surrogate_fellow(grades, place - start, rng, start)

    def _change(self, rng: np.random.Generator) -> Callable[[NDArray[np.uint8]], NDArray[np.uint8]]:
        """One random change that does the same to an image at either size."""
        element, matrix = int(rng.integers(8)), augmentation.similarity(rng)
        strength = self.config.colour
        table = augmentation.colour_table(rng, 0.2 * strength, 12 * strength, 6 * strength)

        def change(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
            if self.config.quarter_turns:
                image = np.ascontiguousarray(augmentation.dihedral(image, element))
            else:
                image = augmentation.warp(image, matrix)
            return augmentation.recolour(image, table) if strength > 0 else image

        return change


def draw_chances(grades: NDArray[np.int64], balance: float) -> NDArray[np.float64]:
    """Chance of each image to be drawn: a mixture of even over grades (``balance``) and even over images."""
    counts = {grade: int((grades == grade).sum()) for grade in np.unique(grades)}
    even = np.array([1 / (len(counts) * counts[int(grade)]) for grade in grades])
    return balance * even + (1 - balance) / len(grades)


def surrogate_fellow(grades: NDArray[np.int64], place: int, rng: np.random.Generator, start: int = 0) -> int:
    """Place in the batch of an image that stands for a fellow eye; -1 when none has a grade that fits."""
    distance = np.abs(grades - grades[place])
    distance[place] = GRADES
    wanted = distance == (0 if rng.random() < 0.85 else 1)
    wanted = wanted if wanted.any() else distance <= 1
    return start + int(rng.choice(np.flatnonzero(wanted))) if wanted.any() else UNKNOWN


def _labels(values: Sequence[int | None]) -> NDArray[np.int64]:
    return np.array([UNKNOWN if value is None else value for value in values], np.int64)


def _shares(shares: Sequence[float], total: int) -> list[int]:
    """Whole numbers that add up to ``total``, as near to the shares as can be."""
    edges = np.round(np.cumsum(shares) / sum(shares) * total).astype(int)
    return [int(n) for n in np.diff(edges, prepend=0)]


def _stack(images: Sequence[NDArray[np.uint8]]) -> Tensor:
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2)
