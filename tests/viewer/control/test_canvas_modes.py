"""Correcting masks, comparing and measuring, by real keys and mouse events on the window."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.errors import StoreUnavailable
from engine.records import Box, Correction, ModelVersion
from viewer.app import Lynceus
from viewer.canvas.view import ImageView
from viewer.jobs.writer import Write
from viewer.state.compare import Compared
from viewer.state.geometry import Facing
from viewer.state.measurements import Kind

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
PRESS, MOVE, RELEASE = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonRelease,
)


def open_case(lynceus: Lynceus, qtbot: QtBot, name: str) -> None:
    project = lynceus.desk.project
    assert project is not None
    row = next(r for r in project.case_rows(project.case_ids()) if r.name.startswith(name))
    lynceus.cases.open(row.id)
    settle(lynceus, qtbot)


def settle(lynceus: Lynceus, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: all(lynceus.pictures.picture_of(i) for i in lynceus.pictures.shown))
    qtbot.waitUntil(lambda: lynceus.desk.images.is_idle)
    QApplication.processEvents()


def key(lynceus: Lynceus, code: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(QApplication.focusWidget() or lynceus.window.canvas.views[0], code, keys)
    QApplication.processEvents()


def saved(lynceus: Lynceus) -> None:
    assert lynceus.desk.writer.flush()
    QApplication.processEvents()


def drag(view: ImageView, points: list[tuple[float, float]], keys: Qt.KeyboardModifier = NONE) -> None:
    """Image positions, with the left button."""
    for n, (x, y) in enumerate([*points, points[-1]]):
        kind = PRESS if n == 0 else RELEASE if n == len(points) else MOVE
        at = QPointF(*view.transform().to_view(x, y))
        button = Qt.MouseButton.NoButton if kind == MOVE else Qt.MouseButton.LeftButton
        held = Qt.MouseButton.NoButton if kind == RELEASE else Qt.MouseButton.LeftButton
        event = QMouseEvent(kind, at, QPointF(view.mapToGlobal(at)), button, held, keys)
        QApplication.sendEvent(view, event)


def hover(view: ImageView, x: float, y: float) -> None:
    at = QPointF(*view.transform().to_view(x, y))
    none = Qt.MouseButton.NoButton
    QApplication.sendEvent(view, QMouseEvent(MOVE, at, QPointF(view.mapToGlobal(at)), none, none, NONE))


@pytest.fixture
def editing(lynceus: Lynceus, qtbot: QtBot) -> Lynceus:
    """The masks of the right eye of P-1 are being corrected: two round haemorrhages by the model."""
    open_case(lynceus, qtbot, "P-1")
    key(lynceus, Qt.Key.Key_E)
    assert lynceus.desk.editing
    settle(lynceus, qtbot)
    return lynceus


def plane(lynceus: Lynceus, code: str = "HE") -> np.ndarray:
    assert lynceus.pictures.edit is not None
    return lynceus.pictures.edit.plane(code) > 0


def stored(lynceus: Lynceus, code: str = "HE") -> np.ndarray | None:
    saved(lynceus)
    project, here = lynceus.desk.project, lynceus.desk.open
    assert project is not None and here is not None
    return project.mask(here.active, code)


def test_the_mode_has_the_canvas_to_itself_and_gives_it_back(editing: Lynceus, qtbot: QtBot) -> None:
    canvas, window = editing.window.canvas, editing.window
    assert canvas.panes[0].isVisible() and not canvas.panes[1].isVisible()
    assert window.edit_bar.isVisible() and not window.evidence.isVisible()
    assert window.actions_by_id["masks.brush"].isChecked()
    key(editing, Qt.Key.Key_Escape)
    assert canvas.panes[1].isVisible() and not window.edit_bar.isVisible()
    assert window.evidence.isVisible()
    key(editing, Qt.Key.Key_Y)
    key(editing, Qt.Key.Key_E)
    assert canvas.panes[1].isVisible() and not canvas.panes[0].isVisible()


@pytest.mark.parametrize(
    ("digit", "tool", "points"),
    [
        (Qt.Key.Key_1, "brush", [(200, 200), (220, 200)]),
        (Qt.Key.Key_4, "lasso", [(190, 190), (220, 190), (220, 220), (190, 220), (190, 200)]),
        (Qt.Key.Key_5, "wand", [(160, 120), (170, 120)]),
    ],
)
def test_tools_by_their_digit_paint_and_are_journalled(
    editing: Lynceus, digit: Qt.Key, tool: str, points: list[tuple[float, float]]
) -> None:
    before = plane(editing).copy()
    key(editing, digit)
    assert editing.window.canvas.views[0].tool().name == tool
    drag(editing.window.canvas.views[0], points)
    after = plane(editing).copy()
    assert after.sum() > before.sum() + 100
    assert np.array_equal(stored(editing), after)
    key(editing, Qt.Key.Key_Z, CONTROL)
    saved(editing)
    assert np.array_equal(plane(editing), before)


def test_a_polygon_by_clicks_and_enter(editing: Lynceus) -> None:
    key(editing, Qt.Key.Key_3)
    view = editing.window.canvas.views[0]
    for corner in ((200, 150), (240, 150), (240, 190)):
        drag(view, [corner])
    key(editing, Qt.Key.Key_Return)
    assert plane(editing)[160, 235]
    assert editing.desk.editing and editing.desk.open.case.name.startswith("P-1")  # Enter accepted nothing


def test_one_lesion_is_accepted_by_a_click_from_an_empty_mask(editing: Lynceus) -> None:
    key(editing, Qt.Key.Key_Delete, SHIFT)
    assert not plane(editing).any()
    key(editing, Qt.Key.Key_6)
    layers = editing.pictures._mask_layers(0)
    assert layers[-1].code == "candidates" and layers[-1].source()[0].any()
    view = editing.window.canvas.views[0]
    drag(view, [(50, 70)])
    assert plane(editing)[70, 50] and not plane(editing)[70, 150]
    drag(view, [(150, 70)])
    assert plane(editing)[70, 150]
    drag(view, [(50, 70)], SHIFT)
    assert np.array_equal(stored(editing), plane(editing)) and not plane(editing)[70, 50]
    key(editing, Qt.Key.Key_1)
    assert all(layer.code != "candidates" for layer in editing.pictures._mask_layers(0))


@pytest.mark.parametrize("away", [False, True])
def test_masks_are_corrected_on_only_with_every_stroke_on_them(
    editing: Lynceus, qtbot: QtBot, away: bool
) -> None:
    """The store is slow: who leaves the mode, or the case, and comes back finds the last stroke there."""
    gate, case = threading.Event(), editing.desk.open.case.id
    editing.desk.writer.submit(Write("slow", case, lambda: (gate.wait(20), [])[1]))
    drag(editing.window.canvas.views[0], [(150, 70)])
    assert editing.desk.writer.pending == 2
    key(editing, Qt.Key.Key_Escape)
    if away:
        editing.cases.step(1)
        QApplication.processEvents()
        editing.cases.step(-1)
    assert editing.desk.open.case.id == case
    key(editing, Qt.Key.Key_E)
    assert not editing.desk.editing  # its masks are still being saved
    gate.set()
    qtbot.waitUntil(lambda: editing.desk.editing)  # without being asked again
    assert plane(editing)[70, 150]
    drag(editing.window.canvas.views[0], [(250, 200)])
    assert np.array_equal(stored(editing), plane(editing))
    events = editing.desk.project.events(case)
    assert events[-1].after == plane(editing).sum()


def test_masks_are_not_corrected_while_an_edit_cannot_be_saved(editing: Lynceus, qtbot: QtBot) -> None:
    def full() -> list[Correction]:
        raise StoreUnavailable("the disk is full", "/x", "Free some space.")

    key(editing, Qt.Key.Key_Escape)
    editing.desk.writer.submit(Write("grade", editing.desk.open.case.id, full))
    qtbot.waitUntil(lambda: editing.desk.writer.blocked)
    settle(editing, qtbot)
    editing.run("masks.edit")
    assert not editing.desk.editing
    editing.desk.writer.drop()
    editing.run("masks.edit")
    qtbot.waitUntil(lambda: editing.desk.editing)


def test_waiting_for_masks_ends_with_another_press_or_case(editing: Lynceus, qtbot: QtBot) -> None:
    gate, case = threading.Event(), editing.desk.open.case.id
    for end in (editing.masks.toggle, lambda: editing.cases.step(1)):
        gate.clear()
        editing.desk.writer.submit(Write("slow", case, lambda: (gate.wait(20), [])[1]))
        if editing.desk.editing:
            key(editing, Qt.Key.Key_Escape)
        editing.masks.toggle()
        assert not editing.desk.editing
        end()
        gate.set()
        saved(editing)
        settle(editing, qtbot)
        assert not editing.desk.editing
        editing.pictures.loading.outdate_layers(editing.desk.open.active)  # still to be read, the second time


def test_shapes_change_the_lesion_under_the_pointer_or_all(editing: Lynceus, qtbot: QtBot) -> None:
    view, before = editing.window.canvas.views[0], plane(editing).copy()
    hover(view, 50, 70)
    key(editing, Qt.Key.Key_W)
    assert plane(editing)[:, :100].sum() > before[:, :100].sum()
    assert np.array_equal(plane(editing)[:, 100:], before[:, 100:])
    key(editing, Qt.Key.Key_W, SHIFT)
    hover(view, 250, 200)
    key(editing, Qt.Key.Key_W)
    assert plane(editing)[:, 100:].sum() > before[:, 100:].sum()
    hover(view, 50, 70)
    key(editing, Qt.Key.Key_Delete)
    assert not plane(editing)[:, :100].any() and plane(editing)[:, 100:].any()
    editing.mask_tools.specks = 1000
    key(editing, Qt.Key.Key_S)
    assert not plane(editing).any()
    assert np.array_equal(stored(editing), plane(editing))
    texts = [entry.text for entry in editing.decisions.undo_stack._done]
    assert texts == ["HE grown", "HE shrunk", "HE grown", "stroke on HE", "HE without specks"]


def test_holes_are_filled(editing: Lynceus) -> None:
    drag(editing.window.canvas.views[0], [(150, 70)])
    key(editing, Qt.Key.Key_2)
    editing.window.edit_bar.brush.setValue(4)
    drag(editing.window.canvas.views[0], [(150, 70)])
    assert not plane(editing)[70, 150]
    hover(editing.window.canvas.views[0], 159, 70)
    key(editing, Qt.Key.Key_F, SHIFT)
    assert plane(editing)[70, 150]


def test_the_threshold_moves_the_mask_and_is_recorded_with_it(editing: Lynceus) -> None:
    bar, here = editing.window.edit_bar, editing.desk.open
    before = plane(editing).copy()
    view = editing.window.canvas.views[0]
    drag(view, [(250, 200)])
    painted = plane(editing).copy()
    key(editing, Qt.Key.Key_T)
    assert bar.threshold.hasFocus()
    assert bar.threshold.value() == 50
    bar.threshold.setSliderDown(True)
    for value in (70, 99, 40):
        bar.threshold.setValue(value)
    assert editing.pictures.edit.stroking == "HE"
    bar.threshold.setSliderDown(False)  # emits sliderReleased
    assert np.array_equal(plane(editing), painted)  # the map has nothing between 0 and 1
    assert editing.pictures.edit.stroking == ""
    maps = {"HE": np.where(before, 160, np.where(np.indices(before.shape)[1] < 100, 80, 0)).astype(np.uint8)}
    editing.pictures.maps._maps, editing.pictures.maps._upright = maps, {}
    key(editing, Qt.Key.Key_Home)
    assert plane(editing)[:, :100].all() and plane(editing)[200, 250]  # what was painted stays
    saved(editing)
    said = editing.desk.project.review(here.case.id).instances[here.active]
    assert said.thresholds == {"HE": 0.01}
    assert editing.pictures.maps.threshold("HE") == pytest.approx(0.01)
    editing.window.canvas.views[0].setFocus()
    key(editing, Qt.Key.Key_Z, CONTROL)
    saved(editing)
    assert np.array_equal(plane(editing), painted)
    assert editing.desk.project.review(here.case.id).instances[here.active].thresholds == {}
    assert bar.threshold.value() == 50


def test_arrows_move_the_threshold_and_not_the_worklist(editing: Lynceus) -> None:
    case = editing.desk.open.case.id
    key(editing, Qt.Key.Key_T)
    for code in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Right):
        key(editing, code)
    assert editing.desk.open.case.id == case and editing.window.edit_bar.threshold.value() == 51


def test_single_lesions_are_listed_looked_at_and_deleted(editing: Lynceus, qtbot: QtBot) -> None:
    panel, view = editing.window.review.lesions.regions, editing.window.canvas.views[0]
    editing.window.edit_bar.brush.setValue(40)
    drag(view, [(250, 200)])
    qtbot.waitUntil(lambda: panel.list.count() == 3)
    assert editing.window.review.lesions.line("HE").count.text() == "3"
    item = panel.list.visualItemRect(panel.list.item(0)).center()
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=item)
    x, y = view.transform().to_image(view.width() / 2, view.height() / 2)
    assert (x, y) == pytest.approx((250, 200), abs=2)
    assert view.view_scale() > 2
    QTest.mouseClick(panel.delete, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.list.count() == 2)
    assert not plane(editing)[200, 250]
    view.setFocus()
    key(editing, Qt.Key.Key_J)
    assert panel.list.currentRow() >= 0


def test_in_review_a_click_on_a_kind_lists_its_lesions(lynceus: Lynceus, qtbot: QtBot) -> None:
    open_case(lynceus, qtbot, "P-1")
    panel = lynceus.window.review.lesions
    assert panel.regions.isHidden()
    QTest.mouseClick(panel.line("HE"), Qt.MouseButton.LeftButton)
    assert panel.regions.list.count() == 2 and panel.regions.delete.isHidden()
    assert panel.line("HE").area.text().endswith(("DA", "px"))


def test_more_than_a_hundred_steps_survive_changing_the_case_and_a_restart(
    make_lynceus: Callable[[], Lynceus], project_root: Path, qtbot: QtBot
) -> None:
    before = make_lynceus()
    before.open([project_root])
    before.window.show()
    open_case(before, qtbot, "P-1")
    before.run("masks.edit")
    before.window.canvas.tool_settings.brush = 3.0
    view, states = before.window.canvas.views[0], [plane(before).copy()]
    for n in range(103):
        drag(view, [(5 + 2.5 * n, 20 + n), (6 + 2.5 * n, 22 + n)])
        states.append(plane(before).copy())
    saved(before)
    open_case(before, qtbot, "P-2")
    before.close()
    after = make_lynceus()
    after.open([project_root])
    after.window.show()
    assert len(after.decisions.undo_stack) == 103
    open_case(after, qtbot, "P-1")
    after.run("masks.edit")
    assert np.array_equal(plane(after), states[-1])
    for n in range(101):
        after.run("edit.undo")
        assert np.array_equal(plane(after), states[-2 - n]), n
    assert np.array_equal(stored(after), states[2])
    after.close()
    third = make_lynceus()
    third.open([project_root])
    third.window.show()
    open_case(third, qtbot, "P-1")
    third.run("masks.edit")
    for n in range(20):
        third.run("edit.redo")
        assert np.array_equal(plane(third), states[3 + n]), n
    assert np.array_equal(stored(third), states[22])


# -- comparing ---------------------------------------------------------------------------------------


def test_before_and_after_correction_side_by_side(editing: Lynceus, qtbot: QtBot) -> None:
    drag(editing.window.canvas.views[0], [(250, 200)])
    saved(editing)
    key(editing, Qt.Key.Key_Escape)
    settle(editing, qtbot)
    key(editing, Qt.Key.Key_T)
    settle(editing, qtbot)
    views = editing.window.canvas.views
    assert editing.desk.comparing and editing.window.compare_bar.isVisible()
    assert [view.picture().title for view in views] == ["OD right eye · model", "OD right eye · corrected"]
    masks = [editing.pictures._mask_layers(n)[0].pyramid.array for n in range(2)]
    assert masks[0].sum() < masks[1].sum()
    views[0].zoom_to(Box(200, 150, 300, 250))
    assert views[1].transform().to_image(50, 50) == pytest.approx(
        views[0].transform().to_image(50, 50), abs=1
    )
    key(editing, Qt.Key.Key_Escape)
    assert not editing.desk.comparing and not editing.window.compare_bar.isVisible()
    assert views[1].picture().title == "OS left eye"


def test_the_fellow_eye_is_mirrored_so_that_both_look_alike(lynceus: Lynceus, qtbot: QtBot) -> None:
    open_case(lynceus, qtbot, "P-1")
    lynceus.run("view.compare_fellow")
    settle(lynceus, qtbot)
    views = lynceus.window.canvas.views
    assert [view.transform().facing for view in views] == [Facing(), Facing(0, True)]
    lynceus.run("view.turn_right")
    assert [view.transform().facing.quarters for view in views] == [1, 1]
    lynceus.run("measure.stop")
    assert [view.transform().facing for view in views] == [Facing(), Facing()]


def test_old_and_new_model(lynceus: Lynceus, qtbot: QtBot) -> None:
    open_case(lynceus, qtbot, "P-1")
    here, project = lynceus.desk.open, lynceus.desk.project
    lynceus.run("view.compare_model")
    assert not lynceus.desk.comparing
    said = here.stored(here.active, "lesion_unet").prediction
    newer = replace(said, model=ModelVersion("lesion_unet", "v2", "ee" * 32), thresholds={"HE": 0.5})
    grown = np.ascontiguousarray(np.roll(np.asarray(said.masks["HE"]), 40, axis=0))
    project.add_predictions([(here.active, replace(newer, masks={"HE": grown}))])
    lynceus.desk.case_opened.emit()
    settle(lynceus, qtbot)
    lynceus.compare.start(Compared.MODEL)
    settle(lynceus, qtbot)
    titles = [view.picture().title for view in lynceus.window.canvas.views]
    assert titles == ["OD right eye · v1", "OD right eye · v2"]
    old, new = (lynceus.pictures._mask_layers(n)[0].pyramid.array for n in range(2))
    assert np.array_equal(np.roll(old, 40, axis=0), new)
    lynceus.run("masks.edit")  # another mode ends this one
    assert not lynceus.desk.comparing and lynceus.desk.editing


# -- turning and measuring ---------------------------------------------------------------------------


def test_a_turned_display_is_kept_for_the_image_and_r_undoes_it(lynceus: Lynceus, qtbot: QtBot) -> None:
    open_case(lynceus, qtbot, "C-1")
    view = lynceus.window.canvas.views[0]
    key(lynceus, Qt.Key.Key_R, CONTROL)
    key(lynceus, Qt.Key.Key_H, CONTROL | SHIFT)
    turned = view.transform().facing
    assert turned == Facing(3, True)
    open_case(lynceus, qtbot, "P-1")
    assert view.transform().facing == Facing()
    open_case(lynceus, qtbot, "C-1")
    assert view.transform().facing == turned
    key(lynceus, Qt.Key.Key_R)
    assert view.transform().facing == Facing()


def test_measurements_stay_with_their_image_and_go_into_the_comment(lynceus: Lynceus, qtbot: QtBot) -> None:
    open_case(lynceus, qtbot, "P-1")
    view, here = lynceus.window.canvas.views[0], lynceus.desk.open
    key(lynceus, Qt.Key.Key_W)
    drag(view, [(100, 100), (130, 140)])
    key(lynceus, Qt.Key.Key_W, SHIFT)
    drag(view, [(100, 100), (140, 100)])
    drag(view, [(140, 60)])
    kinds = [m.kind for m in lynceus.pictures.measured[here.active]]
    assert kinds == [Kind.LENGTH, Kind.ANGLE]
    key(lynceus, Qt.Key.Key_Escape)
    assert view.tool().name == "pan"
    open_case(lynceus, qtbot, "P-2")
    assert not view._measurements
    open_case(lynceus, qtbot, "P-1")
    assert len(view._measurements) == 2
    key(lynceus, Qt.Key.Key_C, SHIFT)
    saved(lynceus)
    comment = lynceus.desk.project.review(here.case.id).comment
    assert comment.startswith("R length 50.0 px") and comment.endswith("angle 90.0°")
    lynceus.run("measure.disc")
    assert view.measure_scale().disc == pytest.approx(50)
    assert view.measure_scale().disc_measured
    key(lynceus, Qt.Key.Key_Backspace)
    assert len(view._measurements) == 1
    key(lynceus, Qt.Key.Key_Backspace, SHIFT)
    assert not view._measurements


def test_the_lens_is_there_while_its_key_is_held(lynceus: Lynceus, qtbot: QtBot) -> None:
    open_case(lynceus, qtbot, "C-1")
    view = lynceus.window.canvas.views[0]
    QTest.keyPress(view, Qt.Key.Key_Z)
    assert view.magnifies()
    QTest.keyRelease(view, Qt.Key.Key_Z)
    assert not view.magnifies()


def test_the_pointer_tells_millimetres_where_they_are_known(lynceus: Lynceus, qtbot: QtBot) -> None:
    open_case(lynceus, qtbot, "C-1")
    view = lynceus.window.canvas.views[0]
    view.set_picture(replace(view.picture(), spacing=(0.5, 0.25)))
    hover(view, 40.5, 60.5)
    text = lynceus.window.status.pointer.text()
    assert text.startswith("40, 60 · 10.1, 30.2 mm")
