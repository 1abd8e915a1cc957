"""Each tool, driven event by event on a canvas that only remembers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from engine.records import Box, MaskDelta, Window
from viewer.state.geometry import Rect
from viewer.state.mask_edit import MaskEdit
from viewer.state.measurements import Kind, Measurement, MeasureScale
from viewer.state.model_maps import ModelMaps
from viewer.tools.context import (
    MAX_BRUSH,
    MIN_BRUSH,
    Mode,
    Phase,
    PointerEvent,
    Shape,
    ToolContext,
    ToolSettings,
)
from viewer.tools.table import TOOLS


class FakeCanvas:
    """A canvas at two view pixels an image pixel."""

    def __init__(self, edit: MaskEdit | None) -> None:
        self.edit = edit
        self.pans: list[tuple[float, float]] = []
        self.zooms: list[tuple[float, float, float]] = []
        self.boxes: list[Box] = []
        self.shapes: list[Shape | None] = []
        self.rects: list[tuple[str, Rect | None]] = []
        self.deltas: list[MaskDelta] = []
        self.grey = Window(1000.0, 600.0)
        self.spacing: tuple[float, float] | None = None
        self.measured: list[Measurement] = []
        self.picture: np.ndarray | None = None
        self.maps: ModelMaps | None = None

    def pan_by(self, dx: float, dy: float) -> None:
        self.pans.append((dx, dy))

    def zoom_about(self, view_x: float, view_y: float, factor: float) -> None:
        self.zooms.append((view_x, view_y, factor))

    def zoom_to(self, box: Box) -> None:
        self.boxes.append(box)

    def window(self) -> Window:
        return self.grey

    def set_window(self, center: float, width: float) -> None:
        self.grey = Window(center, width)

    def layer_changed(self, code: str, rect: Rect | None) -> None:
        self.rects.append((code, rect))

    def show_shape(self, shape: Shape | None) -> None:
        self.shapes.append(shape)

    def view_size(self) -> tuple[int, int]:
        return 200, 200

    def view_scale(self) -> float:
        return 2.0

    def measure_scale(self) -> MeasureScale:
        return MeasureScale(self.spacing)

    def add_measurement(self, made: Measurement) -> None:
        self.measured.append(made)

    def pixels(self) -> np.ndarray | None:
        return self.picture

    def begin_stroke(self, code: str) -> None:
        assert self.edit is not None
        self.edit.begin_stroke(code)

    def end_stroke(self) -> None:
        assert self.edit is not None
        self.deltas.append(self.edit.end_stroke())

    def cancel_stroke(self) -> None:
        assert self.edit is not None
        self.edit.cancel_stroke()


def event(phase: Phase, x: float, y: float, shift: bool = False) -> PointerEvent:
    return PointerEvent(phase, x, y, 2 * x, 2 * y, shift=shift)


def drive(
    name: str, canvas: FakeCanvas, events: Sequence[PointerEvent], settings: ToolSettings | None = None
) -> bool:
    """Run a tool over events; whether it came to its end."""
    context = ToolContext(canvas, settings or ToolSettings(lesion="HE", brush=5), canvas.edit, canvas.maps)
    run = TOOLS[name].run(context, events[0])
    try:
        next(run)
        for later in events[1:]:
            run.send(later)
    except StopIteration:
        return True
    return False


def drag(
    points: Sequence[tuple[float, float]], shift: bool = False, end: Phase = Phase.RELEASE
) -> list[PointerEvent]:
    return [
        event(Phase.PRESS, *points[0], shift),
        *(event(Phase.MOVE, *p) for p in points[1:]),
        event(end, *points[-1]),
    ]


def test_a_fast_brush_stroke_has_no_gaps_and_is_one_step() -> None:
    canvas = FakeCanvas(MaskEdit(60, 100))
    assert canvas.edit is not None
    assert drive("brush", canvas, drag([(10, 30), (90, 30)]))
    plane = canvas.edit.plane("HE")
    assert plane[30, 10:90].all()
    assert plane[28:32, 50].all()
    assert not plane[34].any()
    assert len(canvas.deltas) == 1
    touched = np.zeros(plane.shape, bool)
    for code, rect in canvas.rects:
        assert code == "HE"
        assert rect is not None
        touched[rect.slices] = True
    assert touched[plane > 0].all()


@pytest.mark.parametrize(("name", "shift"), [("brush", True), ("eraser", False)])
def test_shift_or_the_eraser_takes_away(name: str, shift: bool) -> None:
    canvas = FakeCanvas(MaskEdit(60, 100))
    assert canvas.edit is not None
    canvas.edit.set_plane("HE", np.ones((60, 100), bool))
    drive(name, canvas, drag([(10, 30), (90, 30)], shift))
    assert not canvas.edit.plane("HE")[30, 10:90].any()
    assert canvas.edit.plane("HE")[20].all()


def test_escape_takes_a_stroke_back() -> None:
    canvas = FakeCanvas(MaskEdit(60, 100))
    assert canvas.edit is not None
    assert drive("brush", canvas, drag([(10, 30), (90, 30)], end=Phase.CANCEL))
    assert not canvas.edit.plane("HE").any()
    assert not canvas.deltas


@pytest.mark.parametrize("name", ["brush", "eraser", "polygon", "lasso", "wand", "accept"])
def test_painting_needs_an_edit_and_a_lesion(name: str) -> None:
    assert drive(name, FakeCanvas(None), drag([(1, 1), (5, 5)]))
    canvas = FakeCanvas(MaskEdit(60, 100))
    assert drive(name, canvas, drag([(1, 1), (5, 5)]), ToolSettings())
    assert not canvas.deltas


def test_pan_follows_the_pointer_and_zoom_stays_at_the_press() -> None:
    canvas = FakeCanvas(None)
    assert drive("pan", canvas, drag([(10, 10), (13, 8), (20, 20)]))
    assert canvas.pans == [(6, -4), (14, 24)]
    assert drive("zoom", canvas, drag([(10, 50), (10, 25), (10, 50)]))
    assert [z[:2] for z in canvas.zooms] == [(20, 100), (20, 100)]
    assert canvas.zooms[0][2] > 1
    assert canvas.zooms[0][2] * canvas.zooms[1][2] == pytest.approx(1.0)


def test_window_level_to_the_right_widens_and_down_raises() -> None:
    canvas = FakeCanvas(None)
    drive("window_level", canvas, drag([(0, 0), (30, 0)]))
    assert (canvas.grey.center, canvas.grey.width) == (1000, 720)
    canvas.grey = Window(1000.0, 600.0)
    drive("window_level", canvas, drag([(0, 0), (0, 30)]))
    assert (canvas.grey.center, canvas.grey.width) == (1060, 600)
    drive("window_level", canvas, drag([(0, 0), (-9999, 0)]))
    assert canvas.grey.width == 1.0


def test_polygon_by_clicks_closed_by_a_double_click() -> None:
    canvas = FakeCanvas(MaskEdit(60, 100))
    assert canvas.edit is not None
    clicks = [event(p, x, y) for x, y in ((10, 10), (50, 10), (50, 40)) for p in (Phase.PRESS, Phase.RELEASE)]
    assert not drive("polygon", canvas, clicks)
    canvas.edit.cancel_stroke()
    assert drive("polygon", canvas, [*clicks, event(Phase.DOUBLE, 50, 40)])
    plane = canvas.edit.plane("HE")
    assert plane[20, 40]
    assert not plane[35, 15]
    assert plane.sum() == pytest.approx(40 * 30 / 2, rel=0.1)
    assert canvas.shapes[-1] is None
    assert len(canvas.deltas) == 1


@pytest.mark.parametrize("end", [Phase.CONFIRM, Phase.PRESS])
def test_polygon_closed_by_enter_or_the_first_corner(end: Phase) -> None:
    canvas = FakeCanvas(MaskEdit(60, 100))
    clicks = [event(p, x, y) for x, y in ((10, 10), (50, 10), (50, 40)) for p in (Phase.PRESS, Phase.RELEASE)]
    assert drive("polygon", canvas, [*clicks, event(end, 11, 11)])
    assert len(canvas.deltas) == 1


def test_a_freehand_line_that_comes_back_is_filled_and_escape_gives_up() -> None:
    canvas = FakeCanvas(MaskEdit(60, 100))
    assert canvas.edit is not None
    angles = np.linspace(0, 2 * np.pi, 40)
    circle = [(50 + 20 * float(np.cos(a)), 30 + 20 * float(np.sin(a))) for a in angles]
    assert drive("polygon", canvas, drag(circle))
    assert canvas.edit.plane("HE").sum() == pytest.approx(np.pi * 400, rel=0.08)
    assert drive("polygon", canvas, [*drag(circle[:20]), event(Phase.CANCEL, 0, 0)])
    assert len(canvas.deltas) == 1


def test_a_lasso_closes_itself_at_the_release_and_shift_takes_away() -> None:
    canvas = FakeCanvas(MaskEdit(60, 100))
    assert canvas.edit is not None
    angles = np.linspace(0, 1.7 * np.pi, 40)
    arc = [(50 + 20 * float(np.cos(a)), 30 + 20 * float(np.sin(a))) for a in angles]
    assert drive("lasso", canvas, drag(arc))
    assert canvas.edit.plane("HE").sum() == pytest.approx(np.pi * 400, rel=0.12)
    assert drive("lasso", canvas, drag(arc[:8], end=Phase.CANCEL))
    assert len(canvas.deltas) == 1
    assert drive("lasso", canvas, drag(arc, shift=True))
    assert not canvas.edit.plane("HE").any()
    assert canvas.shapes[-1] is None


def test_the_wand_takes_similar_pixels_and_a_drag_changes_how_similar() -> None:
    canvas = FakeCanvas(MaskEdit(60, 100))
    assert canvas.edit is not None
    canvas.picture = np.zeros((60, 100, 3), np.uint8)
    canvas.picture[20:40, 30:60] = 80
    canvas.picture[20:40, 60:80] = 100
    settings = ToolSettings(lesion="HE", tolerance=10)
    assert drive("wand", canvas, drag([(40, 30)]), settings)
    narrow = canvas.edit.plane("HE").sum()
    assert narrow == pytest.approx(600, rel=0.15)
    assert drive("wand", canvas, drag([(40, 30), (70, 30), (65, 30)]), settings)  # 4 view pixels a level
    assert settings.tolerance == 10 + 50 // 4
    assert canvas.edit.plane("HE").sum() == pytest.approx(1000, rel=0.15)
    assert len(canvas.deltas) == 2
    drive("wand", canvas, drag([(40, 30), (80, 30)], end=Phase.CANCEL), settings)
    assert settings.tolerance == 22
    assert drive("wand", canvas, drag([(40, 30)], shift=True), settings)
    assert not canvas.edit.plane("HE").any()
    canvas.picture = None  # a preview only: nothing to compare
    assert drive("wand", canvas, drag([(40, 30)]), settings)


def test_a_click_accepts_the_lesion_that_the_model_sees_and_shift_takes_one_away() -> None:
    canvas = FakeCanvas(MaskEdit(60, 100))
    assert canvas.edit is not None
    seen = np.zeros((60, 100), np.uint8)
    seen[10:20, 10:20] = 200
    seen[40:50, 60:70] = 200
    canvas.maps = ModelMaps({"HE": seen}, {"HE": 0.5})
    click = [event(Phase.PRESS, 15, 15), event(Phase.RELEASE, 15, 15)]
    assert drive("accept", canvas, click)
    assert np.array_equal(canvas.edit.plane("HE")[:30] * 200, seen[:30])
    assert not canvas.edit.plane("HE")[30:].any()
    assert drive("accept", canvas, [event(Phase.PRESS, 12, 12, True), event(Phase.RELEASE, 12, 12)])
    assert not canvas.edit.plane("HE").any()
    drive("accept", canvas, [event(Phase.PRESS, 90, 5), event(Phase.RELEASE, 90, 5)])
    assert [len(delta.tiles) for delta in canvas.deltas] == [1, 1, 0]


def test_box_zooms_to_the_region_and_a_click_does_nothing() -> None:
    canvas = FakeCanvas(None)
    assert drive("box", canvas, drag([(50, 40), (10, 20)]))
    assert canvas.boxes == [Box(10, 20, 50, 40)]
    assert canvas.shapes[-1] is None
    drive("box", canvas, drag([(50, 40), (50.5, 40.5)]))
    assert len(canvas.boxes) == 1


def test_measure_in_millimetres_where_the_spacing_is_known() -> None:
    canvas = FakeCanvas(None)
    canvas.spacing = (0.5, 0.1)
    assert drive("measure", canvas, drag([(0, 0), (30, 8)]))
    assert canvas.shapes[-2:] == [Shape(((0, 0), (30, 8)), text="5.00 mm"), None]
    assert canvas.measured == [Measurement(Kind.LENGTH, ((0, 0), (30, 8)))]
    assert drive("measure", canvas, drag([(0, 0), (0.5, 0.5)]))
    assert drive("measure", canvas, drag([(0, 0), (30, 8)], end=Phase.CANCEL))
    assert len(canvas.measured) == 1  # a click and what was given up are none


def test_an_angle_by_a_drag_and_a_click_or_by_three_clicks() -> None:
    canvas = FakeCanvas(None)
    last = event(Phase.PRESS, 10, 0)
    assert drive("angle", canvas, [*drag([(0, 10), (10, 10)]), event(Phase.MOVE, 10, 2), last])
    clicks = [event(p, *at) for at in ((0, 10), (10, 10)) for p in (Phase.PRESS, Phase.RELEASE)]
    assert drive("angle", canvas, [*clicks, last])
    assert canvas.measured == [Measurement(Kind.ANGLE, ((0, 10), (10, 10), (10, 0)))] * 2
    assert canvas.shapes[-1] is None
    assert drive("angle", canvas, [*clicks, event(Phase.CANCEL, 0, 0)])
    assert len(canvas.measured) == 2


def test_an_area_freehand_or_by_corners() -> None:
    canvas = FakeCanvas(None)
    outline = [(10.0, 10.0), (20, 10), (30, 10), (30, 20), (30, 30), (20, 30), (10, 30), (10, 20)]
    assert drive("area", canvas, drag(outline))
    assert canvas.measured[0].points == tuple(outline)
    clicks = [event(p, x, y) for x, y in ((10, 10), (50, 10), (50, 40)) for p in (Phase.PRESS, Phase.RELEASE)]
    assert drive("area", canvas, [*clicks, event(Phase.CONFIRM, 0, 0)])
    assert canvas.measured[1] == Measurement(Kind.AREA, ((10, 10), (50, 10), (50, 40)))
    assert drive("area", canvas, [*clicks[:2], event(Phase.CONFIRM, 0, 0)])
    assert drive("area", canvas, [*clicks, event(Phase.CANCEL, 0, 0)])
    assert len(canvas.measured) == 2


def test_the_brush_grows_by_a_pixel_at_least_and_stays_in_its_limits() -> None:
    settings = ToolSettings(brush=2)
    settings.brush = settings.scaled_brush(1.2)
    assert settings.brush == 3
    for factor, limit in ((1.2, MAX_BRUSH), (1 / 1.2, MIN_BRUSH)):
        for _ in range(80):
            settings.brush = settings.scaled_brush(factor)
        assert settings.brush == limit


def test_painting_tools_are_for_edit_mode_only() -> None:
    assert all(name == tool.name for name, tool in TOOLS.items())
    for name in ("brush", "eraser", "polygon", "lasso", "wand", "accept"):
        assert TOOLS[name].modes == {Mode.EDIT}
    assert Mode.REVIEW in TOOLS["pan"].modes
