"""The side task's loss against a plain loop; nothing known costs nothing."""

from __future__ import annotations

import math

import pytest
import torch

from engine.losses.patient_facts import facts_loss

UNKNOWN = math.nan


def slow(predicted: list[list[float]], facts: list[list[float]]) -> float:
    total = 0.0
    for guess, truth in zip(predicted, facts, strict=True):
        for k, (p, t) in enumerate(zip(guess, truth, strict=True)):
            if math.isnan(t):
                continue
            chance = 1 / (1 + math.exp(-p))
            total += 0.5 * (p - t) ** 2 if k == 0 else -math.log(chance if t else 1 - chance)
    return total / len(facts)


def test_loss_is_that_of_the_loop_and_unknown_facts_have_no_gradient() -> None:
    predicted = torch.tensor([[0.3, -1.2, 2.0], [1.5, 0.7, -0.4], [-0.2, 0.1, 0.9]], requires_grad=True)
    facts = torch.tensor([[1.0, 0.0, 1.0], [UNKNOWN, 1.0, UNKNOWN], [UNKNOWN] * 3])
    loss = facts_loss(predicted, facts)
    assert loss.item() == pytest.approx(slow(predicted.tolist(), facts.tolist()), rel=1e-5)
    loss.backward()
    assert predicted.grad is not None
    assert torch.isfinite(predicted.grad).all()
    assert predicted.grad[2].abs().sum() == 0
    assert predicted.grad[0].abs().min() > 0


def test_nothing_known_costs_nothing_also_in_low_precision() -> None:
    predicted = torch.randn(4, 3, dtype=torch.bfloat16)
    assert facts_loss(predicted, torch.full((4, 3), UNKNOWN)).item() == 0
    facts = torch.tensor([[0.5, 1.0, 0.0]]).expand(4, 3)
    exact = facts_loss(predicted.float(), facts)
    assert facts_loss(predicted, facts).item() == pytest.approx(exact.item())
