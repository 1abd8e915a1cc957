"""Tiny fakes with exactly the layouts of public fundus sets, and a tiny network."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch

from engine import weights
from engine.imaging.phantoms.fundus import fundus, sample_fundus
from engine.models.zoom_in_net import NetworkConfig, as_dict, build
from engine.records import ModelCard

SLIM = {"channels": [8, 8, 8, 16], "stem_type": "", "stem_width": 8}
NETWORK = NetworkConfig(64, 160, 26, 4, 48, "resnet10t", SLIM, "resnet10t", SLIM, hidden=8)
RETINA = fundus(sample_fundus(np.random.default_rng(3), 2, camera="standard"), 160).rgb


def network(path: Path, seed: int = 1) -> Path:
    """An untrained network with some positive response everywhere."""
    torch.manual_seed(seed)
    made = build(as_dict(NETWORK))
    torch.nn.init.constant_(made.attention.part_one.bias, 0.5)
    weights.save(path, made.state_dict(), ModelCard("zoom_in_net", "t", as_dict(NETWORK)))
    return path


def save(path: Path, mirrored: bool = False) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = RETINA[:, ::-1] if mirrored else RETINA
    assert cv2.imwrite(str(path), image[..., ::-1])
    return path


def table(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path
