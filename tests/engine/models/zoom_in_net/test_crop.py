from __future__ import annotations

import pytest
import torch
from torch import nn

from engine.models.zoom_in_net.crop import CropNet, cut_patches, max_over_patches

SLIM = {"channels": (8, 8, 8, 8), "stem_type": "", "stem_width": 8}


def test_element_wise_maximum_by_hand() -> None:
    features, valid = torch.randn(3, 4, 5), torch.tensor([[1, 1, 1, 1], [0, 1, 0, 1], [0, 0, 0, 0]]).bool()
    pooled = max_over_patches(features, valid)
    for image in range(3):
        for k in range(5):
            kept = [float(features[image, n, k]) for n in range(4) if valid[image, n]]
            assert float(pooled[image, k]) == pytest.approx(max(kept) if kept else 0.0)


def test_gradient_flows_to_the_winners_alone() -> None:
    features = torch.randn(2, 4, 5, requires_grad=True)
    valid = torch.tensor([[1, 1, 0, 0], [0, 0, 0, 0]]).bool()
    max_over_patches(features, valid).sum().backward()
    assert features.grad is not None
    assert bool(torch.isfinite(features.grad).all())
    assert features.grad[0].sum(dim=0).tolist() == [1.0] * 5
    assert float(features.grad[0, 2:].abs().sum() + features.grad[1].abs().sum()) == 0


def test_patches_are_cut_in_register() -> None:
    high = torch.arange(2 * 3 * 20 * 20).view(2, 3, 20, 20)
    starts = torch.tensor([[[0, 0], [7, 3]], [[12, 12], [1, 11]]])
    patches = cut_patches(high, starts, window=8, size=8)
    for image in range(2):
        for number in range(2):
            x, y = starts[image, number].tolist()
            assert torch.equal(patches[image, number], high[image, :, y : y + 8, x : x + 8].float())


def test_patches_are_resized_area_true() -> None:
    high = torch.rand(1, 3, 32, 32)
    patch = cut_patches(high, torch.tensor([[[4, 8]]]), window=16, size=4)
    assert patch.shape == (1, 1, 3, 4, 4)
    assert patch.mean().item() == pytest.approx(high[:, :, 8:24, 4:20].mean().item(), abs=0.02)


def test_starts_from_the_main_net_s_answer() -> None:
    net, main = CropNet("resnet10t", SLIM, main_width=6, outputs=5).eval(), nn.Linear(6, 5)
    net.start_from(main)
    pair = torch.randn(2, 6)
    _, logits = net(torch.randn(2, 3, 3, 32, 32), torch.ones(2, 3).bool(), pair)
    assert torch.allclose(logits, main(pair), atol=1e-6)


def test_invalid_patches_change_nothing() -> None:
    net = CropNet("resnet10t", SLIM, main_width=6, outputs=5).eval()
    patches, pair = torch.randn(1, 3, 3, 32, 32), torch.randn(1, 6)
    valid = torch.tensor([[True, False, True]])
    changed = patches.clone()
    changed[:, 1] = 100
    assert torch.equal(net(patches, valid, pair)[1], net(changed, valid, pair)[1])
