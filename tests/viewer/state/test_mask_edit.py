from __future__ import annotations

import numpy as np
import pytest

from engine.errors import BadMask
from engine.imaging.geometry import upright
from engine.imaging.masks import apply_delta
from viewer.state.geometry import Rect
from viewer.state.mask_edit import MaskEdit


def inside(rects: tuple[Rect, ...], shape: tuple[int, int]) -> np.ndarray:
    out = np.zeros(shape, bool)
    for rect in rects:
        out[rect.slices] = True
    return out


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_stroke_is_painted_upright_and_stored_as_the_file_is(orientation: int) -> None:
    edit = MaskEdit(300, 520, orientation)
    view = edit.upright("HE")
    edit.begin_stroke("HE")
    changed = edit.paint_line((20.5, 30.5), (90.5, 200.5), 21)
    delta = edit.end_stroke()
    assert view.any()
    assert not (view.astype(bool) & ~inside(changed, view.shape)).any()
    assert np.array_equal(upright(edit.plane("HE"), orientation), view)
    again = np.zeros((300, 520), np.uint8)
    apply_delta(again, delta, 1)
    assert np.array_equal(again, edit.plane("HE"))


@pytest.mark.parametrize("orientation", [1, 6])
def test_undo_and_redo_of_random_strokes_give_every_state_back(orientation: int) -> None:
    rng = np.random.default_rng(4)
    edit = MaskEdit(600, 700, orientation)
    edit.set_plane("EX", rng.random((600, 700)) > 0.9)
    bounds = edit.bounds
    states, deltas = [edit.plane("EX").copy()], []
    for _ in range(12):
        edit.begin_stroke("EX")
        for _ in range(3):
            points = rng.uniform((-30, -30), (bounds.x1 + 30, bounds.y1 + 30), (2, 2))
            edit.paint_line(
                tuple(points[0]), tuple(points[1]), float(rng.integers(1, 300)), value=int(rng.integers(0, 2))
            )
        deltas.append(edit.end_stroke())
        states.append(edit.plane("EX").copy())
    for delta, state in zip(reversed(deltas), reversed(states[:-1]), strict=True):
        before = edit.upright("EX").copy()
        rect = edit.apply("EX", delta.inverted())
        assert np.array_equal(edit.plane("EX"), state)
        assert not ((before != edit.upright("EX")) & ~inside((rect,), before.shape)).any()
    for delta, state in zip(deltas, states[1:], strict=True):
        edit.apply("EX", delta)
        assert np.array_equal(edit.plane("EX"), state)


def test_keep_others_leaves_their_pixels_alone_and_erasing_ignores_it() -> None:
    edit = MaskEdit(100, 100)
    other = np.zeros((100, 100), bool)
    other[:, 50:] = True
    edit.set_planes({"HE": other, "MA": None})
    edit.begin_stroke("MA")
    edit.paint_line((50, 50), (50, 50), 40, keep_others=True)
    edit.end_stroke()
    assert edit.plane("MA").any()
    assert not (edit.plane("MA") & edit.plane("HE")).any()
    edit.set_plane("MA", np.ones((100, 100), bool))
    edit.begin_stroke("MA")
    edit.paint_line((50, 50), (50, 50), 40, value=0, keep_others=True)
    edit.end_stroke()
    assert edit.plane("MA")[50, 60] == 0


def test_the_changed_rectangles_of_a_large_brush_are_much_smaller_than_its_square() -> None:
    edit = MaskEdit(1500, 1500)
    edit.begin_stroke("HE")
    edit.paint_line((700, 700), (700, 700), 1000)
    changed = edit.paint_line((700, 700), (710, 700), 1000)
    assert 0 < sum(r.width * r.height for r in changed) < 0.5 * 1000 * 1000
    assert edit.paint_line((710, 700), (710, 700), 900) == ()


def test_a_stroke_that_changes_nothing_has_no_tiles_and_a_cancelled_one_leaves_nothing() -> None:
    edit = MaskEdit(64, 64)
    edit.begin_stroke("MA")
    assert edit.end_stroke().tiles == ()
    edit.begin_stroke("MA")
    edit.paint_line((30, 30), (30, 30), 9)
    assert edit.cancel_stroke() is not None
    assert not edit.plane("MA").any()
    assert edit.stroking == ""


def test_fill_closes_a_hole() -> None:
    edit = MaskEdit(50, 60, 6)
    ring = np.zeros((60, 50), bool)
    ring[10:30, 10:40] = True
    ring[15:25, 15:35] = False
    edit.upright("SE")[...] = ring
    edit.begin_stroke("SE")
    changed = edit.fill(20, 20)
    assert edit.end_stroke().tiles
    assert changed == (Rect(15, 15, 35, 25),)
    assert edit.upright("SE")[10:30, 10:40].all()
    edit.begin_stroke("SE")
    assert edit.fill(2, 2) == ()


def test_misuse_is_refused() -> None:
    edit = MaskEdit(10, 20)
    with pytest.raises(BadMask, match="does not fit"):
        edit.set_plane("MA", np.zeros((20, 10), bool))
    with pytest.raises(RuntimeError, match="outside a stroke"):
        edit.paint_line((1, 1), (2, 2), 3)
    edit.begin_stroke("MA")
    with pytest.raises(RuntimeError, match="not ended"):
        edit.begin_stroke("HE")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_preview_is_taken_back_and_painted_anew_within_one_step(orientation: int) -> None:
    edit = MaskEdit(60, 80, orientation)
    edit.set_plane("HE", np.random.default_rng(3).random((60, 80)) < 0.3)
    before = edit.plane("HE").copy()
    edit.begin_stroke("HE")
    assert edit.restart_stroke() == ()
    edit.paint_line((20, 20), (40, 30), 9)
    changed = edit.restart_stroke()
    assert np.array_equal(edit.plane("HE"), before)
    assert len(changed) == 1
    edit.paint_line((10, 40), (40, 40), 5)
    after = edit.plane("HE").copy()
    delta = edit.end_stroke()
    edit.apply("HE", delta.inverted())
    assert np.array_equal(edit.plane("HE"), before)
    edit.apply("HE", delta)
    assert np.array_equal(edit.plane("HE"), after)


@pytest.mark.parametrize("orientation", [1, 3, 6, 7])
def test_a_region_is_the_lesion_under_a_position_or_all_of_its_kind(orientation: int) -> None:
    edit = MaskEdit(60, 80, orientation)
    shown = edit.upright("HE")
    shown[10:14, 20:30] = 1
    shown[40:45, 30:33] = 1
    rect, inside = edit.region("HE", (25.5, 12.5))
    assert rect == (20, 10, 30, 14)
    assert inside.all()
    rect, inside = edit.region("HE")
    assert rect == (20, 10, 33, 45)
    assert inside.sum() == 55
    assert edit.region("HE", (0.5, 0.5))[0].empty
    assert edit.region("EX")[0].empty
