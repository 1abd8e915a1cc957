from __future__ import annotations

import math

import pytest
import torch

from engine.losses.ordinal import cumulative_cross_entropy, expected_grade_error


def by_hand(logits: list[float], grade: int) -> float:
    weights = [math.exp(value) for value in logits]
    chances = [w / sum(weights) for w in weights]
    total = 0.0
    for k in range(1, len(logits)):
        at_least = sum(chances[k:])
        total -= math.log(at_least if grade >= k else 1 - at_least)
    return total / (len(logits) - 1)


def test_agrees_with_the_sum_of_binary_cross_entropies() -> None:
    logits, grades = torch.randn(10, 5, dtype=torch.float64), torch.arange(10) % 5
    expected = [by_hand(row.tolist(), int(g)) for row, g in zip(logits, grades, strict=True)]
    assert cumulative_cross_entropy(logits, grades).tolist() == pytest.approx(expected, rel=1e-5)


def test_farther_is_worse_where_cross_entropy_sees_no_difference() -> None:
    sure = torch.tensor([[0.0, 9.0, 0.0, 0.0, 0.0]]).repeat(3, 1)
    losses = cumulative_cross_entropy(sure, torch.tensor([2, 3, 4])).tolist()
    assert losses[0] < losses[1] < losses[2]


def test_limits() -> None:
    sure = torch.tensor([[0.0, 0.0, 200.0, 0.0, 0.0]], requires_grad=True)
    assert cumulative_cross_entropy(sure, torch.tensor([2])).item() == pytest.approx(0, abs=1e-6)
    loss = cumulative_cross_entropy(sure, torch.tensor([0])).sum()
    loss.backward()
    assert loss.item() == pytest.approx(100, abs=math.log(2))  # two of four thresholds, 200 nats each
    assert bool(torch.isfinite(sure.grad).all())


def test_two_grades_is_plain_cross_entropy() -> None:
    logits, grades = torch.randn(6, 2), torch.tensor([0, 1, 1, 0, 1, 0])
    plain = torch.nn.functional.cross_entropy(logits, grades, reduction="none")
    assert torch.allclose(cumulative_cross_entropy(logits, grades), plain, atol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_expected_grade_error_by_hand(dtype: torch.dtype) -> None:
    logits = torch.tensor([[0.0, 1.0, 2.0, -1.0, 0.5], [30.0, 0.0, 0.0, 0.0, 0.0]], dtype=dtype)
    grades = torch.tensor([3, 4])
    expected = []
    for row, grade in zip(logits.float().tolist(), grades.tolist(), strict=True):
        weights = [math.exp(value) for value in row]
        mean = sum(k * w for k, w in enumerate(weights)) / sum(weights)
        expected.append((mean - grade) ** 2)
    assert expected_grade_error(logits, grades).tolist() == pytest.approx(expected, rel=1e-4)


def test_expected_grade_error_is_zero_at_certainty() -> None:
    logits = torch.full((1, 5), -1e4)
    logits[0, 2] = 0
    assert float(expected_grade_error(logits, torch.tensor([2]))) == 0
