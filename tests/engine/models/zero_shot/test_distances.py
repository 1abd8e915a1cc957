from __future__ import annotations

import math

import pytest
import torch

from engine.models.zero_shot.distances import DISTANCES, cosine, relevance


def slow(name, x, y):
    gaps = [abs(a - b) for a, b in zip(x, y, strict=True)]
    if name == "manhattan":
        return sum(gaps)
    if name == "chebyshev":
        return max(gaps)
    if name == "lance_williams":
        each = [g / (abs(a) + abs(b)) if a or b else 0 for g, a, b in zip(gaps, x, y, strict=True)]
        return sum(each) / len(each)
    if name == "euclidean":
        return math.sqrt(sum(g**2 for g in gaps))
    weights = [0.5 * g**2 for g in gaps]
    total = sum(weights)
    return math.sqrt(sum(w / total * g**2 for w, g in zip(weights, gaps, strict=True))) if total else 0.0


@pytest.fixture
def points():
    generator = torch.Generator().manual_seed(1)
    images = torch.randn(5, 7, generator=generator, dtype=torch.float64)
    labels = torch.randn(4, 7, generator=generator, dtype=torch.float64)
    labels[1] = images[2]
    labels[3, 2] = images[0, 2] = 0
    return images, labels


@pytest.mark.parametrize("name", DISTANCES)
def test_equals_a_loop(name, points):
    images, labels = points
    found = DISTANCES[name](images, labels)
    expected = [[slow(name, x, y) for y in labels.tolist()] for x in images.tolist()]
    torch.testing.assert_close(found, torch.tensor(expected, dtype=torch.float64))
    assert float(found[2, 1]) == 0.0


@pytest.mark.parametrize("name", DISTANCES)
def test_gradient_is_right_and_finite_where_both_are_equal(name, points):
    images, labels = (p.clone().requires_grad_() for p in points)
    DISTANCES[name](images, labels).sum().backward()
    assert torch.isfinite(images.grad).all()
    assert torch.isfinite(labels.grad).all()
    apart = torch.tensor([[0.5, -1.0, 2.0]], dtype=torch.float64, requires_grad=True)
    other = torch.tensor([[0.1, 0.4, -0.3], [1.0, 2.0, 3.0]], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(DISTANCES[name], (apart, other))


@pytest.mark.parametrize("name", ["euclidean", "weighted_euclidean"])
@pytest.mark.parametrize("scale", [1e-25, 1e-12, 1e12, 1e25])
def test_no_square_overflows_or_vanishes(name, scale):
    x = torch.tensor([[3.0, 4.0]]).mul(scale).requires_grad_()
    found = DISTANCES[name](x, torch.zeros(1, 2))
    assert found.item() == pytest.approx(slow(name, [3.0, 4.0], [0.0, 0.0]) * scale, rel=1e-5)
    found.sum().backward()
    assert torch.isfinite(x.grad).all()


def test_weighted_euclidean_lies_between_its_bounds(points):
    images, labels = points
    found, highest = DISTANCES["weighted_euclidean"](images, labels), DISTANCES["chebyshev"](images, labels)
    assert (found <= highest + 1e-12).all()
    assert (found >= highest / math.sqrt(images.shape[1]) - 1e-12).all()


@pytest.mark.parametrize("name", [*DISTANCES, "cosine"])
def test_half_precision_is_computed_in_float32(name, points):
    images, labels = (p.to(torch.bfloat16) for p in points)
    found = relevance(name, images, labels)
    assert found.dtype is torch.float32
    torch.testing.assert_close(found, relevance(name, images.float(), labels.float()))


def test_cosine_of_a_zero_vector_is_zero():
    assert float(cosine(torch.zeros(1, 3), torch.ones(1, 3))) == 0
    assert float(cosine(torch.ones(1, 3), 2 * torch.ones(1, 3))) == pytest.approx(1)


def test_nearer_labels_have_higher_relevance():
    x, labels = torch.tensor([[1.0, 0.2]]), torch.tensor([[1.0, 0.3], [-1.0, 2.0]])
    for name in (*DISTANCES, "cosine"):
        near, far = relevance(name, x, labels)[0].tolist()
        assert near > far, name
