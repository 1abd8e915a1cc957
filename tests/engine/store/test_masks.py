"""Corrected masks: strokes, undo and redo against whole copies of the mask."""

from __future__ import annotations

import uuid

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.errors import BadMask, StoreConflict, WrongUsage
from engine.imaging.masks import delta_between
from engine.records import Case, CaseState, Correction, CorrectionKind, MaskDelta, TileChange
from engine.store import masks
from engine.store.project import Project, open_project
from engine.store.tables import mask_tile_table

Mask = NDArray[np.bool_]
SHAPE = (300, 400)


def square(y: int, x: int, side: int = 20) -> Mask:
    mask = np.zeros(SHAPE, np.bool_)
    mask[y : y + side, x : x + side] = True
    return mask


def paint(
    project: Project, case: Case, before: Mask, after: Mask, reader: str = "A", eye: int = 0
) -> Correction:
    correction = Correction(case.id, case.instances[eye].id, CorrectionKind.MASK, "MA", None, None, reader)
    return project.record_mask(correction, delta_between(before, after))


def current(project: Project, case: Case, eye: int = 0) -> Mask:
    mask = project.mask(case.instances[eye].id, "MA")
    assert mask is not None
    assert mask.dtype == np.bool_
    return mask


def test_a_mask_starts_on_the_prediction(project: Project, pair: Case) -> None:
    instance, base = pair.instances[0].id, square(10, 250)
    assert project.mask(instance, "MA") is None
    started = project.start_mask(instance, "MA", base, "A", "lesion_unet v1")
    assert (started.before, started.after, started.model) == (None, 400, "lesion_unet v1")
    painted = base | square(200, 5)
    paint(project, pair, base, painted)
    np.testing.assert_array_equal(current(project, pair), painted)
    assert project.mask(instance, "HE") is None
    assert project.review(pair.id).instances[instance].lesions == {"MA"}
    assert project.case(pair.id).state is CaseState.IN_REVIEW
    with pytest.raises(StoreConflict, match="already"):
        project.start_mask(instance, "MA", base, "B")


def test_an_empty_start_says_no_such_lesion(project: Project, pair: Case) -> None:
    project.start_mask(pair.instances[0].id, "MA", np.zeros(SHAPE, np.bool_), "A")
    assert not current(project, pair).any()
    project.undo(project.undoable("A")[0].id, "A")
    assert project.mask(pair.instances[0].id, "MA") is None


def test_strokes_of_others_elsewhere_stay_and_here_conflict(project: Project, pair: Case) -> None:
    empty = np.zeros(SHAPE, np.bool_)
    mine, theirs = square(10, 10), square(10, 300)
    first = paint(project, pair, empty, mine, "A")
    paint(project, pair, empty, theirs, "B")
    np.testing.assert_array_equal(current(project, pair), mine | theirs)
    with pytest.raises(StoreConflict, match="somebody else"):
        paint(project, pair, empty, square(30, 30), "B")
    assert len(project.events(pair.id)) == 2
    project.undo(first.id, "A")
    np.testing.assert_array_equal(current(project, pair), theirs)


def test_an_old_stroke_under_a_newer_one_is_not_undone(project: Project, pair: Case) -> None:
    empty = np.zeros(SHAPE, np.bool_)
    first = paint(project, pair, empty, square(10, 10), "A")
    paint(project, pair, square(10, 10), square(10, 10) | square(20, 20), "B")
    with pytest.raises(StoreConflict):
        project.undo(first.id, "A")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["paint", "erase", "undo", "redo"]), max_size=14), st.integers(0, 9))
def test_any_history_agrees_with_whole_copies(
    project: Project, pair: Case, steps: list[str], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    instance = pair.instances[0].id
    lesion = reader = uuid.uuid4().hex  # every example has a mask and a history of its own
    states: list[Mask] = [np.zeros(SHAPE, np.bool_)]
    redo: list[Mask] = []
    for step in steps:
        now = states[-1]
        if step == "undo":
            if len(states) > 1:
                project.undo(project.undoable(reader, 1)[0].id, reader)
                redo.append(states.pop())
        elif step == "redo":
            if redo:
                project.undo(project.redoable(reader, 1)[0].id, reader)
                states.append(redo.pop())
        else:
            patch = square(int(rng.integers(280)), int(rng.integers(380)), int(rng.integers(5, 120)))
            after = now | patch if step == "paint" else now & ~patch
            event = Correction(pair.id, instance, CorrectionKind.MASK, lesion, None, None, reader)
            project.record_mask(event, delta_between(now, after))
            states.append(after)
            redo.clear()
        found = project.mask(instance, lesion)
        if len(states) == 1:
            assert found is None
        else:
            np.testing.assert_array_equal(found, states[-1])
        assert len(project.undoable(reader)) == len(states) - 1
        assert len(project.redoable(reader)) == len(redo)


def test_tiles_can_be_derived_anew(project: Project, pair: Case) -> None:
    rng = np.random.default_rng(3)
    mask = np.zeros(SHAPE, np.bool_)
    for _ in range(20):
        after = mask ^ square(int(rng.integers(280)), int(rng.integers(380)), 40)
        paint(project, pair, mask, after)
        mask = after
    project.undo(project.undoable("A")[0].id, "A")
    before = current(project, pair)
    with project.database.write() as connection:
        connection.execute(sa.delete(mask_tile_table))
    assert not current(project, pair).any()
    project.rebuild_summaries()
    np.testing.assert_array_equal(current(project, pair), before)


def test_masks_survive_a_restart(project: Project, pair: Case) -> None:
    after = square(290, 390)
    made = paint(project, pair, np.zeros(SHAPE, np.bool_), after)
    with open_project(project.root) as again:
        np.testing.assert_array_equal(current(again, pair), after)
        assert again.mask_delta(made.id) == delta_between(np.zeros(SHAPE, np.bool_), after)


@pytest.mark.parametrize(
    "delta",
    [
        MaskDelta(300, 401, ()),
        MaskDelta(300, 400, (TileChange(2, 0, b"", b""),)),
        MaskDelta(300, 400, (TileChange(0, 0, b"no tile", b""),)),
    ],
)
def test_strokes_that_do_not_fit_are_refused(project: Project, pair: Case, delta: MaskDelta) -> None:
    event = Correction(pair.id, pair.instances[0].id, CorrectionKind.MASK, "MA", None, None, "A")
    with pytest.raises(BadMask):
        project.record_mask(event, delta)
    assert project.events(pair.id) == []


def test_a_start_of_another_size_or_on_no_image_is_refused(project: Project, pair: Case) -> None:
    with pytest.raises(BadMask):
        project.start_mask(pair.instances[0].id, "MA", np.zeros((3, 3), np.bool_), "A")
    with pytest.raises(WrongUsage):
        project.start_mask(99, "MA", np.zeros(SHAPE, np.bool_), "A")


def test_packed_strokes() -> None:
    tiles = (TileChange(1, 2, b"", b"abc"), TileChange(3, 0, b"x", b""))
    assert masks.unpack(masks.pack(tiles)) == tiles
    assert masks.unpack(b"") == ()
    for cut in (5, 17, len(masks.pack(tiles)) - 1):
        with pytest.raises(BadMask, match="cut short"):
            masks.unpack(masks.pack(tiles)[:cut])
