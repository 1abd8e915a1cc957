"""The view driven by real mouse and key events; pixels read back from the widget."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QShortcut, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.imaging.masks import apply_delta
from engine.records import Box, MaskDelta, Window
from viewer.canvas.hud import tag_rect
from viewer.canvas.view import ImageView
from viewer.state.geometry import MAX_SCALE, Facing
from viewer.state.mask_edit import MaskEdit
from viewer.state.measurements import Kind, Measurement, measured_text
from viewer.state.overlays import CanvasBox, CanvasPicture, MaskLayer
from viewer.tools.context import ToolSettings

LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton
NONE, SHIFT, CONTROL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


def make(
    qtbot: QtBot, array: np.ndarray, width: int = 400, height: int = 300, **picture: object
) -> ImageView:
    view = ImageView(settings=ToolSettings(lesion="HE", brush=20))
    qtbot.addWidget(view)
    view.resize(width, height)
    view.set_picture(CanvasPicture(array, **picture))  # type: ignore[arg-type]
    view.set_texts_visible(False)
    view.show()
    qtbot.waitExposed(view)
    return view


def mouse(
    view: ImageView,
    kind: QEvent.Type,
    at: tuple[float, float],
    button: Qt.MouseButton,
    keys: Qt.KeyboardModifier = NONE,
) -> None:
    point = QPointF(*at)
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else button
    own = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else button
    event = QMouseEvent(kind, point, QPointF(view.mapToGlobal(point)), own, held, keys)
    QApplication.sendEvent(view, event)


def drag(
    view: ImageView,
    points: list[tuple[float, float]],
    button: Qt.MouseButton = LEFT,
    keys: Qt.KeyboardModifier = NONE,
) -> None:
    mouse(view, QEvent.Type.MouseButtonPress, points[0], button, keys)
    for point in points[1:]:
        mouse(view, QEvent.Type.MouseMove, point, button, keys)
    mouse(view, QEvent.Type.MouseButtonRelease, points[-1], button, keys)


def wheel(view: ImageView, at: tuple[float, float], notches: int, keys: Qt.KeyboardModifier = NONE) -> None:
    event = QWheelEvent(
        QPointF(*at),
        QPointF(*at),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def pixels(view: ImageView) -> np.ndarray:
    """RGB of the widget as it is on the screen."""
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def editing(qtbot: QtBot, orientation: int = 1) -> tuple[ImageView, MaskEdit, list[tuple[str, MaskDelta]]]:
    rows, columns = (600, 800) if orientation < 5 else (800, 600)
    edit = MaskEdit(rows, columns, orientation)
    view = make(qtbot, np.zeros((600, 800), np.uint8))
    view.set_layers([MaskLayer("HE", "Haemorrhages", "#D55E00", mask=edit.upright("HE"))])
    view.set_edit(edit)
    view.set_tool("brush")
    deltas: list[tuple[str, MaskDelta]] = []
    view.stroke_finished.connect(lambda code, delta: deltas.append((code, delta)))
    return view, edit, deltas


def test_a_picture_is_fitted_with_its_own_window(qtbot: QtBot) -> None:
    array = np.full((300, 400), 700, np.uint16)
    array[:, 200:] = 1300
    view = make(qtbot, array, window=Window(1000, 1001))
    shown = pixels(view)
    assert tuple(shown[150, 60]) == (51, 51, 51)
    assert tuple(shown[150, 340]) == (204, 204, 204)
    assert not shown[1].any()
    view.resize(800, 600)
    assert view.view_scale() == pytest.approx((600 - 12) / 300)


def test_wheel_zooms_at_the_pointer_up_to_sixteen_times(qtbot: QtBot) -> None:
    view = make(qtbot, np.zeros((3000, 4000, 3), np.uint8))
    before = view.transform().to_image(100, 80)
    wheel(view, (100, 80), 3)
    assert view.transform().to_image(100, 80) == pytest.approx(before)
    assert view.view_scale() > 0.1
    for _ in range(60):
        wheel(view, (100, 80), 1)
    assert view.view_scale() == MAX_SCALE
    for _ in range(90):
        wheel(view, (100, 80), -1)
    assert 0 < view.view_scale() < 0.1


def test_control_wheel_changes_the_brush_and_not_the_view(qtbot: QtBot) -> None:
    view, _, _ = editing(qtbot)
    scale = view.view_scale()
    with qtbot.waitSignal(view.brush_changed):
        wheel(view, (100, 100), 1, CONTROL)
    assert view.settings.brush > 20
    assert view.view_scale() == scale


def test_middle_drag_and_space_drag_pan_and_right_drag_zooms(qtbot: QtBot) -> None:
    view, edit, _ = editing(qtbot)
    view.one_to_one()
    start = view.transform()
    drag(view, [(100, 100), (110, 95), (130, 90)], MIDDLE)
    assert (view.transform().tx - start.tx, view.transform().ty - start.ty) == (30, -10)
    view.setFocus()
    QTest.keyPress(view, Qt.Key.Key_Space)
    drag(view, [(130, 90), (100, 100)])
    QTest.keyRelease(view, Qt.Key.Key_Space)
    assert (view.transform().tx, view.transform().ty) == (start.tx, start.ty)
    assert not edit.plane("HE").any()
    fixed = view.transform().to_image(120, 120)
    drag(view, [(120, 120), (120, 60)], RIGHT)
    assert view.view_scale() > 1.2
    assert view.transform().to_image(120, 120) == pytest.approx(fixed)
    drag(view, [(100, 100), (130, 100)])
    assert edit.plane("HE").any()


def test_double_click_goes_between_fit_and_one_to_one_where_it_was_clicked(qtbot: QtBot) -> None:
    view = make(qtbot, np.zeros((1200, 1600), np.uint8))
    fitted = view.view_scale()
    place = view.transform().to_image(300, 200)
    mouse(view, QEvent.Type.MouseButtonDblClick, (300, 200), LEFT)
    assert view.view_scale() == 1.0
    assert view.transform().to_image(300, 200) == pytest.approx(place)
    mouse(view, QEvent.Type.MouseButtonDblClick, (10, 10), LEFT)
    assert view.view_scale() == fitted


def test_left_drag_windows_with_that_tool(qtbot: QtBot) -> None:
    view = make(qtbot, np.zeros((300, 400), np.uint16), window=Window(2000, 600))
    view.set_tool("window_level")
    seen: list[tuple[float, float]] = []
    view.window_changed.connect(lambda center, width: seen.append((center, width)))
    drag(view, [(100, 100), (150, 130)])
    assert seen == [(2030.0, 700.0)]
    assert view.window().width == 700.0


def test_a_stroke_is_painted_told_and_undone(qtbot: QtBot) -> None:
    view, edit, deltas = editing(qtbot)
    before = pixels(view)
    started: list[str] = []
    view.stroke_started.connect(started.append)
    drag(view, [(150, 150), (250, 150)])
    mouse(view, QEvent.Type.MouseMove, (20, 20), Qt.MouseButton.NoButton)
    after = pixels(view)
    assert started == ["HE"]
    assert [code for code, _ in deltas] == ["HE"]
    assert after[150, 200, 0] > 60
    assert not (before != after)[:120, 60:].any()
    again = np.zeros((600, 800), np.uint8)
    apply_delta(again, deltas[0][1], 1)
    assert np.array_equal(again, edit.plane("HE"))
    view.layer_changed("HE", edit.apply("HE", deltas[0][1].inverted()))
    view.leaveEvent(QEvent(QEvent.Type.Leave))
    assert np.array_equal(pixels(view), before)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_what_is_painted_lies_under_the_pointer_in_every_orientation(qtbot: QtBot, orientation: int) -> None:
    view, edit, _ = editing(qtbot, orientation)
    drag(view, [(150, 100), (150, 100)])
    x, y = view.transform().to_image(150, 100)
    columns, rows = np.nonzero(edit.upright("HE").T)
    assert (columns.mean() + 0.5, rows.mean() + 0.5) == pytest.approx((x, y), abs=0.6)
    assert pixels(view)[100, 150, 0] > 60


def test_shift_erases_and_a_second_dab_is_no_double_click(qtbot: QtBot) -> None:
    view, edit, deltas = editing(qtbot)
    scale = view.view_scale()
    edit.upright("HE")[:] = 1
    view.layer_changed("HE", None)
    drag(view, [(200, 150), (210, 150)], keys=SHIFT)
    assert not edit.plane("HE").all()
    mouse(view, QEvent.Type.MouseButtonDblClick, (200, 100), LEFT, SHIFT)
    mouse(view, QEvent.Type.MouseButtonRelease, (200, 100), LEFT, SHIFT)
    assert view.view_scale() == scale
    assert len(deltas) == 2


def test_escape_takes_the_open_stroke_back_and_otherwise_goes_to_the_window(qtbot: QtBot) -> None:
    view, edit, deltas = editing(qtbot)
    before = pixels(view)
    mouse(view, QEvent.Type.MouseButtonPress, (150, 150), LEFT)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert not edit.plane("HE").any()
    assert not deltas
    mouse(view, QEvent.Type.MouseButtonRelease, (150, 150), LEFT)
    view.leaveEvent(QEvent(QEvent.Type.Leave))
    assert np.array_equal(pixels(view), before)


def test_an_open_polygon_keeps_enter_and_escape_from_the_shortcuts_of_the_window(qtbot: QtBot) -> None:
    view, edit, deltas = editing(qtbot)
    view.set_tool("polygon")
    view.activateWindow()
    view.setFocus()
    qtbot.waitUntil(view.isActiveWindow)
    pressed: list[str] = []
    for name in ("Esc", "Return"):
        QShortcut(name, view).activated.connect(lambda name=name: pressed.append(name))

    def corners() -> None:
        for x, y in ((100, 100), (200, 100), (200, 200)):
            drag(view, [(x, y), (x, y)])

    corners()
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert (pressed, deltas) == ([], [])
    corners()
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert pressed == []
    assert len(deltas) == 1
    assert edit.plane("HE").any()
    QTest.keyClick(view, Qt.Key.Key_Escape)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert pressed == ["Esc", "Return"]


def test_another_button_does_not_end_a_stroke_and_a_new_picture_keeps_it(qtbot: QtBot) -> None:
    view, edit, deltas = editing(qtbot)
    mouse(view, QEvent.Type.MouseButtonPress, (150, 150), LEFT)
    mouse(view, QEvent.Type.MouseButtonPress, (150, 150), RIGHT)
    mouse(view, QEvent.Type.MouseButtonRelease, (150, 150), RIGHT)
    assert not deltas
    mouse(view, QEvent.Type.MouseMove, (180, 150), LEFT)
    view.set_picture(CanvasPicture(np.zeros((600, 800), np.uint8)))
    assert len(deltas) == 1
    assert edit.stroking == ""
    mouse(view, QEvent.Type.MouseButtonRelease, (180, 150), LEFT)
    assert len(deltas) == 1


def test_fill_closes_the_hole_under_the_pointer(qtbot: QtBot) -> None:
    view, edit, deltas = editing(qtbot)
    edit.upright("HE")[200:400, 300:500] = 1
    edit.upright("HE")[250:350, 350:450] = 0
    view.layer_changed("HE", None)
    mouse(view, QEvent.Type.MouseMove, (200, 150), Qt.MouseButton.NoButton)
    assert view.fill_at_cursor()
    assert edit.upright("HE")[200:400, 300:500].all()
    assert len(deltas) == 1
    mouse(view, QEvent.Type.MouseMove, (20, 20), Qt.MouseButton.NoButton)
    assert not view.fill_at_cursor()


def test_a_new_picture_takes_the_overlays_of_the_old_one_off(qtbot: QtBot) -> None:
    view = make(qtbot, np.zeros((300, 400), np.uint8))
    view.set_layers([MaskLayer("HE", "", "#D55E00", mask=np.ones((300, 400), bool))])
    view.set_heat(np.arange(12, dtype=np.float32).reshape(3, 4))
    view.set_boxes([CanvasBox(Box(100, 100, 200, 200), 1)])
    assert pixels(view).any()
    view.set_picture(CanvasPicture(np.zeros((300, 400), np.uint8)))
    assert not pixels(view).any()
    view.set_picture(None)
    assert not pixels(view).any()
    mouse(view, QEvent.Type.MouseButtonPress, (5, 5), LEFT)
    mouse(view, QEvent.Type.MouseMove, (9, 9), LEFT)
    mouse(view, QEvent.Type.MouseButtonRelease, (9, 9), LEFT)


def test_overlays_hide_while_held_and_come_back(qtbot: QtBot) -> None:
    view = make(qtbot, np.zeros((300, 400), np.uint8))
    bare = pixels(view)
    view.set_layers([MaskLayer("HE", "", "#D55E00", mask=np.ones((300, 400), bool))])
    view.set_boxes([CanvasBox(Box(100, 100, 200, 200), 1)])
    covered = pixels(view)
    view.set_overlays_hidden(True)
    assert np.array_equal(pixels(view), bare)
    view.set_overlays_hidden(False)
    assert np.array_equal(pixels(view), covered)


def test_a_mask_of_another_size_is_refused(qtbot: QtBot) -> None:
    view = make(qtbot, np.zeros((300, 400), np.uint8))
    with pytest.raises(ValueError, match="HE"):
        view.set_layers([MaskLayer("HE", "", "#D55E00", mask=np.ones((400, 300), bool))])


def test_a_preview_gives_way_to_the_full_picture_in_the_same_view(qtbot: QtBot) -> None:
    full = np.kron(
        np.random.default_rng(0).integers(0, 256, (75, 100), np.uint8), np.ones((16, 16), np.uint8)
    )
    view = make(qtbot, full[::4, ::4], size=full.shape)
    view.zoom_to(Box(400, 400, 600, 550))
    transform, preview = view.transform(), pixels(view)
    view.replace_array(full)
    assert view.transform() == transform
    assert view.value_text(500.5, 470.5) == str(full[470, 500])
    assert np.abs(preview.astype(int) - pixels(view)).mean() < 20


def test_linked_views_move_and_window_together(qtbot: QtBot) -> None:
    left = make(qtbot, np.zeros((600, 800), np.uint16))
    right = make(qtbot, np.zeros((1200, 1600), np.uint16), 300, 280)
    left.link(right)
    left.zoom_to(Box(100, 100, 300, 250))
    assert right.transform().to_image(150, 140) == pytest.approx((400, 350), abs=1e-6)
    drag(right, [(100, 100), (120, 90)])
    a, b = left.transform().to_image(200, 150), right.transform().to_image(150, 140)
    assert (2 * a[0], 2 * a[1]) == pytest.approx(b)
    right.set_window(500, 300)
    assert left.window() == Window(500, 300)
    left.fit()
    right.resize(500, 400)
    assert right.view_scale() == pytest.approx(488 / 1600)
    left.link(None)
    left.one_to_one()
    assert right.view_scale() == pytest.approx(488 / 1600)


def test_a_click_on_a_number_tells_the_box_and_a_drag_does_not(qtbot: QtBot) -> None:
    view = make(qtbot, np.zeros((300, 400), np.uint8))
    boxes = [CanvasBox(Box(100, 100, 200, 200), 1), CanvasBox(Box(220, 100, 300, 200), 2)]
    view.set_boxes(boxes)
    clicked: list[int] = []
    view.box_clicked.connect(clicked.append)
    tag = tag_rect(boxes[1], view.transform(), 1.0).center()
    drag(view, [(tag.x(), tag.y()), (tag.x() + 1, tag.y())])
    assert clicked == [2]
    drag(view, [(tag.x(), tag.y()), (tag.x() + 40, tag.y() + 9)])
    drag(view, [(10, 290), (10, 290)])
    assert clicked == [2]
    assert pixels(view).max() == 255


def test_the_pointer_tells_position_and_value(qtbot: QtBot) -> None:
    array = np.arange(300 * 400, dtype=np.uint16).reshape(300, 400)
    view = make(qtbot, array)
    seen: list[tuple[float, float, str]] = []
    view.cursor_at.connect(lambda x, y, text: seen.append((x, y, text)))
    mouse(view, QEvent.Type.MouseMove, (200, 150), Qt.MouseButton.NoButton)
    x, y, text = seen[-1]
    assert text == str(array[int(y), int(x)])
    mouse(view, QEvent.Type.MouseMove, (1, 1), Qt.MouseButton.NoButton)
    assert seen[-1][2] == ""
    assert make(qtbot, np.full((30, 40, 3), (1, 2, 3), np.uint8)).value_text(5, 5) == "1 2 3"


def test_texts_scale_bar_frames_and_flags_are_drawn(qtbot: QtBot) -> None:
    view = make(qtbot, np.zeros((300, 400), np.uint16), spacing=(0.2, 0.2), title="PA chest", model="m v1")
    assert not pixels(view).any()
    view.set_texts_visible(True)
    shown = pixels(view)
    assert shown[:60, :200].any()
    assert shown[-60:, -150:].any()
    assert shown[-20:, 150:250].any()
    view.set_texts_visible(False)
    view.set_active(True)
    assert tuple(pixels(view)[0, 200]) == (0x56, 0xB4, 0xE9)
    view.set_mode_colour("#E69F00")
    assert tuple(pixels(view)[0, 200]) == (0xE6, 0x9F, 0x00)


def test_inverted_and_red_free(qtbot: QtBot) -> None:
    view = make(qtbot, np.full((300, 400, 3), (200, 100, 20), np.uint8))
    view.set_red_free(True)
    assert tuple(pixels(view)[150, 200]) == (100, 100, 100)
    view.set_inverted(True)
    assert tuple(pixels(view)[150, 200]) == (155, 155, 155)
    view.set_red_free(False)
    assert tuple(pixels(view)[150, 200]) == (55, 155, 235)


def on_screen(view: ImageView) -> np.ndarray:
    """RGB as partial updates have left it on the (offscreen) screen; nothing is painted for it."""
    QApplication.processEvents()
    image = view.screen().grabWindow(view.winId()).toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


@pytest.mark.parametrize("brush", [3, 40, 260])
@pytest.mark.parametrize("zoomed", [False, True])
def test_partial_updates_leave_what_a_full_paint_gives(qtbot: QtBot, brush: float, zoomed: bool) -> None:
    view, _, _ = editing(qtbot)
    view.settings.brush = brush
    view.set_boxes([CanvasBox(Box(300, 200, 500, 400), 1)])
    if zoomed:
        view.zoom_to(Box(200, 150, 400, 300))
    on_screen(view)
    mouse(view, QEvent.Type.MouseButtonPress, (100, 100), LEFT)
    for point in ((140, 120), (300, 200), (120, 220), (250, 90)):
        mouse(view, QEvent.Type.MouseMove, point, LEFT)
        partial = on_screen(view)
        view.update()
        assert np.array_equal(partial, on_screen(view))
    assert partial.any()
    mouse(view, QEvent.Type.MouseButtonRelease, (250, 90), LEFT)
    view.leaveEvent(QEvent(QEvent.Type.Leave))
    partial = on_screen(view)
    view.update()
    assert np.array_equal(partial, on_screen(view))


@pytest.mark.parametrize("facing", [Facing(1), Facing(2), Facing(3), Facing(0, True), Facing(3, True)])
def test_what_is_painted_lies_under_the_pointer_however_the_display_is_turned(
    qtbot: QtBot, facing: Facing
) -> None:
    view, edit, deltas = editing(qtbot)
    view.set_facing(facing)
    wheel(view, (200, 150), 4)
    drag(view, [(150, 120), (260, 170)])
    assert len(deltas) == 1
    for at in ((150, 120), (205, 145), (260, 170)):
        x, y = view.transform().to_image(*at)
        assert edit.upright("HE")[int(y), int(x)]
    red = pixels(view)[145, 205]
    assert red[0] > red[2] + 40  # the layer's colour is where the stroke went


def test_turning_keeps_a_fitted_picture_fitted_and_any_other_in_its_middle(qtbot: QtBot) -> None:
    view = make(qtbot, np.zeros((600, 800, 3), np.uint8))
    view.set_facing(Facing(1))
    assert view.view_scale() == pytest.approx((300 - 12) / 800)
    view.zoom_to(Box(100, 200, 200, 260))
    view.set_facing(Facing(2, True))
    assert view.transform().to_image(200, 150) == pytest.approx((150, 230))
    picture = view.picture()
    assert picture is not None
    assert picture.facing == Facing(2, True)


def test_measuring_with_the_mouse_tells_what_was_measured_and_shows_it(qtbot: QtBot) -> None:
    view = make(qtbot, np.zeros((300, 400), np.uint8), spacing=(0.5, 0.5))
    made: list[Measurement] = []
    view.measured.connect(made.append)
    view.one_to_one()
    view.set_tool("measure")
    drag(view, [(100, 100), (150, 100), (180, 100)])
    assert [m.kind for m in made] == [Kind.LENGTH]
    assert measured_text(made[0], view.measure_scale()) == "40.00 mm"
    before = pixels(view)
    view.set_measurements(made)
    assert (pixels(view) != before)[95:105, 100:180].any()
    assert not (pixels(view) != before)[200:].any()


def test_the_lens_magnifies_at_the_pointer_and_follows_it(qtbot: QtBot) -> None:
    array = np.zeros((600, 800), np.uint8)
    array[300:, :] = 200
    view = make(qtbot, array, 800, 600)
    view.set_magnifier(True)
    mouse(view, QEvent.Type.MouseMove, (400, 280), Qt.MouseButton.NoButton)
    shown = pixels(view)
    assert shown[350, 400, 0] == 200  # 70 view pixels are a third of that in the image: below the edge
    edge = view.transform().to_view(400, 300)[1]
    assert shown[int(280 + 3 * (edge - 280)) - 4, 400, 0] == 0
    mouse(view, QEvent.Type.MouseMove, (700, 100), Qt.MouseButton.NoButton)
    assert not np.array_equal(pixels(view), shown)
    view.set_magnifier(False)
    assert not view.magnifies()


def test_a_window_with_a_function_keeps_it_while_it_is_dragged(qtbot: QtBot) -> None:
    array = np.tile(np.arange(400, dtype=np.uint16) * 10, (300, 1))
    view = make(qtbot, array, window=Window(2000, 1500, "soft", "SIGMOID"))
    view.fit()
    x, _ = view.transform().to_view(200.5, 150)
    assert pixels(view)[150, int(x), 0] == pytest.approx(128, abs=3)
    view.set_window(1000, 800)
    assert view.window().function == "SIGMOID"
    x, _ = view.transform().to_view(100.5, 150)
    assert pixels(view)[150, int(x), 0] == pytest.approx(128, abs=3)


def test_linked_views_of_another_scale_window_in_proportion(qtbot: QtBot) -> None:
    left = make(qtbot, np.zeros((60, 80), np.uint16), window=Window(1000, 500))
    right = make(qtbot, np.zeros((60, 80), np.uint16), window=Window(40000, 20000))
    left.link(right)
    left.set_window(1100, 250)
    assert (right.window().center, right.window().width) == (44000, 10000)


def test_the_canvas_needs_no_heavy_library() -> None:
    code = (
        "import sys, viewer.canvas.view; "
        "print([m for m in ('torch', 'transformers', 'sklearn', 'scipy', 'pyqtgraph', 'matplotlib') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
