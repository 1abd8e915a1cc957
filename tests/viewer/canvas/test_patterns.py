from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from engine import vocabulary
from viewer.canvas.patterns import InkPlane, tile
from viewer.panels.lesions_panel import PATTERNS
from viewer.state.geometry import Rect
from viewer.state.overlays import Pattern


def test_every_pattern_of_the_vocabulary_can_be_drawn() -> None:
    assert {pattern.value for pattern in Pattern} == set(vocabulary.PATTERNS) == set(PATTERNS)
    assert len(set(PATTERNS.values())) == len(PATTERNS)
    for term in vocabulary.terms():
        assert tile(Pattern(term.pattern)).shape == (8, 8)


def test_patterns_differ_without_colour_wherever_they_are_hung_up() -> None:
    """No pattern is another one shifted; each leaves enough of the image to be seen."""
    for one, other in combinations(Pattern, 2):
        for dy in range(8):
            for dx in range(8):
                moved = np.roll(tile(other), (dy, dx), (0, 1))
                assert (tile(one) != moved).sum() >= 8, (one, other)
    for pattern in set(Pattern) - {Pattern.SOLID}:
        assert 0.2 < tile(pattern).mean() < 0.66, pattern


@pytest.mark.parametrize("origin", [(0, 0), (3, 5), (-2, 11)])
def test_the_plane_pans_along(origin: tuple[int, int]) -> None:
    plane = InkPlane((Pattern.BARS, Pattern.RINGS))
    part = plane.part(Rect(5, 6, 37, 29), origin)
    for k, pattern in enumerate(plane.patterns):
        whole = np.tile(tile(pattern), (8, 8))
        y, x = (6 - origin[1]) % 8, (5 - origin[0]) % 8
        np.testing.assert_array_equal(part >> k & 1, whole[y : y + part.shape[0], x : x + part.shape[1]])
