"""Embeddings of known diseases, stored with the weights, and similarities to them (paper 000, 3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from engine import devices
from engine.data.disease_pairs import LESIONS, DiseaseSet
from engine.data.lesion_crops import network_input
from engine.errors import IncompatibleModel
from engine.models.siamese import SiameseNetwork

BATCH = 32
EMBEDDINGS, LABELS, SHOWN = "aux.gallery", "aux.gallery_labels", "aux.gallery_lesions"


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """Images of known diseases as a twin network sees them.

    Attributes
    ----------
    embeddings
        float32 ``[M, E]``.
    labels
        int64 ``[M]``, places in ``names``.
    lesions
        float32 ``[K, 5]``: share of a disease's images that show MA, HE, SE, EX, NV.
    """

    embeddings: NDArray[np.float32]
    labels: NDArray[np.int64]
    names: tuple[str, ...]
    lesions: NDArray[np.float32]

    def tensors(self) -> dict[str, torch.Tensor]:
        """For the weights file."""
        return {
            EMBEDDINGS: torch.from_numpy(self.embeddings),
            LABELS: torch.from_numpy(self.labels),
            SHOWN: torch.from_numpy(self.lesions),
        }

    def similarities(self, network: SiameseNetwork, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """Mean P(same disease) of each query ``[Q, E]`` against each disease's images, ``[Q, K]``."""
        found = np.zeros((len(queries), len(self.names)), np.float32)
        for place in range(len(self.names)):
            members = self.embeddings[self.labels == place]
            if len(members):
                found[:, place] = probability(network, queries[:, None], members[None]).mean(axis=1)
        return found

    def matrix(self, network: SiameseNetwork) -> NDArray[np.float32]:
        """Disease × disease similarity: mean P over image pairs of the two classes, ``[K, K]``, symmetric.

        An image is not compared with itself.
        """
        each = probability(network, self.embeddings[:, None], self.embeddings[None])
        np.fill_diagonal(each, np.nan)
        count = len(self.names)
        table = np.full((count, count), np.nan, np.float32)
        for row in range(count):
            for column in range(count):
                block = each[np.ix_(self.labels == row, self.labels == column)]
                if np.isfinite(block).any():
                    table[row, column] = np.nanmean(block)
        return table

    def shown(self, disease: str, share: float = 0.25) -> tuple[str, ...]:
        """Lesion codes that at least that share of the disease's gallery images show."""
        shares = self.lesions[self.names.index(disease)]
        return tuple(code for code, value in zip(LESIONS, shares, strict=True) if value >= share)


def build(network: SiameseNetwork, images: DiseaseSet, each: int, device: torch.device) -> Gallery:
    """A gallery of the first ``each`` images of every disease; newcomers of a retraining come first."""
    order = [np.flatnonzero(images.labels == place)[:each] for place in range(len(images.names))]
    picked = np.concatenate(order)
    shares = [images.lesions[images.labels == p].mean(axis=0) for p in range(len(images.names))]
    return Gallery(
        embed(network, images.images[picked], device),
        images.labels[picked],
        images.names,
        np.array(shares, np.float32),
    )


def read(tensors: Mapping[str, torch.Tensor], names: tuple[str, ...]) -> Gallery:
    """The gallery of a weights file.

    Raises
    ------
    IncompatibleModel
        When it has none, or one of other sizes.
    """
    missing = {EMBEDDINGS, LABELS, SHOWN} - set(tensors)
    if missing:
        raise IncompatibleModel(f"it has no {min(missing)}", remedy="Get the file again.")
    found = Gallery(tensors[EMBEDDINGS].numpy(), tensors[LABELS].numpy(), names, tensors[SHOWN].numpy())
    sound = (
        found.embeddings.ndim == 2
        and found.labels.shape == (len(found.embeddings),)
        and found.lesions.shape == (len(names), len(LESIONS))
        and (not len(found.labels) or 0 <= found.labels.min() <= found.labels.max() < len(names))
    )
    if not sound:
        raise IncompatibleModel("its gallery does not fit its labels", remedy="Get the file again.")
    return found


def embed(network: SiameseNetwork, squares: NDArray[np.uint8], device: torch.device) -> NDArray[np.float32]:
    """Unit embeddings float32 ``[N, E]`` of uint8 squares ``[N, S, S, 3]``."""
    network = network.to(device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
    parts = []
    with torch.inference_mode(), devices.autocast(device):
        for start in range(0, len(squares), BATCH):
            images = network_input(squares[start : start + BATCH])
            images = images.to(device, memory_format=torch.channels_last)
            parts.append(network.embed(images).float().cpu().numpy())
    return np.concatenate(parts) if parts else np.zeros((0, network.config.embedding), np.float32)


def probability(
    network: SiameseNetwork, first: NDArray[np.float32], second: NDArray[np.float32]
) -> NDArray[np.float32]:
    """P(same disease) of embeddings ``[..., E]`` that broadcast: the sigmoid of the head on |f1 - f2|."""
    weight = network.head.weight.detach().float().cpu().numpy()[0]
    bias = float(network.head.bias.detach().float().cpu().numpy()[0])
    logits = np.abs(first - second) @ weight + bias
    return np.asarray(1 / (1 + np.exp(-logits.clip(-60, 60))), np.float32)
