from __future__ import annotations

import math

import pytest
import torch

from engine.losses.focal import focal_loss


def slow_focal(logits, targets, known, gamma, alpha):
    total, count = 0.0, 0
    flat = zip(
        logits.flatten().tolist(),
        targets.flatten().tolist(),
        known.expand_as(logits).flatten().tolist(),
        strict=True,
    )
    for x, y, k in flat:
        if not k:
            continue
        p = 1 / (1 + math.exp(-x))
        p_t = p if y else 1 - p
        a_t = 1.0 if alpha is None else (alpha if y else 1 - alpha)
        total += -a_t * (1 - p_t) ** gamma * math.log(p_t)
        count += 1
    return total / max(count, 1)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("alpha", [None, 0.25])
def test_equals_the_formula_by_a_loop(gamma, alpha):
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(2, 3, 4, 5, generator=generator) * 3
    targets = (torch.rand(2, 3, 4, 5, generator=generator) < 0.3).float()
    known = torch.tensor([[1, 0, 1], [1, 1, 0]]).view(2, 3, 1, 1)
    expected = slow_focal(logits, targets, known, gamma, alpha)
    assert float(focal_loss(logits, targets, known, gamma, alpha)) == pytest.approx(expected, rel=1e-5)


def test_gamma_0_is_binary_cross_entropy():
    logits, targets = torch.randn(1, 2, 8, 8), torch.ones(1, 2, 8, 8)
    expected = torch.nn.functional.binary_cross_entropy_with_logits(logits, targets)
    assert torch.allclose(focal_loss(logits, targets, gamma=0.0), expected)


def test_what_nobody_labelled_has_no_gradient():
    logits = torch.randn(1, 2, 4, 4, requires_grad=True)
    known = torch.tensor([1.0, 0.0]).view(1, 2, 1, 1)
    focal_loss(logits, torch.ones(1, 2, 4, 4), known).backward()
    assert logits.grad is not None
    assert logits.grad[:, 0].abs().min() > 0
    assert (logits.grad[:, 1] == 0).all()


def test_nothing_known_is_zero():
    logits = torch.randn(1, 1, 4, 4, requires_grad=True)
    loss = focal_loss(logits, torch.ones(1, 1, 4, 4), torch.zeros(1, 1, 1, 1))
    loss.backward()
    assert float(loss.detach()) == 0
    assert (logits.grad == 0).all()


@pytest.mark.parametrize("gamma", [0.5, 2.0])
@pytest.mark.parametrize("size", [1e4, -1e4, 0.0])
def test_extreme_logits_stay_finite(gamma, size):
    logits = torch.full((1, 1, 2, 2), size, requires_grad=True)
    loss = focal_loss(logits, torch.ones(1, 1, 2, 2), gamma=gamma)
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(logits.grad).all()


def test_half_precision_is_computed_in_float32():
    logits = torch.randn(1, 1, 16, 16).bfloat16()
    targets = (torch.rand(1, 1, 16, 16) < 0.5).float()
    loss = focal_loss(logits, targets)
    assert loss.dtype == torch.float32
    assert torch.allclose(loss, focal_loss(logits.float(), targets))
