from __future__ import annotations

import math

import torch

from engine.models.zoom_in_net.attention import AttentionNet, spatial_softmax


def test_spatial_softmax_by_hand_and_sums_to_one() -> None:
    maps = torch.randn(2, 5, 3, 4)
    soft = spatial_softmax(maps)
    for image in range(2):
        for level in range(5):
            weights = [math.exp(value) for value in maps[image, level].flatten().tolist()]
            expected = [w / sum(weights) for w in weights]
            assert torch.allclose(soft[image, level].flatten(), torch.tensor(expected), atol=1e-6)
    assert torch.allclose(soft.sum((2, 3)), torch.ones(2, 5))


def test_spatial_softmax_of_huge_values_is_finite() -> None:
    soft = spatial_softmax(torch.tensor([[[[1e4, -1e4], [1e4, 0.0]]]]))
    assert soft.flatten().tolist() == [0.5, 0.0, 0.5, 0.0]


@torch.inference_mode()
def test_gated_maps_and_their_sums_by_hand() -> None:
    net = AttentionNet(channels=6, grades=5, hidden=4).eval()
    maps = torch.randn(2, 6, 3, 3)
    found = net(maps)
    scores = torch.einsum("bchw,lc->blhw", maps, net.part_one.weight[:, :, 0, 0]) + net.part_one.bias.view(
        5, 1, 1
    )
    assert torch.allclose(found.scores, scores, atol=1e-5)
    for image in range(2):
        for level in range(5):
            total = 0.0
            for i in range(3):
                for j in range(3):
                    product = float(found.scores[image, level, i, j]) * float(
                        found.attention[image, level, i, j]
                    )
                    assert math.isclose(float(found.gated[image, level, i, j]), product, abs_tol=1e-6)
                    total += product
            assert math.isclose(float(found.logits[image, level]), total, abs_tol=1e-5)


@torch.inference_mode()
def test_even_attention_gives_the_mean_score() -> None:
    net = AttentionNet(channels=6, grades=5, hidden=4).eval()
    torch.nn.init.zeros_(net.part_two[-1].weight)
    found = net(torch.randn(1, 6, 3, 3))
    assert torch.allclose(found.logits, found.scores.mean((2, 3)), atol=1e-6)
