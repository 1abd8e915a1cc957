"""What the bar over the canvas does while masks are corrected: tools, shapes, the model's threshold."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from engine.vocabulary import lesions
from viewer.control.desk import Desk
from viewer.control.lesions import LesionControl
from viewer.control.masks import MaskControl
from viewer.control.pictures import PictureControl
from viewer.panels.edit_bar import TOOLS
from viewer.state import morphology
from viewer.state.geometry import Rect
from viewer.state.mask_edit import MaskEdit
from viewer.state.why import plural

BRUSH_STEP = 1.25
SHAPE_STEP = 1  # pixels that a lesion grows or shrinks by at once; ours
Reshape = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]


class MaskToolControl(QObject):
    """See the module."""

    def __init__(
        self, desk: Desk, pictures: PictureControl, masks: MaskControl, counts: LesionControl
    ) -> None:
        super().__init__(desk)
        self._desk, self._pictures, self._masks, self._counts = desk, pictures, masks, counts
        self._settings, self._bar = desk.window.canvas.tool_settings, desk.window.edit_bar
        self._settings.brush = float(desk.settings["brush_size"])
        self._tool = TOOLS[0]
        self._moving: tuple[str, float, float] | None = None  # lesion, threshold before and now
        self.specks = 12  # pixels below which a lesion is a speck; ours
        masks.started.connect(self._started)
        masks.ending.connect(self._ending)
        masks.lesion_changed.connect(self.show)
        desk.case_changed.connect(self._take_threshold)
        for view in desk.window.canvas.views:
            view.brush_changed.connect(lambda _: self.show())
        bar = self._bar
        bar.brush_changed.connect(self._set_brush)
        bar.tolerance_changed.connect(lambda value: setattr(self._settings, "tolerance", value))
        bar.specks_changed.connect(lambda value: setattr(self, "specks", value))
        bar.left.connect(self._to_canvas)
        bar.threshold_moved.connect(self.move_threshold)
        bar.threshold_let_go.connect(self.let_threshold_go)

    def use(self, name: str) -> None:
        """Left-drag does this from now on: a row of `viewer.tools.table.TOOLS`."""
        view = self._masks.view()
        if view is None:
            return
        self._tool = name
        view.set_tool(name)
        for other in TOOLS:
            self._desk.window.actions_by_id[f"masks.{other}"].setChecked(other == name)
        if self._pictures.candidates != (name == "accept"):
            self._pictures.candidates = name == "accept"
            self._pictures.show_active()
        if name == "accept":
            self._desk.tell(
                self.tr(
                    "White dots: what the model sees. Click a lesion to accept it, Shift+click takes away."
                )
            )

    def resize_brush(self, larger: bool) -> None:
        """[ and ]."""
        view = self._masks.view()
        if view is not None:
            view.scale_brush(BRUSH_STEP if larger else 1 / BRUSH_STEP)
            self._masks.tell()

    def keep_others(self, on: bool) -> None:
        """K: the brush skips pixels that another lesion holds."""
        self._settings.keep_others = on
        self._masks.tell()

    # -- shapes --------------------------------------------------------------------------------------

    def fill(self) -> None:
        """F: the hole under the pointer."""
        view = self._masks.view()
        if view is not None and not view.fill_at_cursor():
            self._desk.tell(self.tr("Put the pointer into a closed outline of this lesion to fill it."))

    def grow(self) -> None:
        """W: the lesion under the pointer, or all of its kind, by a pixel."""
        self._reshape(self.tr("{0} grown"), lambda mask: morphology.grown(mask, SHAPE_STEP), SHAPE_STEP)

    def shrink(self) -> None:
        """Shift+W: the lesion under the pointer, or all of its kind, by a pixel."""
        self._reshape(self.tr("{0} shrunk"), lambda mask: morphology.shrunk(mask, SHAPE_STEP), SHAPE_STEP)

    def fill_holes(self) -> None:
        """All holes of the lesion under the pointer, or of all of its kind."""
        self._reshape(self.tr("{0} without holes"), morphology.filled)

    def remove_small(self) -> None:
        """Specks of the chosen kind go."""
        least = self.specks
        self._reshape(
            self.tr("{0} without specks"), lambda mask: morphology.without_small(mask, least), whole=True
        )

    def clear(self) -> None:
        """All of the chosen kind goes: to begin anew, or to say that there is none."""
        self._reshape(self.tr("{0} cleared"), np.zeros_like, whole=True)

    def delete(self) -> None:
        """Delete: the lesion under the pointer."""
        view = self._masks.view()
        place = view.cursor_position() if view is not None else None
        if place is None or not self._counts.delete_at(*place):
            self._desk.tell(self.tr("Put the pointer on a lesion of the chosen kind to delete it."))

    def _reshape(self, text: str, reshape: Reshape, reach: int = 0, whole: bool = False) -> None:
        """Change the shape of the lesion under the pointer, else of all of the chosen kind."""
        view, edit, code = self._masks.view(), self._pictures.edit, self._settings.lesion
        if view is None or edit is None or view.busy:
            return
        place = None if whole else view.cursor_position()
        rect, mask = edit.region(code, place)
        single = place is not None and not rect.empty
        if not single:
            rect, mask = edit.region(code)
        term = next(t for t in lesions() if t.code == code)
        name = f"{plural(term)} ({self.tr('the one under the pointer')})" if single else plural(term)
        done = not rect.empty and self._masks.change(
            text.format(code),
            lambda edit: _reshaped(edit, rect, mask, reshape, reach, self._settings.keep_others),
        )
        self._desk.tell(text.format(name) if done else self.tr("Nothing to change: {0}").format(name))

    # -- the model's threshold -----------------------------------------------------------------------

    def move_threshold(self, value: float) -> None:
        """The slider moves: the model marks more or less of the chosen lesion; what was painted stays.

        Lesions are accepted one by one with that tool: then only what it offers changes.
        """
        view, edit, maps = self._masks.view(), self._pictures.edit, self._pictures.maps
        code = self._settings.lesion
        if view is None or edit is None or maps is None or code not in maps:
            return
        self._bar.show_threshold(value)
        if self._tool == "accept":
            maps.thresholds[code] = value
            self._pictures.show_active()
            return
        if self._moving is None:
            if view.busy:
                return
            self._moving = (code, maps.threshold(code), value)
            view.begin_stroke(code)
        before = self._moving[1]
        self._moving = (code, before, value)
        rect, inside, becomes = maps.crossing(code, before, value)
        changed = Rect(0, 0, 0, 0)
        keep = self._settings.keep_others
        for part in (*edit.restart_stroke(), *edit.paint_region(rect, inside, becomes, keep)):
            changed = part.united(changed)
        view.layer_changed(code, changed)
        if not self._bar.threshold.isSliderDown():
            self.let_threshold_go()  # moved by a key or a click

    def let_threshold_go(self) -> None:
        """The slider rests: one step, recorded with the threshold."""
        moving, maps = self._moving, self._pictures.maps
        self._moving = None
        if moving is not None and maps is not None:
            code, _, value = moving
            maps.thresholds[code] = value
            self._masks.end_threshold(self.tr("threshold {0:.2f} of {1}").format(value, code), value)

    def focus_threshold(self) -> None:
        """T: the arrow keys move the threshold."""
        if self._bar.threshold.isEnabled():
            self._bar.threshold.setFocus()
        else:
            self._desk.tell(self.tr("The model gave no map of this lesion."))

    def _take_threshold(self) -> None:
        """What the store says of the threshold holds, after an undo too."""
        here, maps, edited = self._desk.open, self._pictures.maps, self._pictures.edited
        if here is None or maps is None or edited is None or self._moving is not None:
            return
        stored = here.stored(edited, "lesion_unet")
        said = here.human(edited).thresholds
        if stored is not None and self._tool != "accept":
            maps.thresholds = {**stored.prediction.thresholds, **said}
        if self._desk.editing:
            self.show()

    # -- the bar -------------------------------------------------------------------------------------

    def show(self) -> None:
        """Sizes and threshold as they are."""
        maps, code = self._pictures.maps, self._settings.lesion
        self._bar.show_values(self._settings.brush, self._settings.tolerance, self.specks)
        self._bar.show_threshold(maps.threshold(code) if maps is not None and code in maps else None)

    def _set_brush(self, diameter: int) -> None:
        view = self._masks.view()
        if view is not None:
            view.set_brush(float(diameter))

    def _to_canvas(self) -> None:
        view = self._masks.view()
        if view is not None:
            view.setFocus()

    def _started(self) -> None:
        self._bar.show()
        self._take_threshold()
        self.show()
        self.use(self._tool if self._tool != "accept" else TOOLS[0])

    def _ending(self) -> None:
        self.let_threshold_go()
        self._pictures.candidates = False
        self._bar.hide()


def _reshaped(
    edit: MaskEdit, rect: Rect, mask: NDArray[np.uint8], reshape: Reshape, reach: int, keep_others: bool
) -> Iterable[Rect]:
    """Give a region another shape; other lesions of its kind nearby stay as they are."""
    wide = rect.padded(reach).intersected(edit.bounds)
    before = np.zeros((wide.height, wide.width), np.uint8)
    y, x = rect.y0 - wide.y0, rect.x0 - wide.x0
    before[y : y + rect.height, x : x + rect.width] = mask
    after = reshape(before)
    one = np.uint8(1)
    taken = edit.paint_region(wide, before & (after ^ one), 0)
    return (*taken, *edit.paint_region(wide, after & (before ^ one), 1, keep_others))
