"""From images to the stored features that all methods share, learnt on the training images alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.data.chest_set import ChestSet
from engine.evaluation.zero_shot import dictionary
from engine.evaluation.zero_shot.settings import DictionarySettings

LEAST_SPREAD = 1e-3  # of a feature: what hardly varies is not blown up


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """What is stored of images.

    Attributes
    ----------
    maps
        float16 ``[N, C, h, w]``, each channel of mean 0 and deviation 1 over the training images; for methods
        that look at regions.
    vectors
        float32 ``[N, D]``: the principal components of the whole maps over the training images, whitened;
        for all others.
    targets
        float32 ``[N, L]``.
    patients, sources
        N names.
    """

    maps: NDArray[np.float16]
    vectors: NDArray[np.float32]
    targets: NDArray[np.float32]
    labels: tuple[str, ...]
    patients: tuple[str, ...]
    sources: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.vectors)

    def subset(self, kept: NDArray[np.bool_]) -> Features:
        """The images where ``kept`` ``[N]`` is True."""
        return replace(
            self,
            maps=self.maps[kept],
            vectors=self.vectors[kept],
            targets=self.targets[kept],
            patients=tuple(p for p, k in zip(self.patients, kept, strict=True) if k),
            sources=tuple(s for s, k in zip(self.sources, kept, strict=True) if k),
        )

    def of(self, labels: Sequence[str]) -> Features:
        """The same images with the targets of those labels."""
        places = [self.labels.index(name) for name in labels]
        return replace(self, targets=self.targets[:, places], labels=tuple(labels))


def encode(
    train: ChestSet, others: Sequence[ChestSet], settings: DictionarySettings, seed: int
) -> list[Features]:
    """Features of the training images and of the others, in that order; only the former are learnt from."""
    learnt = dictionary.learn(train, settings, seed)
    sets = [train, *others]
    maps = [learnt.maps(one) for one in sets]
    mean, spread = maps[0].mean((0, 2, 3), keepdims=True), maps[0].std((0, 2, 3), keepdims=True)
    flat = [one.reshape(len(one), -1) for one in maps]
    vectors = _components(flat, settings.components)
    return [
        Features(
            ((m - mean) / np.maximum(spread, LEAST_SPREAD)).astype(np.float16),
            v,
            one.targets,
            one.labels,
            one.patients,
            one.sources,
        )
        for m, v, one in zip(maps, vectors, sets, strict=True)
    ]


def _components(flat: Sequence[NDArray[np.float32]], count: int) -> list[NDArray[np.float32]]:
    """Whitened principal components ``[N, count]`` of the first set, and the others' in the same frame."""
    mean, spread = flat[0].mean(0), np.maximum(flat[0].std(0), LEAST_SPREAD)
    first = ((flat[0] - mean) / spread).astype(np.float64)
    gram = first @ first.T if len(first) < first.shape[1] else first.T @ first
    values, vectors = np.linalg.eigh(gram)
    kept = [k for k in range(len(values) - 1, -1, -1) if values[k] > 1e-6 * values[-1]][:count]
    axes = vectors[:, kept]
    if len(first) < first.shape[1]:
        axes = first.T @ axes / np.sqrt(values[kept])
    axes = axes * np.sign(axes[np.abs(axes).argmax(0), np.arange(len(kept))])  # either sign would do
    scale = np.sqrt(values[kept] / len(first))
    return [np.asarray((one - mean) / spread @ axes / scale, np.float32) for one in flat]
