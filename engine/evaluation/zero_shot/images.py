"""Images of the experiment: chest phantoms of 14 findings, of composed findings, and a folder of NIH images.

Training images never carry an unseen finding (inductive), and images without any finding are left out, in
training and in the test (paper 004, section 4.1).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data import chest_rows, nih
from engine.data.cache import CacheSpec, cached
from engine.data.chest_input import standardise, to_uint16
from engine.data.chest_labels import exhaustive_targets
from engine.data.chest_set import ChestSet, from_rows
from engine.imaging.phantoms import chest, chest_compositional
from engine.imaging.phantoms.chest_compositional import Composition
from engine.progress import Progress, silent

FINDINGS_AN_IMAGE = (0.55, 0.30, 0.15)  # shares of images with one, two and three findings; ours
BACKGROUNDS = 80  # normal chests that composed findings are drawn over; ours
DRAWN = 192  # pixels; the 14 findings are drawn larger than needed, as real images are


def phantoms(
    count: int, drawn: Sequence[str], labels: Sequence[str], size: int, seed: int, progress: Progress = silent
) -> ChestSet:
    """Chest phantoms with one to three findings each.

    Parameters
    ----------
    drawn
        Findings that are drawn, each as often.
    labels
        Columns of the targets.
    """
    chosen = [_some(drawn, place, seed) for place in range(count)]

    def make(place: int) -> NDArray[np.uint16]:
        spec = chest.sample_chest(np.random.default_rng((seed, 2, place)), chosen[place])
        return _square(chest.chest(spec, max(DRAWN, size)).pixels, size)

    return _phantom_set(f"zero-shot-phantoms-{seed}", make, chosen, labels, size, progress)


def composed(
    count: int,
    drawn: Sequence[Composition],
    labels: Sequence[Composition],
    size: int,
    seed: int,
    patients: int,
    progress: Progress = silent,
) -> ChestSet:
    """Phantoms with one to three composed findings each; other parameters as in `phantoms`.

    Parameters
    ----------
    patients
        Seed of the normal chests behind; training and test need different ones.
    """
    by_name = {one.name: one for one in drawn}
    chosen = [_some(list(by_name), place, seed) for place in range(count)]

    def make(place: int) -> NDArray[np.uint16]:
        chests = _backgrounds(min(BACKGROUNDS, count), size, patients)
        rng = np.random.default_rng((seed, 2, place))
        behind = chests[int(rng.integers(len(chests)))]
        return _square(chest_compositional.draw(behind, [by_name[n] for n in chosen[place]], rng)[0], size)

    names = [one.name for one in labels]
    return _phantom_set(f"zero-shot-composed-{patients}-{seed}", make, chosen, names, size, progress)


def real(root: Path, labels: Sequence[str], size: int, progress: Progress = silent) -> ChestSet:
    """Images of a folder that `engine.data.chest_rows` reads, those with a finding.

    Raises
    ------
    BadTable, UnreadableImage, Cancelled
    """
    rows = chest_rows.read_rows(root)
    found = nih.labels_of(rows)
    return from_rows([row for row, names in zip(rows, found, strict=True) if names], labels, size, progress)


def without(images: ChestSet, unseen: Sequence[str]) -> ChestSet:
    """Images that carry none of the unseen findings and at least one other, with the others' targets."""
    away = np.isin(np.asarray(images.labels), list(unseen))
    shown = images.targets > 0.5
    kept = np.asarray(~shown[:, away].any(1) & shown[:, ~away].any(1))
    return columns(images.subset(kept), [name for name in images.labels if name not in set(unseen)])


def columns(images: ChestSet, labels: Sequence[str]) -> ChestSet:
    """The same images with the targets of those labels, in that order."""
    places = [images.labels.index(name) for name in labels]
    return replace(
        images, targets=images.targets[:, places], known=images.known[:, places], labels=tuple(labels)
    )


def _some(names: Sequence[str], place: int, seed: int) -> list[str]:
    """One to three findings of an image."""
    rng = np.random.default_rng((seed, 1, place))
    count = min(1 + int(rng.choice(len(FINDINGS_AN_IMAGE), p=FINDINGS_AN_IMAGE)), len(names))
    return [names[i] for i in sorted(rng.choice(len(names), count, replace=False))]


@functools.lru_cache(maxsize=2)
def _backgrounds(count: int, size: int, seed: int) -> tuple[chest_compositional.Background, ...]:
    """Normal chests, which take far longer to draw than findings do."""
    rng = np.random.default_rng((seed, 3))
    return tuple(chest_compositional.background(rng, size) for _ in range(count))


def _square(pixels: NDArray[np.uint16], size: int) -> NDArray[np.uint16]:
    return to_uint16(standardise(pixels.astype(np.float32) / (2**chest.BITS - 1), size))


def _phantom_set(
    name: str,
    make: Callable[[int], NDArray[Any]],
    present: Sequence[Sequence[str]],
    labels: Sequence[str],
    size: int,
    progress: Progress,
) -> ChestSet:
    """Images from the cache, drawn where they are not there yet; each phantom is a patient of its own."""
    keys = [f"{name} {place} of {len(present)}: {', '.join(found)}" for place, found in enumerate(present)]
    images = cached(CacheSpec(name, keys, (size, size), np.uint16), make, progress)
    targets, known = exhaustive_targets([frozenset(found) for found in present], labels, labels)
    patients = tuple(f"{name}-{place}" for place in range(len(present)))
    return ChestSet(images, targets, known, tuple(labels), patients, (name,) * len(present))
