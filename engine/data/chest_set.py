"""Chest images with what is known of each, and batches that depend on their number alone.

Images that come from files lie in a memory map (`engine.data.cache`), decoded once: a full data set is never
held in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data import nih
from engine.data.chest_facts import facts_of, unknown_facts
from engine.data.chest_images import image_rows
from engine.data.chest_labels import partial_targets
from engine.data.image_rows import ImageRows, as_rows, unit
from engine.data.manifest import ManifestRow
from engine.progress import Progress, silent


@dataclass(frozen=True, slots=True, eq=False)
class ChestSet:
    """Standardised images with labels.

    Attributes
    ----------
    images
        uint8 or uint16 ``[N, size, size]``, 0 to the type's largest value for 0–1.
    targets, known
        float32 and bool ``[N, L]``; an unknown label gives no loss.
    labels
        L names of the vocabulary, or typed ones.
    patients, sources
        N names: what must stay on one side of a split; where the image comes from.
    facts
        float32 ``[N, 3]`` of `engine.data.chest_facts`, NaN where not known; None where nothing is.
    """

    images: NDArray[np.uint8] | NDArray[np.uint16] | ImageRows
    targets: NDArray[np.float32]
    known: NDArray[np.bool_]
    labels: tuple[str, ...]
    patients: tuple[str, ...]
    sources: tuple[str, ...]
    facts: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.images)

    def subset(self, kept: NDArray[np.bool_]) -> ChestSet:
        """The images where ``kept`` ``[N]`` is True."""
        return replace(
            self,
            images=as_rows(self.images).picked(kept),
            targets=self.targets[kept],
            known=self.known[kept],
            patients=tuple(p for p, k in zip(self.patients, kept, strict=True) if k),
            sources=tuple(s for s, k in zip(self.sources, kept, strict=True) if k),
            facts=self.every_fact()[kept],
        )

    def joined(self, other: ChestSet) -> ChestSet:
        """Both sets, which must have the same labels and image size."""
        return ChestSet(
            as_rows(self.images).joined(as_rows(other.images)),
            np.concatenate([self.targets, other.targets]),
            np.concatenate([self.known, other.known]),
            self.labels,
            self.patients + other.patients,
            self.sources + other.sources,
            np.concatenate([self.every_fact(), other.every_fact()]),
        )

    def every_fact(self) -> NDArray[np.float32]:
        """`facts`, NaN where nothing is known."""
        return unknown_facts(len(self)) if self.facts is None else self.facts

    def tensor(self, chosen: Sequence[int] | NDArray[np.integer]) -> Tensor:
        """Images of those places as float32 ``[B, 1, size, size]`` in 0–1, not augmented."""
        return torch.from_numpy(as_rows(self.images).grey(chosen)).unsqueeze(1)


def from_rows(
    rows: Sequence[ManifestRow],
    labels: Sequence[str],
    size: int,
    progress: Progress = silent,
    among: Sequence[ManifestRow] = (),
    whole: bool = False,
) -> ChestSet:
    """Rows of a data folder (`engine.data.chest_rows`) as a set; images are decoded once and cached.

    Parameters
    ----------
    among, whole
        All rows of the folder, whose memory map is used where it is there, or built (`image_rows`).

    Raises
    ------
    UnreadableImage, BadTable, Cancelled
    StoreUnavailable
        When the disk has no room for the cache.
    """
    targets, known = partial_targets(nih.labels_of(rows), [row.known for row in rows], labels)
    images = image_rows(rows, size, progress, among, whole)
    patients, sources = tuple(r.patient for r in rows), tuple(r.source_repo for r in rows)
    return ChestSet(images, targets, known, tuple(labels), patients, sources, facts_of(rows))


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How images vary while training. Only crop and flip are the papers'; the rest is ours.

    Attributes
    ----------
    crop
        Side of the random crop, pixels.
    flip
        Mirror left and right half of the time (paper 001, section 4.2).
    rotate, zoom, stretch
        Largest rotation in degrees, change of scale and of aspect ratio (0.1: between 1/1.1 and 1.1).
    gamma, contrast
        Deviation of the logarithm of gamma; largest change of contrast and brightness.
    erase
        Side of a grey square that hides a part, as a share of the crop; 0 for none.
    """

    crop: int = 224
    flip: bool = True
    rotate: float = 0.0
    zoom: float = 0.0
    stretch: float = 0.0
    gamma: float = 0.0
    contrast: float = 0.0
    erase: float = 0.0


def independence_weights(chest: ChestSet, strength: float, largest: float = 4.0) -> NDArray[np.float32]:
    """Weights ``[N, L]`` under which a label says nothing of the source and the source nothing of the label.

    ``(P(y) / P(y | source)) ** strength``, estimated with one pseudo-count, at most ``largest``, 0 where the
    label is unknown; strength 0 leaves 1. Ours: origin passes for disease where sources differ in prevalence.
    """
    sources = np.asarray(chest.sources)
    weights = np.ones_like(chest.targets)
    for source in np.unique(sources) if strength else ():
        rows = sources == source
        for value in (False, True):
            same = (chest.targets > 0.5) == value
            overall = (_known_sum(same, chest.known) + 1) / (chest.known.sum(0) + 2)
            within = (_known_sum(same[rows], chest.known[rows]) + 1) / (chest.known[rows].sum(0) + 2)
            ratio = np.minimum((overall / within) ** strength, largest)
            weights[rows] = np.where(same[rows], ratio, weights[rows])
    return np.where(chest.known, weights, 0).astype(np.float32)


def _known_sum(values: NDArray[np.bool_], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    return (values & known).sum(0).astype(np.float64)


def batch_source(
    chest: ChestSet, size: int, augmentation: Augmentation, seed: int, weights: NDArray[np.float32]
) -> Callable[[int], Mapping[str, Tensor]]:
    """Batches by number: every image once an epoch in an order of that epoch; the last batch wraps round.

    A batch holds ``images`` ``[B, 1, crop, crop]``, ``targets``, ``known`` and ``weight`` ``[B, L]``,
    ``facts`` ``[B, 3]``, and ``epoch``, the number of passes done before.
    """
    size = min(size, len(chest))
    per_epoch = batches_an_epoch(chest, size)
    stored, facts = as_rows(chest.images), chest.every_fact()

    def batch(number: int) -> Mapping[str, Tensor]:
        epoch, turn = divmod(number, per_epoch)
        order = np.random.default_rng((seed, 1, epoch)).permutation(len(chest))
        chosen = np.take(order, np.arange(turn * size, (turn + 1) * size), mode="wrap")
        rng = np.random.default_rng((seed, 2, number))
        images = np.stack([augment(stored[place], augmentation, rng) for place in chosen])
        return {
            "images": torch.from_numpy(images).unsqueeze(1),
            "targets": torch.from_numpy(chest.targets[chosen]),
            "known": torch.from_numpy(chest.known[chosen]),
            "weight": torch.from_numpy(weights[chosen]),
            "facts": torch.from_numpy(facts[chosen]),
            "epoch": torch.tensor(epoch),
        }

    return batch


def batches_an_epoch(chest: ChestSet, size: int) -> int:
    """Batches in one pass over the set."""
    return -(-len(chest) // min(size, len(chest)))


def augment(
    image: NDArray[np.uint8] | NDArray[np.uint16], config: Augmentation, rng: np.random.Generator
) -> NDArray[np.float32]:
    """One varied crop, float32 ``[crop, crop]`` in 0–1, by a single warp."""
    matrix = _crop_matrix(image.shape[0], config, rng)
    warped = cv2.warpAffine(
        image,
        matrix,
        (config.crop, config.crop),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
    )
    grey = unit(np.asarray(warped))
    if config.gamma:
        grey **= np.float32(np.exp(rng.normal(0, config.gamma)))
    if config.contrast:
        gain, shift = rng.uniform(-config.contrast, config.contrast, 2).astype(np.float32)
        grey = np.clip((grey - 0.5) * (1 + gain) + 0.5 + shift, 0, 1)
    if config.erase:
        side = int(config.erase * config.crop)
        top, left = rng.integers(0, config.crop - side + 1, 2)
        grey[top : top + side, left : left + side] = 0.5
    return grey


def _crop_matrix(size: int, config: Augmentation, rng: np.random.Generator) -> NDArray[np.float64]:
    """Affine map from crop to image coordinates, 2×3."""
    angle = np.deg2rad(rng.uniform(-config.rotate, config.rotate))
    scale = (1 + config.zoom) ** rng.uniform(-1, 1)
    aspect = (1 + config.stretch) ** rng.uniform(-0.5, 0.5)
    mirror = -1.0 if config.flip and rng.random() < 0.5 else 1.0
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ np.diag([mirror * scale * aspect, scale / aspect])
    room = (size - config.crop) / 2
    centre = (size - 1) / 2 + rng.uniform(-room, room, 2)
    middle = np.full(2, (config.crop - 1) / 2)
    return np.column_stack([linear, centre - linear @ middle])
