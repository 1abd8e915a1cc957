from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from engine.losses.classification import cross_entropy
from engine.losses.ordinal import cumulative_cross_entropy
from engine.models.zoom_in_net import NetworkConfig, as_dict, build
from engine.training.recipes.zoom_in_net_config import Config
from engine.training.recipes.zoom_in_net_phases import grade_loss, main_loss, whole_loss

SLIM = {"channels": [8, 8, 8, 16], "stem_type": "", "stem_width": 8}
NETWORK = NetworkConfig(96, 240, 39, 4, 64, "resnet10t", SLIM, "resnet10t", SLIM, hidden=8)


def batch() -> dict[str, torch.Tensor]:
    return {
        "images": torch.randint(0, 256, (4, 3, 96, 96), dtype=torch.uint8),
        "high": torch.randint(0, 256, (4, 3, 240, 240), dtype=torch.uint8),
        "grade": torch.tensor([0, 4, -1, 2]),
        "dme": torch.tensor([-1, 2, 0, 1]),
        "fellow": torch.tensor([1, 0, -1, -1]),
    }


def test_grade_loss_is_the_sum_of_its_parts() -> None:
    logits, grades = torch.randn(4, 5), torch.tensor([0, 4, -1, 2])
    known = grades >= 0
    plain = cross_entropy(logits[known], grades[known]).mean()
    cumulative = cumulative_cross_entropy(logits[known], grades[known]).mean()
    expected = (plain + 0.5 * cumulative).item()
    assert grade_loss(logits, grades, Config(ordinal=0.5)).item() == pytest.approx(expected, rel=1e-5)


def test_every_part_of_the_network_learns_in_its_phase() -> None:
    network, config = build(as_dict(NETWORK)), Config(ordinal=1.0)
    main_loss(network.main, batch(), config)["loss"].backward()
    assert all(p.grad is not None for p in network.main.parameters())
    whole_loss(network, batch(), config)["loss"].backward()
    silent = [name for name, p in network.named_parameters() if p.grad is None]
    assert silent == []


def test_oedema_can_be_left_out() -> None:
    network: nn.Module = build(as_dict(replace(NETWORK, dme=False)))
    assert "dme_loss" not in whole_loss(network, batch(), Config())
    assert "dme_loss" not in whole_loss(build(as_dict(NETWORK)), batch(), Config(dme=0.0))
