from __future__ import annotations

import zlib
from collections import deque
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.errors import BadMask
from engine.imaging import masks
from engine.records import Box


def _flood(mask: np.ndarray, connectivity: int) -> list[set[tuple[int, int]]]:
    """Components by breadth-first search, one pixel at a time."""
    steps = [(0, 1), (1, 0), (0, -1), (-1, 0)]
    if connectivity == 8:
        steps += [(1, 1), (1, -1), (-1, 1), (-1, -1)]
    left = {(int(r), int(c)) for r, c in np.argwhere(mask)}
    found = []
    while left:
        start = left.pop()
        part, queue = {start}, deque([start])
        while queue:
            row, column = queue.popleft()
            for dr, dc in steps:
                place = (row + dr, column + dc)
                if place in left:
                    left.remove(place)
                    part.add(place)
                    queue.append(place)
        found.append(part)
    return found


@settings(max_examples=60, deadline=None)
@given(arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9))), st.sampled_from([4, 8]))
def test_components_agree_with_a_flood_fill(mask: np.ndarray, connectivity: int) -> None:
    expected = _flood(mask, connectivity)
    labels, found = masks.components(mask, connectivity)
    assert masks.count(mask, connectivity) == len(expected) == len(found)
    assert sorted(masks.areas(mask, connectivity)) == sorted(len(part) for part in expected)
    for part in found:
        pixels = {(int(r), int(c)) for r, c in np.argwhere(labels == part.label)}
        assert pixels in expected
        rows, columns = zip(*pixels, strict=True)
        assert part.box == Box(min(columns), min(rows), max(columns) + 1, max(rows) + 1)
        assert part.center == pytest.approx((np.mean(columns) + 0.5, np.mean(rows) + 0.5))


def test_component_at_takes_one_lesion() -> None:
    mask = np.zeros((4, 6), np.uint8)
    mask[0, :2] = 255
    mask[3, 5] = 1
    np.testing.assert_array_equal(np.argwhere(masks.component_at(mask, 5.9, 3.2)), [[3, 5]])
    assert not masks.component_at(mask, 3, 3).any()
    assert not masks.component_at(mask, -1, 99).any()


def test_no_pixels_no_components() -> None:
    assert masks.count(np.zeros((0, 4), bool)) == 0


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 600), st.integers(1, 600), st.integers(0, 2**32 - 1), st.sampled_from([bool, np.uint8]))
def test_a_stroke_applies_and_undoes_exactly(rows: int, columns: int, seed: int, dtype: type) -> None:
    rng = np.random.default_rng(seed)
    before = (rng.random((rows, columns)) < 0.1).astype(dtype) * dtype(255 if dtype is np.uint8 else 1)
    after = before.copy()
    x0, x1 = sorted(rng.integers(0, columns + 1, 2).tolist())
    y0, y1 = sorted(rng.integers(0, rows + 1, 2).tolist())
    after[y0:y1, x0:x1] = 255 if dtype is np.uint8 else True
    delta = masks.delta_between(before, after, (x0, y0, x1, y1))
    mask = before.copy()
    masks.apply_delta(mask, delta)
    np.testing.assert_array_equal(mask, after)
    masks.apply_delta(mask, delta.inverted())
    np.testing.assert_array_equal(mask, before)
    assert delta == masks.delta_between(before, after)


def test_only_touched_tiles_are_kept() -> None:
    before = np.zeros((1000, 1000), bool)
    after = before.copy()
    after[250:260, 700] = True
    delta = masks.delta_between(before, after, (-50, -50, 5000, 5000))
    assert [(t.row, t.column) for t in delta.tiles] == [(0, 2), (1, 2)]
    assert masks.delta_between(before, before).tiles == ()
    assert masks.delta_between(before, after, (0, 0, 10, 10)).tiles == ()


def test_a_delta_works_on_an_upright_view() -> None:
    before = np.zeros((300, 300), bool)
    after = before.copy()
    after[3, 4] = True
    mask = before.copy()
    masks.apply_delta(mask.T, masks.delta_between(before, after))
    assert mask[4, 3] and mask.sum() == 1


def test_a_chosen_foreground_value() -> None:
    after = np.eye(5, dtype=bool)
    mask = np.zeros((5, 5), np.uint8)
    masks.apply_delta(mask, masks.delta_between(np.zeros_like(after), after), value=1)
    np.testing.assert_array_equal(mask, np.eye(5, dtype=np.uint8))


def test_damaged_strokes_are_refused_and_change_nothing() -> None:
    before, after = np.zeros((600, 600), bool), np.ones((600, 600), bool)
    delta = masks.delta_between(before, after)
    bomb = zlib.compress(bytes(10**7))
    for packed in (b"", b"rubbish", delta.tiles[-1].after[:-5], bomb):
        broken = replace(delta, tiles=(*delta.tiles[:-1], replace(delta.tiles[-1], after=packed)))
        mask = before.copy()
        with pytest.raises(BadMask, match="damaged"):
            masks.apply_delta(mask, broken)
        assert not mask.any()
    with pytest.raises(BadMask, match="outside"):
        masks.apply_delta(before, replace(delta, tiles=(replace(delta.tiles[0], row=3),)))


def test_sizes_and_types_must_fit() -> None:
    small, large = np.zeros((4, 4), bool), np.zeros((5, 4), bool)
    with pytest.raises(BadMask, match="compared"):
        masks.delta_between(small, large)
    with pytest.raises(BadMask, match="does not fit"):
        masks.apply_delta(large, masks.delta_between(small, ~small))
    with pytest.raises(BadMask, match="float64"):
        masks.components(np.zeros((4, 4)))  # type: ignore[arg-type]
