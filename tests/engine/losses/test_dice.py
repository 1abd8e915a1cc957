from __future__ import annotations

import pytest
import torch

from engine.losses.dice import dice_loss


def slow_dice(logits, targets, known, smooth=1.0):
    losses = []
    for lesion in range(logits.shape[1]):
        both = either = seen = 0.0
        for image in range(logits.shape[0]):
            if not known[image, lesion]:
                continue
            seen += 1
            p, t = torch.sigmoid(logits[image, lesion]), targets[image, lesion]
            both += float((p * t).sum())
            either += float(p.sum() + t.sum())
        if seen:
            losses.append(1 - (2 * both + smooth) / (either + smooth))
    return sum(losses) / len(losses)


def test_equals_the_formula_by_a_loop():
    generator = torch.Generator().manual_seed(2)
    logits = torch.randn(3, 3, 5, 6, generator=generator)
    targets = (torch.rand(3, 3, 5, 6, generator=generator) < 0.3).float()
    known = torch.tensor([[1, 0, 0], [1, 1, 0], [0, 1, 0]])
    expected = slow_dice(logits, targets, known)
    found = dice_loss(logits, targets, known.view(3, 3, 1, 1))
    assert float(found) == pytest.approx(expected, rel=1e-5)


def test_perfect_and_empty_agreement_are_zero():
    targets = torch.zeros(1, 1, 8, 8)
    assert float(dice_loss(torch.full((1, 1, 8, 8), -50.0), targets)) == pytest.approx(0, abs=1e-6)
    targets[..., :4] = 1
    assert float(dice_loss((targets - 0.5) * 100, targets)) == pytest.approx(0, abs=1e-6)


def test_total_disagreement_is_near_one():
    targets = torch.zeros(1, 1, 32, 32)
    targets[..., :16] = 1
    assert float(dice_loss((0.5 - targets) * 100, targets)) > 0.99


def test_unlabelled_gives_no_gradient_and_nothing_known_is_zero():
    logits = torch.randn(1, 2, 4, 4, requires_grad=True)
    dice_loss(logits, torch.ones(1, 2, 4, 4), torch.tensor([1.0, 0.0]).view(1, 2, 1, 1)).backward()
    assert (logits.grad[:, 0] != 0).any()
    assert (logits.grad[:, 1] == 0).all()
    assert float(dice_loss(logits.detach(), torch.ones(1, 2, 4, 4), torch.zeros(1, 2, 1, 1))) == 0
