"""Features of training images that travel with the weights, so that retraining in the app does not forget.

A retraining changes the classifiers alone, so features of M-Net and C-Net stay valid: a few hundred of them
replace the images, which need not be at hand (ours).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine import devices
from engine.data.fundus_grades import FundusSet, draw_chances
from engine.models.zoom_in_net import ZoomInNet

PREFIX = "aux.replay."
BATCH = 8


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """What the classifiers see of ``n`` images.

    Attributes
    ----------
    main, crop
        d_M ``[n, C]`` and d̂_C ``[n, D]``, float32.
    grade, dme
        int64 ``[n]``; -1 where unknown.
    fellow
        int64 ``[n]``, index of the other eye; -1 for none.
    """

    main: Tensor
    crop: Tensor
    grade: Tensor
    dme: Tensor
    fellow: Tensor

    def __len__(self) -> int:
        return len(self.grade)


def replay_tensors(network: ZoomInNet, images: FundusSet, count: int, seed: int = 0) -> dict[str, Tensor]:
    """Features and labels of up to ``count`` images, every grade as often as can be, under ``aux.`` names."""
    count = min(count, len(images))
    if not count:
        return {}
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.choice(len(images), count, replace=False, p=draw_chances(images.grades, 1.0)))
    low, high = (torch.from_numpy(np.array(a[chosen])).permute(0, 3, 1, 2) for a in (images.low, images.high))
    main, crop = embed(network, low, high)
    return {
        PREFIX + "main": main,
        PREFIX + "crop": crop,
        PREFIX + "grade": torch.from_numpy(images.grades[chosen]),
        PREFIX + "dme": torch.from_numpy(images.dme[chosen]),
    }


def replay_features(tensors: dict[str, Tensor], network: ZoomInNet) -> Features:
    """The features that `replay_tensors` put into a weights file; empty where it has none."""
    none = torch.zeros(0, dtype=torch.int64)
    grade = tensors.get(PREFIX + "grade", none)
    return Features(
        tensors.get(PREFIX + "main", torch.zeros(0, network.main.width)).float(),
        tensors.get(PREFIX + "crop", torch.zeros(0, network.crop.width)).float(),
        grade,
        tensors.get(PREFIX + "dme", none),
        torch.full_like(grade, -1),
    )


def embed(network: ZoomInNet, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
    """d_M and d̂_C of uint8 images ``[n, 3, s, s]``, float32 on the CPU."""
    network.eval()
    device = next(network.parameters()).device
    main, crop = [], []
    for start in range(0, len(low), BATCH):
        part = slice(start, start + BATCH)
        with torch.inference_mode(), devices.autocast(device):
            out = network(low[part].to(device), high[part].to(device))
        whole = out.embedding.float().cpu()
        main.append(whole[:, : network.main.width].clone())
        crop.append(whole[:, 2 * network.main.width :].clone())
    return torch.cat(main), torch.cat(crop)
