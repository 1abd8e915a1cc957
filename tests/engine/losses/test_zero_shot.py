"""The losses of papers 001 and 004 against plain loops in float64, with gradients and at their limits."""

from __future__ import annotations

import math

import pytest
import torch

from engine.losses.alignment import alignment_loss, mean_positive
from engine.losses.consistency import consistency_as_released, consistency_loss
from engine.losses.logistic import logistic_loss
from engine.losses.ranking import ranking_loss
from engine.losses.weighted_focused_metric import weighted_focused_metric_loss
from engine.models.zero_shot.distances import DISTANCES


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(5)
    scores = torch.rand(6, 5, generator=generator, dtype=torch.float64)
    targets = (torch.rand(6, 5, generator=generator) < 0.4).double()
    targets[0], targets[1] = 0, 1  # no positive; all positive
    known = torch.rand(6, 5, generator=generator) < 0.8
    known[2] = False
    return scores, targets, known


def slow_pairs(penalty, targets, known):
    total = 0.0
    for image, row in enumerate(targets.tolist()):
        decided = [k for k in range(len(row)) if known is None or known[image, k]]
        pairs = [(p, n) for p in decided for n in decided if row[p] == 1 and row[n] == 0]
        total += sum(penalty(image, p, n) for p, n in pairs) / max(len(decided), 1)
    return total / len(targets)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("margin", [0.0, 0.5])
def test_ranking_equals_equations_4_and_5(batch, masked, margin):
    scores, targets, known = batch
    known = known if masked else None
    expected = slow_pairs(lambda i, p, n: max(margin + float(scores[i, n] - scores[i, p]), 0), targets, known)
    assert float(ranking_loss(scores, targets, known, margin)) == pytest.approx(expected, rel=1e-12)
    scores.requires_grad_()
    assert torch.autograd.gradcheck(lambda s: ranking_loss(s, targets, known, 0.31), (scores,))


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize(("alpha", "beta", "epoch"), [(2.0, 0.03, 25), (0.0, 0.0, 0), (1.0, 0.01, 9)])
def test_focused_metric_equals_equations_9_and_10(batch, masked, alpha, beta, epoch):
    distances, targets, known = batch
    known = known if masked else None

    def term(d):
        return d**alpha * math.log10(math.exp(d))

    def penalty(i, p, n):
        margin = 0.5 - beta * math.floor(epoch / 10)
        return max(margin + term(float(distances[i, p])) - term(float(distances[i, n])), 0)

    found = weighted_focused_metric_loss(distances, targets, known, epoch=epoch, alpha=alpha, beta=beta)
    assert float(found) == pytest.approx(slow_pairs(penalty, targets, known), rel=1e-12)


def test_focused_metric_gradient_and_large_distances(batch):
    distances, targets, known = batch
    distances.requires_grad_()
    assert torch.autograd.gradcheck(
        lambda d: weighted_focused_metric_loss(d, targets, known, alpha=2.0), (distances,)
    )
    huge = torch.tensor([[0.0, 1e4]], requires_grad=True)  # e^d itself would overflow
    loss = weighted_focused_metric_loss(huge, torch.tensor([[0.0, 1.0]]))
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(huge.grad).all()


@pytest.mark.parametrize("loss", [ranking_loss, weighted_focused_metric_loss])
def test_pair_losses_at_their_limits(loss):
    scores = torch.rand(2, 4, requires_grad=True)
    for targets in (torch.zeros(2, 4), torch.ones(2, 4)):
        value = loss(scores, targets)
        value.backward()
        assert float(value.detach()) == 0
        assert (scores.grad == 0).all()
    nothing = loss(scores, torch.eye(2, 4), torch.zeros(2, 4, dtype=torch.bool))
    assert float(nothing.detach()) == 0


@pytest.mark.parametrize("loss", [ranking_loss, weighted_focused_metric_loss])
def test_unknown_labels_have_no_gradient(batch, loss):
    scores, targets, known = batch
    scores.requires_grad_()
    loss(scores, targets, known).backward()
    assert (scores.grad[~known] == 0).all()
    assert (scores.grad[known] != 0).any()


@pytest.mark.parametrize("loss", [ranking_loss, weighted_focused_metric_loss])
def test_pair_losses_in_bfloat16_are_close(batch, loss):
    scores, targets, known = batch
    exact = float(loss(scores, targets, known))
    assert float(loss(scores.to(torch.bfloat16), targets, known)) == pytest.approx(exact, rel=0.03)


def cosine(a, b):
    dot = sum(x * y for x, y in zip(a, b, strict=True))
    return dot / math.sqrt(sum(x * x for x in a)) / math.sqrt(sum(y * y for y in b))


@pytest.mark.parametrize("masked", [False, True])
def test_alignment_equals_equation_6(batch, masked):
    _, targets, known = batch
    known = known if masked else None
    generator = torch.Generator().manual_seed(2)
    words = torch.randn(5, 3, generator=generator, dtype=torch.float64)
    visual = torch.randn(6, 3, generator=generator, dtype=torch.float64, requires_grad=True)
    mean = mean_positive(words, targets, known)
    costs = []
    for image in range(6):
        mine = [k for k in range(5) if targets[image, k] == 1 and (known is None or known[image, k])]
        if mine:
            expected = words[mine].mean(0)
            torch.testing.assert_close(mean[image], expected)
            costs.append(1 - cosine(visual[image].tolist(), expected.tolist()))
        else:
            assert (mean[image] == 0).all()
    found = alignment_loss(visual, mean, targets, known)
    assert float(found.detach()) == pytest.approx(sum(costs) / len(costs), rel=1e-9)
    assert torch.autograd.gradcheck(lambda v: alignment_loss(v, mean, targets, known), (visual,))


def test_alignment_without_any_positive_is_zero():
    visual = torch.randn(2, 3, requires_grad=True)
    value = alignment_loss(visual, torch.zeros(2, 3), torch.zeros(2, 4))
    value.backward()
    assert float(value.detach()) == 0
    assert torch.isfinite(visual.grad).all()


def test_consistency_equals_equation_7():
    generator = torch.Generator().manual_seed(4)
    words = torch.randn(4, 6, generator=generator, dtype=torch.float64)
    latent = torch.randn(4, 3, generator=generator, dtype=torch.float64, requires_grad=True)
    expected = sum(
        abs(cosine(words[i].tolist(), words[j].tolist()) - cosine(latent[i].tolist(), latent[j].tolist()))
        for i in range(4)
        for j in range(4)
        if i != j
    )
    assert float(consistency_loss(words, latent).detach()) == pytest.approx(expected, rel=1e-9)
    assert torch.autograd.gradcheck(lambda v: consistency_loss(words, v), (latent,))
    assert float(consistency_loss(words, 3 * words)) == pytest.approx(0, abs=1e-12)
    assert float(consistency_loss(words[:1], words[:1])) == 0


def test_consistency_does_not_round_under_autocast():
    words = torch.eye(3)
    latent = torch.eye(3) + 1e-3
    exact = float(consistency_loss(words, latent))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert float(consistency_loss(words, latent)) == pytest.approx(exact, rel=1e-6)


def test_consistency_as_released_is_a_mean_over_all_pairs_with_half_the_gradient():
    generator = torch.Generator().manual_seed(4)
    words = torch.randn(4, 6, generator=generator, dtype=torch.float64)
    latent = torch.randn(4, 3, generator=generator, dtype=torch.float64, requires_grad=True)
    released, whole = consistency_as_released(words, latent), consistency_loss(words, latent)
    assert float(released.detach()) == pytest.approx(float(whole.detach()) / 16, rel=1e-9)
    (mine,) = torch.autograd.grad(released, latent)
    (full,) = torch.autograd.grad(whole, latent)
    torch.testing.assert_close(mine, full / 32)
    assert float(consistency_as_released(words[:1], words[:1])) == pytest.approx(0, abs=1e-12)


def test_ranking_as_released_is_not_divided_by_the_labels(batch):
    scores, targets, _ = batch
    expected = slow_pairs(lambda i, p, n: max(0.2 + float(scores[i, n] - scores[i, p]), 0), targets, None)
    found = ranking_loss(scores, targets, None, 0.2, per_label=False)
    assert float(found) == pytest.approx(expected * scores.shape[1], rel=1e-12)


def test_terms_between_vectors_in_bfloat16_are_close(batch):
    _, targets, known = batch
    generator = torch.Generator().manual_seed(8)
    words, latent = (torch.randn(5, 16, generator=generator) for _ in range(2))
    visual = torch.randn(6, 16, generator=generator)
    mean = mean_positive(words, targets, known)
    assert mean_positive(words.bfloat16(), targets, known).dtype == torch.bfloat16
    exact = float(alignment_loss(visual, mean, targets, known))
    rough = alignment_loss(visual.bfloat16(), mean.bfloat16(), targets, known)
    assert float(rough) == pytest.approx(exact, rel=0.03)
    for term in (consistency_loss, consistency_as_released):
        assert float(term(words.bfloat16(), latent.bfloat16())) == pytest.approx(
            float(term(words, latent)), rel=0.05
        )


@pytest.mark.parametrize("kind", ["no positive", "all positive", "all unknown"])
def test_alignment_at_its_limits(kind):
    targets = torch.ones(3, 4) if kind == "all positive" else torch.zeros(3, 4)
    known = torch.zeros(3, 4, dtype=torch.bool) if kind == "all unknown" else None
    words, visual = torch.randn(4, 5), torch.randn(3, 5, requires_grad=True)
    value = alignment_loss(visual, mean_positive(words, targets, known), targets, known)
    value.backward()
    assert torch.isfinite(visual.grad).all()
    assert (float(value.detach()) > 0) == (kind == "all positive")


@pytest.mark.parametrize("name", DISTANCES)
def test_metric_loss_where_an_image_lies_on_its_label(name):
    """x = y: distance 0, and a finite gradient through distance and loss, for every α."""
    labels = torch.randn(3, 6)
    for alpha in (0.0, 1.0, 2.0):
        visual = labels[:2].clone().requires_grad_()
        distances = DISTANCES[name](visual, labels)
        weighted_focused_metric_loss(distances, torch.eye(2, 3), alpha=alpha, margin=1e4).backward()
        assert torch.isfinite(visual.grad).all()
        assert (visual.grad != 0).any()


def test_margin_shrinks_by_beta_every_ten_epochs():
    apart = torch.zeros(1, 2)  # equal distances: the loss is the margin over S
    truth = torch.tensor([[1.0, 0.0]])
    found = [
        float(weighted_focused_metric_loss(apart, truth, epoch=epoch, beta=0.03, margin=0.5))
        for epoch in (0, 9, 10, 39, 200)
    ]
    assert found == pytest.approx([0.25, 0.25, 0.235, 0.205, 0.0], abs=1e-6)


def test_logistic_equals_a_loop(batch):
    logits, targets, known = batch
    weight = known * torch.arange(1, 6)
    total = 0.0
    for z, y, w in zip(logits.flatten().tolist(), targets.flatten().tolist(), weight.flatten(), strict=True):
        goal, p = 0.9 * y + 0.05, 1 / (1 + math.exp(-z))
        total -= float(w) * (goal * math.log(p) + (1 - goal) * math.log(1 - p))
    found = logistic_loss(logits, targets, weight, smoothing=0.1)
    assert float(found) == pytest.approx(total / float(weight.sum()), rel=1e-9)
    assert float(logistic_loss(logits, targets, torch.zeros_like(logits))) == 0


def test_a_focused_exponent_lets_images_far_from_all_labels_off():
    """Why α = 2 may order images badly: distances that differ alike count more the farther away they are."""

    def left(nearest: float, alpha: float) -> float:
        apart = torch.tensor([[nearest, nearest + 0.2]])
        loss = weighted_focused_metric_loss(apart, torch.tensor([[1.0, 0.0]]), alpha=alpha, margin=0.5)
        return 2 * float(loss)  # over two labels

    assert left(0.5, 2.0) == pytest.approx(0.405, abs=1e-3) and left(2.0, 2.0) == 0
    assert left(0.5, 0.0) == pytest.approx(left(2.0, 0.0), abs=1e-6) == pytest.approx(0.413, abs=1e-3)
