from __future__ import annotations

import math

import pytest
import torch

from engine.losses.contrastive import contrastive_loss, pair_distance


def slow_contrastive(first, second, same, margin):
    total = 0.0
    for a, b, y in zip(first.tolist(), second.tolist(), same.tolist(), strict=True):
        distance = math.sqrt(sum((x - z) ** 2 for x, z in zip(a, b, strict=True)))
        total += y * distance**2 + (1 - y) * max(margin - distance, 0) ** 2
    return total / (2 * len(same))


@pytest.mark.parametrize("margin", [0.5, 1.0, 3.0])
def test_equals_equation_1_by_a_loop(margin):
    generator = torch.Generator().manual_seed(3)
    first, second = torch.randn(2, 9, 4, generator=generator)
    same = (torch.rand(9, generator=generator) < 0.5).float()
    expected = slow_contrastive(first, second, same, margin)
    assert float(contrastive_loss(first, second, same, margin)) == pytest.approx(expected, rel=1e-5)


def test_limits():
    point, far = torch.zeros(2, 3), torch.full((2, 3), 10.0)
    one, none = torch.ones(2), torch.zeros(2)
    assert float(contrastive_loss(point, point, one)) == 0
    assert float(contrastive_loss(point, far, none)) == 0
    assert float(contrastive_loss(point, point, none, margin=1.5)) == pytest.approx(1.5**2 / 2)
    assert float(contrastive_loss(point[:0], point[:0], one[:0])) == 0


def test_gradient_against_finite_differences():
    generator = torch.Generator().manual_seed(4)
    first, second = torch.randn(2, 5, 3, generator=generator, dtype=torch.float64).float()
    same = torch.tensor([1.0, 0, 1, 0, 0])
    first.requires_grad_(True)
    contrastive_loss(first, second, same, 4.0).backward()
    step = 1e-2
    for row, column in [(0, 0), (1, 2), (3, 1)]:
        moved = [first.detach().clone() for _ in range(2)]
        moved[0][row, column] += step
        moved[1][row, column] -= step
        up, down = (float(contrastive_loss(m, second, same, 4.0)) for m in moved)
        assert float(first.grad[row, column]) == pytest.approx((up - down) / (2 * step), rel=2e-2, abs=1e-4)


def test_identical_pair_has_a_finite_gradient():
    point = torch.ones(1, 3, requires_grad=True)
    contrastive_loss(point, torch.ones(1, 3), torch.zeros(1)).backward()
    assert torch.isfinite(point.grad).all()
    assert float(pair_distance(point, torch.ones(1, 3)).detach()) == 0


def test_bfloat16_is_computed_in_float32():
    first, second = torch.randn(2, 6, 8).bfloat16()
    same = torch.tensor([1.0, 0, 1, 0, 1, 0])
    loss = contrastive_loss(first, second, same)
    assert loss.dtype == torch.float32
    assert torch.allclose(loss, contrastive_loss(first.float(), second.float(), same))
