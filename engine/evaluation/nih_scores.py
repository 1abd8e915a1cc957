"""What a chest system says of a test set: scores, latent vectors and feature vectors of every image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from engine import devices
from engine.data.chest_crops import crops
from engine.data.chest_input import read_grey
from engine.data.chest_set import ChestSet
from engine.data.manifest import ManifestRow
from engine.errors import IncompatibleModel
from engine.inference.chest_findings import ChestPredictor
from engine.inference.predictor import Options, Picture, Predictor
from engine.models.zero_shot.features import pooled
from engine.progress import Progress
from engine.records import ImageInfo, Modality

CROPS_AT_ONCE = 64  # bounds memory: ten crops of six images go through in one forward
PICTURES_AT_ONCE = 8


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """Scores of N images and L labels.

    Attributes
    ----------
    scores
        ``[N, L]`` as the formula gives them.
    shown
        ``[N, L]`` as the window ranks them: untrained labels are shifted (`ChestPredictor`).
    latent, pooled
        ``[N, D]`` and ``[N, C]``, means over the crops; empty ``[N, 0]`` for a system without.
    label_latent
        ``[L, D]``.
    """

    scores: NDArray[np.float32]
    shown: NDArray[np.float32]
    latent: NDArray[np.float32]
    pooled: NDArray[np.float32]
    label_latent: NDArray[np.float32]


@torch.inference_mode()
def zero_shot_scores(
    predictor: ChestPredictor,
    chest: ChestSet,
    labels: Sequence[str],
    kind: str,
    side: int,
    progress: Progress,
) -> Said:
    """Scores of a zero-shot network, from cached images in batches."""
    asked = predictor.asked(Options(labels=tuple(labels)))
    _check(asked.names, labels)
    places = [asked.names.index(name) for name in labels]
    device = next(predictor.network.parameters()).device
    parts: list[tuple[NDArray[Any], ...]] = []
    step = max(1, CROPS_AT_ONCE // (10 if kind == "ten" else 1))
    for start in range(0, len(chest), step):
        progress(start, len(chest), "ranking the test images")
        images = chest.tensor(np.arange(start, min(start + step, len(chest)))).to(device)
        parted, n = crops(images, kind, side)
        with devices.autocast(
            device
        ):  # of whole frames as the predictor has it, which may look at more views
            network = predictor.network
            found = network.pooled(parted) if kind == "whole" else pooled(network.features(parted))
        vectors = found.float()
        visual = predictor.network.visual(vectors)
        shown = predictor.scores(visual, asked)
        values = (shown - asked.shift, shown, visual, vectors)
        parts.append(tuple(v.reshape(len(images), n, -1).mean(1).cpu().numpy() for v in values))
    progress(len(chest), len(chest), "ranking the test images")
    scores, shown_all, latent, features = (np.concatenate(column) for column in zip(*parts, strict=True))
    latents = asked.latent[places].cpu().numpy()
    return Said(scores[:, places], shown_all[:, places], latent, features, latents)


def predicted_scores(
    predictor: Predictor, rows: Sequence[ManifestRow], labels: Sequence[str], progress: Progress
) -> Said:
    """Scores of any other ranking system, through its `predict`, a few pictures at a time."""
    scores = np.zeros((len(rows), len(labels)), np.float32)
    for start in range(0, len(rows), PICTURES_AT_ONCE):
        progress(start, len(rows), "ranking the test images")
        batch = [_picture(row) for row in rows[start : start + PICTURES_AT_ONCE]]
        said = predictor.predict(batch, Options(labels=tuple(labels), evidence=False))
        for line, prediction in enumerate(said, start):
            by_name = {one.name: one.score for one in prediction.labels}
            _check(by_name, labels)
            scores[line] = [by_name[name] for name in labels]
    progress(len(rows), len(rows), "ranking the test images")
    none = np.zeros((len(rows), 0), np.float32)
    return Said(scores, scores, none, none, np.zeros((len(labels), 0), np.float32))


def _picture(row: ManifestRow) -> Picture:
    pixels = read_grey(row.path)
    rows, columns = pixels.shape
    info = ImageInfo(row.path, row.sha256, "", rows, columns, modality=Modality.CHEST, view=row.view)
    return Picture(info, pixels)


def _check(ranked: Any, labels: Sequence[str]) -> None:
    missing = [name for name in labels if name not in ranked]
    if missing:
        raise IncompatibleModel(
            f"it does not rank {missing[0]!r}", "", "Name other labels by --unseen, or choose other weights."
        )
