from __future__ import annotations

import math

import pytest
import torch

from engine.losses.classification import cross_entropy, entropy, mean_over_known


def test_unknown_labels_give_no_loss() -> None:
    logits = torch.randn(4, 3, requires_grad=True)
    loss = mean_over_known(cross_entropy, logits, torch.tensor([2, -1, 0, -1]))
    plain = torch.nn.functional.cross_entropy(logits[[0, 2]], torch.tensor([2, 0]))
    assert loss.item() == pytest.approx(plain.item())
    loss.backward()
    assert logits.grad is not None
    assert float(logits.grad[[1, 3]].abs().sum()) == 0


def test_no_label_at_all() -> None:
    logits = torch.randn(2, 3, requires_grad=True)
    loss = mean_over_known(cross_entropy, logits, torch.tensor([-1, -1]))
    loss.backward()
    assert loss.item() == 0
    assert float(logits.grad.abs().sum()) == 0


def test_smoothing_by_hand() -> None:
    logits, target = torch.randn(1, 5), 3
    logs = torch.log_softmax(logits, dim=1)[0].tolist()
    expected = -sum((0.9 * (k == target) + 0.1 / 5) * value for k, value in enumerate(logs))
    assert cross_entropy(logits, torch.tensor([target]), 0.1).item() == pytest.approx(expected, rel=1e-5)


def test_entropy_limits() -> None:
    assert entropy(torch.zeros(1, 5)).item() == pytest.approx(math.log(5), rel=1e-5)
    assert entropy(torch.tensor([[300.0, 0.0]])).item() == pytest.approx(0)
