"""A visual encoder without labels: a dictionary of patches (Coates, Lee and Ng, AISTATS 2011).

Whitened patches of the training images are clustered; an image is described by how near its patches are to
each centre (the paper's "triangle" code), averaged over the cells of a coarse grid. It is learnt in seconds
on a CPU and has seen no label at all, so no finding, seen or unseen, can leak into it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.cluster import MiniBatchKMeans
from torch import Tensor
from torch.nn import functional

from engine.data.chest_set import ChestSet
from engine.evaluation.zero_shot.settings import DictionarySettings

BATCH = 32
WHITENING = 0.1  # added to the eigenvalues of patches of contrast 1, as in the paper
CONTRAST = 1e-2  # added to a patch's variance, grey levels 0–1 squared over 1: flat patches stay flat


@dataclass(frozen=True, slots=True, eq=False)
class Dictionary:
    """Centres of whitened patches, one set a scale.

    Attributes
    ----------
    whitening, centres
        Of each scale, float32 ``[p², p²]`` and ``[K, p²]``: a patch of contrast 1 times the former is
        compared with the latter.
    """

    settings: DictionarySettings
    whitening: tuple[NDArray[np.float32], ...]
    centres: tuple[NDArray[np.float32], ...]

    @torch.inference_mode()
    def maps(self, images: ChestSet) -> NDArray[np.float32]:
        """Codes ``[N, scales · K, grid, grid]`` of whole frames."""
        parts = []
        for first in range(0, len(images), BATCH):
            batch = images.tensor(np.arange(first, min(first + BATCH, len(images))))
            levels = []
            for white, centres in zip(self.whitening, self.centres, strict=True):
                levels.append(self._code(batch, torch.from_numpy(white), torch.from_numpy(centres)))
                batch = functional.avg_pool2d(batch, 2)
            parts.append(torch.cat(levels, 1).numpy())
        return np.concatenate(parts)

    def _code(self, images: Tensor, white: Tensor, centres: Tensor) -> Tensor:
        """Triangle code ``[B, K, grid, grid]`` of one scale: how much nearer than the mean each centre is."""
        side = self.settings.patch
        patches = (
            _contrast(functional.unfold(images, side, stride=self.settings.stride).transpose(1, 2)) @ white
        )
        apart = torch.cdist(patches, centres.expand(len(patches), -1, -1))
        near = functional.relu(apart.mean(2, keepdim=True) - apart).transpose(1, 2)
        places = round(near.shape[2] ** 0.5)
        return functional.adaptive_avg_pool2d(
            near.reshape(*near.shape[:2], places, places), self.settings.grid
        )


def learn(images: ChestSet, settings: DictionarySettings, seed: int) -> Dictionary:
    """A dictionary of the training images' patches."""
    rng = np.random.default_rng((seed, 7))
    chosen = rng.choice(len(images), min(settings.images, len(images)), replace=False)
    batch = images.tensor(np.sort(chosen))
    whitening, found = [], []
    for _ in range(settings.scales):
        patches = functional.unfold(batch, settings.patch, stride=2).transpose(1, 2).flatten(0, 1)
        some = torch.from_numpy(rng.choice(len(patches), min(settings.patches, len(patches)), replace=False))
        sample = _contrast(patches[some]).numpy().astype(np.float64)
        values, vectors = np.linalg.eigh(np.cov(sample.T))
        white = (vectors / np.sqrt(values + WHITENING)) @ vectors.T
        clusters = MiniBatchKMeans(
            settings.centres, random_state=seed, n_init=1, batch_size=1024, max_iter=20
        )
        clusters.fit(sample @ white)
        whitening.append(white.astype(np.float32))
        found.append(clusters.cluster_centers_.astype(np.float32))
        batch = functional.avg_pool2d(batch, 2)
    return Dictionary(settings, tuple(whitening), tuple(found))


def _contrast(patches: Tensor) -> Tensor:
    """Patches ``[..., p²]`` less their mean, over their deviation."""
    apart = patches - patches.mean(-1, keepdim=True)
    return apart / (apart.square().mean(-1, keepdim=True) + CONTRAST**2).sqrt()
