"""A folded encoder is the same function."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from engine.inference.folding import fold
from engine.models.backbones import Backbone


def trained(name: str) -> Backbone:
    """A small encoder whose batch norms have seen something."""
    torch.manual_seed(0)
    encoder = Backbone(name, {}, in_channels=1).train()
    for _ in range(2):
        encoder(torch.randn(4, 1, 64, 64) * 2 + 1)
    for part in encoder.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.weight, 0.5, 1.5)
            nn.init.uniform_(part.bias, -0.5, 0.5)
    return encoder.eval()


@pytest.mark.parametrize("name", ["resnet10t", "resnet18", "densenet121", "mobilenetv3_small_050"])
@torch.no_grad()
def test_the_same_maps_come_out(name: str) -> None:
    encoder = trained(name)
    folded = copy.deepcopy(encoder)
    fold(folded)
    images = torch.randn(2, 1, 64, 64)
    expected = encoder(images)
    assert torch.allclose(folded(images), expected, atol=1e-3 * float(expected.abs().max()))


def test_a_residual_network_has_no_batch_norm_left_to_run() -> None:
    folded = trained("resnet18")
    fold(folded)
    assert not [
        node for node in folded.body.graph.nodes if node.op == "call_module" and "bn" in str(node.target)
    ]


def test_without_batch_norm_nothing_is_done() -> None:
    encoder = trained("convnext_atto")
    before = encoder.body
    fold(encoder)
    assert encoder.body is before


def test_gradients_still_reach_the_maps() -> None:
    folded = trained("resnet10t")
    fold(folded)
    maps = folded(torch.randn(1, 1, 64, 64))
    maps.sum().backward()
    assert maps.requires_grad


class Moody(nn.Module):
    """Does what depends on the values that it sees."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.bn = nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)

    def forward(self, images: torch.Tensor) -> list[torch.Tensor]:
        return [self.bn(self.conv(images if images.mean() > 0 else -images))]


def test_what_cannot_be_traced_stays_as_it_is() -> None:
    encoder = trained("resnet10t")
    encoder.body = Moody()
    before = encoder.body
    fold(encoder)
    assert encoder.body is before
