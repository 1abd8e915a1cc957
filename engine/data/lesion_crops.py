"""Random crops of photographs with lesion masks, balanced by lesion; a batch is a function of its step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data.lesion_masks import FIELD_BIT, UNLABELLED_BIT, LesionSample
from engine.errors import TooFewSamples


@dataclass(frozen=True, slots=True)
class CropConfig:
    """How crops are drawn and varied (ours).

    Attributes
    ----------
    size
        Side of a crop at working scale, a multiple of 32.
    lesion_share
        Share of crops centred near a lesion; the others lie anywhere in the field.
    lesion_weights
        Code -> how often a lesion crop looks for that lesion; codes that a pool lacks are passed over.
    scale, gain, shift, blur
        Ranges of the augmentation: log2 of the zoom, relative contrast, grey levels of colour shift,
        and the largest Gaussian blur in pixels (photographs of lower resolution).
    """

    size: int = 320
    lesion_share: float = 0.75
    lesion_weights: Mapping[str, float] | None = None
    scale: float = 0.3
    gain: float = 0.25
    shift: float = 10.0
    blur: float = 1.2


@dataclass(frozen=True, slots=True)
class Pool:
    """Samples of one origin and their share of the crops."""

    samples: Sequence[LesionSample]
    share: float


class LesionCrops:
    """Batches as a function of the step number (`engine.training.loop.BatchSource`).

    Parameters
    ----------
    pools
        Where crops come from; shares are relative.
    lesions
        Codes in the order of the network's outputs.

    Raises
    ------
    TooFewSamples
        Where no pool has a sample.
    """

    def __init__(
        self, pools: Sequence[Pool], lesions: Sequence[str], config: CropConfig, batch: int, seed: int
    ) -> None:
        self.pools = [pool for pool in pools if pool.samples and pool.share > 0]
        if not self.pools:
            raise TooFewSamples("there is no image with lesion masks", remedy="Correct some masks first.")
        self.lesions, self.config, self.batch, self.seed = tuple(lesions), config, batch, seed
        shares = np.array([pool.share for pool in self.pools], float)
        self.shares = shares / shares.sum()

    def __call__(self, step: int) -> dict[str, Tensor]:
        """Float32 ``image`` ``[B, 3, s, s]``, ``target`` ``[B, L, s, s]`` and ``known`` ``[B, L, 1, 1]``.

        ``known`` is ``[B, L, s, s]`` where a crop shows a region that nobody has labelled.
        """
        rng = np.random.default_rng([self.seed, step])
        images, packed, known = [], [], []
        for _ in range(self.batch):
            pool = self.pools[rng.choice(len(self.pools), p=self.shares)]
            sample, centre = self._draw(pool, rng)
            image, bits = crop(sample, centre, self.config, rng)
            images.append(image)
            packed.append(bits)
            known.append([code in sample.known for code in self.lesions])
        bits = np.stack(packed)[:, None]
        target = bits >> np.arange(len(self.lesions), dtype=np.uint8)[None, :, None, None] & 1
        labelled = torch.from_numpy(np.array(known, np.float32))[..., None, None]
        dark = bits >> UNLABELLED_BIT & 1
        if dark.any():
            labelled = labelled * torch.from_numpy(1 - dark.astype(np.float32))
        return {
            "image": network_input(np.stack(images)),
            "target": torch.from_numpy(target.astype(np.float32)),
            "known": labelled,
        }

    def _draw(self, pool: Pool, rng: np.random.Generator) -> tuple[LesionSample, NDArray[np.int32]]:
        """A sample and a point of it: on a lesion of a drawn code, else anywhere in the field."""
        present = [code for code in self.lesions if any(code in s.centres for s in pool.samples)]
        if present and rng.random() < self.config.lesion_share:
            table = self.config.lesion_weights or {}
            weights = np.array([table.get(code, 1.0) for code in present])
            code = present[rng.choice(len(present), p=weights / weights.sum())]
            having = [s for s in pool.samples if code in s.centres]
            sample = having[int(rng.integers(len(having)))]
            points = sample.centres[code]
            return sample, points[rng.integers(len(points))]
        sample = pool.samples[int(rng.integers(len(pool.samples)))]
        rows, columns = sample.packed.shape
        return sample, np.array([rng.integers(columns), rng.integers(rows)], np.int32)


def crop(
    sample: LesionSample, centre: NDArray[np.int32], config: CropConfig, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A turned, zoomed, mirrored, recoloured crop that holds the point: uint8 ``[s, s, 3]``, ``[s, s]``."""
    size = config.size
    zoom = 2.0 ** rng.uniform(-config.scale, config.scale)
    angle = rng.uniform(0, 2 * np.pi)
    turn = zoom * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    if rng.random() < 0.5:
        turn[:, 0] *= -1
    landing = size / 2 + rng.uniform(-0.35, 0.35, 2) * size
    matrix = np.column_stack([turn, landing - turn @ centre])
    image = cv2.warpAffine(
        sample.pixels, matrix, (size, size), flags=cv2.INTER_LINEAR, borderValue=(128, 128, 128)
    )
    bits = cv2.warpAffine(sample.packed, matrix, (size, size), flags=cv2.INTER_NEAREST)
    return _vary(np.asarray(image, np.uint8), np.asarray(bits, np.uint8), config, rng), np.asarray(
        bits, np.uint8
    )


def network_input(pixels: NDArray[np.uint8]) -> Tensor:
    """Working-scale pixels ``[N, h, w, 3]`` as float32 ``[N, 3, h, w]``: local mean 0, deviation 0.5."""
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).float().sub_(128.0).div_(64.0)


def _vary(
    image: NDArray[np.uint8], bits: NDArray[np.uint8], config: CropConfig, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Contrast, colour, blur and noise inside the field of view."""
    gain = 1 + rng.uniform(-config.gain, config.gain) + rng.uniform(-0.1, 0.1, 3)
    values = (image.astype(np.float32) - 128) * gain + rng.uniform(-config.shift, config.shift, 3)
    if rng.random() < 0.3:
        values = cv2.GaussianBlur(values, (0, 0), rng.uniform(0.3, max(config.blur, 0.31)))
    if rng.random() < 0.3:
        values = values + rng.normal(0, rng.uniform(1, 5), values.shape)
    values[(bits >> FIELD_BIT & 1) == 0] = 0
    return np.clip(values + 128, 0, 255).astype(np.uint8)
