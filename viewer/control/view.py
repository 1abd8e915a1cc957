"""What only changes the view: overlays on and off, windows, zoom, regions, evidence, theme."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from engine.imaging.rendering import display_scale, window_presets
from engine.records import Window
from viewer import theme
from viewer.control.cases import CaseControl
from viewer.control.desk import Desk
from viewer.control.pictures import PictureControl
from viewer.jobs.images import LoadedPicture
from viewer.language import translate
from viewer.state.geometry import UPRIGHT, Facing

REDRAWN = {"view.masks", "view.boxes", "view.labels", "view.evidence", "view.grad_cam"}
PRESETS = 4


class ViewControl(QObject):
    """See the module."""

    def __init__(self, desk: Desk, cases: CaseControl, pictures: PictureControl) -> None:
        super().__init__(desk)
        self._desk, self._cases, self._pictures = desk, cases, pictures
        window = desk.window
        for command, setting in (("view.masks", "show_masks"), ("view.boxes", "show_boxes")):
            window.set_checked(command, desk.settings[setting])
        window.set_checked("view.labels", True)
        window.set_checked("view.theme", desk.settings["theme"] == "light")
        window.set_checked("view.smooth", desk.settings["smooth_zoom"])
        window.held.connect(self._held)
        window.canvas.activated.connect(self._activated)
        window.canvas.box_clicked.connect(lambda _, number: self.zoom_to_region(number) if number else None)
        window.canvas.cursor_at.connect(self._show_cursor)
        window.evidence.region_chosen.connect(self.zoom_to_region)
        findings = window.review.findings
        findings.evidence_wanted.connect(self._hovered)
        findings.evidence_chosen.connect(self.choose_evidence)
        for command in REDRAWN:
            window.actions_by_id[command].toggled.connect(lambda _: pictures.show_active())
        window.actions_by_id["view.invert"].toggled.connect(self._set_grey)
        window.actions_by_id["view.red_free"].toggled.connect(self._set_grey)
        window.actions_by_id["view.smooth"].toggled.connect(self._set_smooth)
        desk.case_changed.connect(self._set_smooth)
        desk.case_opened.connect(self._case_opened)

    def _held(self, command: str, down: bool) -> None:
        """While H is held the overlays are hidden; while Z is, a lens lies at the pointer."""
        for view in self._desk.window.canvas.views:
            if command == "view.magnify":
                view.set_magnifier(down)
            else:
                view.set_overlays_hidden(down)

    def fit(self) -> None:
        """Whole image."""
        self._desk.window.canvas.views[self._active()].fit()

    def one_to_one(self) -> None:
        """One image pixel a screen pixel."""
        self._desk.window.canvas.views[self._active()].one_to_one()

    def reset(self) -> None:
        """R: first window, no inversion, whole image."""
        for name in ("view.invert", "view.red_free"):
            self._desk.window.actions_by_id[name].setChecked(False)
        for view in self._desk.window.canvas.views:
            picture = view.picture()
            if picture is not None:
                view.use_window(picture.first_window())
                view.fit()
        self._turn(lambda _: UPRIGHT, everywhere=True)

    def turn(self, quarters: int) -> None:
        """Turn the display of the active image by quarter turns clockwise; the file stays as it is."""
        self._turn(lambda facing: facing.turned(quarters))

    def mirror(self) -> None:
        """Mirror the display of the active image left to right; the corner says so."""
        self._turn(Facing.flipped)

    def _turn(self, change: Callable[[Facing], Facing], everywhere: bool = False) -> None:
        """Both images turn where they are compared, and that is not kept."""
        for index, instance in enumerate(self._pictures.shown):
            if everywhere or self._desk.comparing or index == self._active():
                view = self._desk.window.canvas.views[index]
                view.set_facing(change(view.transform().facing))
                if not self._desk.comparing:
                    self._pictures.facings[instance.id] = view.transform().facing

    def zoom_to_region(self, number: int) -> None:
        """Shift+1–4 or a click on an inset: that region fills the view."""
        here = self._desk.open
        boxes = self._pictures.boxes_of(here.active_instance) if here else []
        if 0 < number <= len(boxes):
            self._desk.window.canvas.views[self._active()].zoom_to(boxes[number - 1])
        else:
            self._desk.tell(self.tr("There is no region {0}.").format(number))

    def use_window(self, number: int) -> None:
        """Alt+1–4: a preset."""
        here = self._desk.open
        loaded = self._pictures.picture_of(here.active_instance) if here else None
        presets = presets_of(loaded) if loaded else []
        if 0 < number <= len(presets):
            window = presets[number - 1]
            self._desk.window.canvas.views[self._active()].use_window(window)
            self._desk.tell(self.tr("Window: {0}").format(window.name or self.tr("default")))

    def choose_evidence(self, name: str) -> None:
        """A click keeps a finding's map on the canvas; a second click takes it away."""
        self._cases.evidence = "" if self._cases.evidence == name else name
        self._pictures.show_finding(self._cases.evidence)
        self._desk.case_changed.emit()

    def set_light(self, light: bool) -> None:
        """Change the theme."""
        self._desk.settings["theme"] = "light" if light else "dark"
        self.apply_theme()

    def apply_theme(self) -> None:
        """Theme and font size as the settings say."""
        application = QApplication.instance()
        if isinstance(application, QApplication):
            theme.apply(application, self._desk.settings["theme"], self._desk.settings["font_scale"])
        self._desk.window.set_checked("view.theme", self._desk.settings["theme"] == "light")

    def _hovered(self, name: str) -> None:
        shown = name or self._cases.evidence
        if shown != self._pictures.evidence:
            self._pictures.show_finding(shown)

    def _case_opened(self) -> None:
        self._desk.window.status.pointer.setText("")
        self._set_grey()
        self._set_smooth()

    def _set_smooth(self) -> None:
        """Smooth pixels to look at, squares to paint on."""
        on = self._desk.window.is_checked("view.smooth")
        if on != self._desk.settings["smooth_zoom"]:
            self._desk.settings["smooth_zoom"] = on
        for view in self._desk.window.canvas.views:
            view.set_smooth(on and not self._desk.editing)

    def _set_grey(self) -> None:
        window = self._desk.window
        for view in window.canvas.views:
            view.set_inverted(window.is_checked("view.invert"))
            view.set_red_free(window.is_checked("view.red_free"))

    def _activated(self, index: int) -> None:
        here = self._desk.open
        if here is None or self._desk.editing or index >= len(self._pictures.shown):
            return
        if any(i.id == self._pictures.shown[index].id for i in here.instances):  # not one of another study
            self._cases.activate(self._pictures.shown[index].id)

    def _show_cursor(self, index: int, x: float, y: float, value: str) -> None:
        if not value or index >= len(self._pictures.shown):
            self._desk.window.status.pointer.setText("")
            return
        scale = self._desk.window.canvas.views[index].measure_scale()
        place = f"{x:.0f}, {y:.0f}"
        if scale.stated:
            across, down = scale.scaled([(x, y)])[0]
            place += f" · {across:.1f}, {down:.1f} mm"
        self._desk.window.status.pointer.setText(f"{place}   {self._in_units(index, value)}")

    def _in_units(self, index: int, value: str) -> str:
        """A grey value as the file's windows count: after the modality LUT, before the polarity."""
        loaded = self._pictures.picture_of(self._pictures.shown[index])
        if loaded is None or loaded.array.ndim == 3 or loaded.info.kind != "dicom":
            return value
        return f"{display_scale(loaded.info).units(float(value)):g}"

    def _active(self) -> int:
        here = self._desk.open
        ids = [instance.id for instance in self._pictures.shown]
        return ids.index(here.active) if here is not None and here.active in ids else 0


def presets_of(loaded: LoadedPicture) -> list[Window]:
    """Windows of the file first, then the full range of the values and half of it; at most four."""
    low, high = float(loaded.array.min()), float(loaded.array.max())
    width = max(high - low, 1.0)
    own = list(window_presets(loaded.info)) or [loaded.window]
    full = Window((low + high) / 2, width, translate("ViewControl", "full range"))
    narrow = Window(
        loaded.window.center, max(loaded.window.width / 2, 1.0), translate("ViewControl", "narrow")
    )
    wide = Window(loaded.window.center, loaded.window.width * 1.5, translate("ViewControl", "wide"))
    return [*own, full, narrow, wide][:PRESETS]
