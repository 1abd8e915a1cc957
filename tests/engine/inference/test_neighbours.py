from __future__ import annotations

import numpy as np
import pytest

from engine.errors import WrongUsage
from engine.inference.neighbours import Neighbours

RNG = np.random.default_rng(7)
VECTORS = RNG.normal(size=(60, 8)).astype(np.float32)
APART = np.array([[0.1], [0.2], [0.3]], np.float32)  # no two neighbours are equally near


def index():
    return Neighbours.of([(100 + k, VECTORS[k]) for k in RNG.permutation(60)])


def slow(queries, count, leave_out=()):
    found = []
    for k, vector in enumerate(VECTORS):
        if 100 + k not in leave_out:
            found.append((min(float(np.sqrt(((vector - q) ** 2).sum())) for q in queries), 100 + k))
    return [(number, distance) for distance, number in sorted(found)[:count]]


@pytest.mark.parametrize("count", [1, 7, 60, 99])
@pytest.mark.parametrize("queries", [VECTORS[3:4], VECTORS[[3, 40, 50]] + APART])
def test_exact_as_by_loops(count, queries):
    found, expected = index().nearest(queries, count), slow(queries, count)
    assert [number for number, _ in found] == [number for number, _ in expected]
    assert [d for _, d in found] == pytest.approx([d for _, d in expected], abs=1e-5)


def test_what_is_asked_about_is_not_found():
    asked = [103, 140]
    known = index()
    assert np.array_equal(known.of_items(asked), VECTORS[[3, 40]])
    found = known.nearest(known.of_items(asked), 5, leave_out=asked)
    assert [n for n, _ in found] == [n for n, _ in slow(VECTORS[[3, 40]], 5, asked)]


def test_nothing_to_search():
    assert Neighbours.of([]).nearest(VECTORS[:1], 3) == []
    assert index().nearest(VECTORS[:0], 3) == []
    assert index().of_items([5]).shape == (0, 8)


def test_embeddings_that_cannot_be_compared_are_refused():
    with pytest.raises(WrongUsage):
        Neighbours.of([(1, VECTORS[0]), (2, VECTORS[0][:4])])
    with pytest.raises(WrongUsage):
        Neighbours.of([(1, VECTORS[0] * np.nan)])
