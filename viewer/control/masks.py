"""Correcting lesion masks: into the mode and out of it, strokes to the store, undo on the canvas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from engine.records import Correction, CorrectionKind, Instance, MaskDelta, Modality
from engine.vocabulary import lesions
from viewer import language
from viewer.canvas.view import ImageView
from viewer.control.decisions import DecisionControl
from viewer.control.desk import Desk
from viewer.control.pictures import PictureControl
from viewer.state.mask_edit import MaskEdit

MODE_COLOUR = "#e69f00"
BRUSH_STEP = 1.25


class MaskControl(QObject):
    """See the module."""

    def __init__(self, desk: Desk, pictures: PictureControl, decisions: DecisionControl) -> None:
        super().__init__(desk)
        self._desk, self._pictures, self._decisions = desk, pictures, decisions
        self._bases: dict[str, NDArray[np.bool_]] = {}
        self._pixels: dict[str, int] = {}
        self._settings = desk.window.canvas.tool_settings
        self._settings.brush = float(desk.settings["brush_size"])
        desk.window.canvas.stroke_finished.connect(self._stroke)
        desk.window.review.lesions.edit_pressed.connect(self.toggle)
        desk.window.review.lesions.lesion_chosen.connect(self.choose)
        decisions.stroke_undone.connect(self._undone)
        desk.case_opened.connect(self._case_opened)

    def toggle(self) -> None:
        """The button: into the mode or out of it."""
        if self._desk.editing:
            self.leave()
        else:
            self.start()

    def start(self) -> None:
        """E: correct the masks of the active eye."""
        here = self._desk.open
        if here is None or here.modality is not Modality.FUNDUS or self._desk.editing:
            return
        instance = here.active_instance
        loaded = self._pictures.layers_of(instance)
        if loaded is None or self._pictures.picture_of(instance) is None:
            self._desk.tell(self.tr("The image is still being read."))
            return
        info = instance.info
        edit = MaskEdit(info.rows, info.columns, info.orientation)
        self._bases = {code: layer.mask for code, layer in loaded.layers.items()}
        self._pixels = {code: int(np.count_nonzero(mask)) for code, mask in self._bases.items()}
        edit.set_planes({term.code: self._bases.get(term.code) for term in lesions()})
        self._pictures.edit, self._pictures.edited = edit, instance.id
        self._pictures.before_edit = loaded
        if not self._settings.lesion:
            self._settings.lesion = next(iter(self._bases), lesions()[0].code)
        self._desk.editing = True
        view = self._view(instance)
        view.set_edit(edit)
        view.set_tool("brush")
        view.set_mode_colour(MODE_COLOUR)
        view.setFocus()
        self._desk.window.actions_by_id["view.masks"].setChecked(True)
        self._desk.sync_situation()
        self._desk.case_changed.emit()
        self._tell()

    def leave(self) -> None:
        """Esc: back to reviewing; every stroke is recorded already."""
        instance_id = self._pictures.edited
        self._end()
        if instance_id is not None and self._desk.open is not None:
            self._desk.masks_changed.emit(instance_id)
            self._desk.case_changed.emit()
        self._desk.tell(
            self.tr("Masks corrected.")
            if self._desk.writer.pending == 0
            else self.tr("Masks are being saved…")
        )

    def choose(self, code: str) -> None:
        """Paint this lesion from now on."""
        self._settings.lesion = code
        if self._desk.editing:
            self._pictures.hidden.discard(code)
            self._pictures.show_active()
            self._tell()

    def next_lesion(self) -> None:
        """Tab."""
        codes = [term.code for term in lesions()]
        here = codes.index(self._settings.lesion) if self._settings.lesion in codes else -1
        self.choose(codes[(here + 1) % len(codes)])

    def resize_brush(self, larger: bool) -> None:
        """[ and ]."""
        self._active_view().scale_brush(BRUSH_STEP if larger else 1 / BRUSH_STEP)
        self._tell()

    def fill(self) -> None:
        """F: the hole under the pointer."""
        if not self._active_view().fill_at_cursor():
            self._desk.tell(self.tr("Put the pointer into a closed outline of this lesion to fill it."))

    def keep_others(self, on: bool) -> None:
        """K: the brush skips pixels that another lesion holds."""
        self._settings.keep_others = on
        self._tell()

    # -- strokes -------------------------------------------------------------------------------------

    def _stroke(self, index: int, code: str, delta: MaskDelta) -> None:
        """A stroke ended: it is recorded now."""
        here, project, edit = self._desk.open, self._desk.project, self._pictures.edit
        instance_id = self._pictures.edited
        if here is None or project is None or edit is None or instance_id is None:
            return
        plane = edit.plane(code)
        base = self._bases.get(code)
        start = np.zeros(plane.shape, np.bool_) if base is None else base
        after = int(np.count_nonzero(plane))
        reader, stored = self._desk.settings.reader, here.stored(instance_id, "lesion_unet")
        model = stored.prediction.model.short if stored else ""
        correction = Correction(
            here.case.id,
            instance_id,
            CorrectionKind.MASK,
            code,
            self._pixels.get(code, 0),
            after,
            reader,
            model,
        )
        self._pixels[code] = after

        def work() -> Sequence[Correction]:
            begun = project.review(correction.case_id).instances[instance_id].lesions
            first = [] if code in begun else [project.start_mask(instance_id, code, start, reader, model)]
            return [*first, project.record_mask(correction, delta)]

        self._decisions.record_stroke(self.tr("stroke on {0}").format(code), correction, delta, work)

    def _undone(self, instance_id: int, code: str, delta: MaskDelta) -> None:
        edit = self._pictures.edit
        if edit is None or instance_id != self._pictures.edited:
            return
        rect = edit.apply(code, delta)
        self._pixels[code] = int(np.count_nonzero(edit.plane(code)))
        self._active_view().layer_changed(code, rect)

    # -- the mode ------------------------------------------------------------------------------------

    def _case_opened(self) -> None:
        if self._desk.editing:
            self._end()

    def _end(self) -> None:
        if not self._desk.editing:
            return
        self._desk.editing = False
        for view in self._desk.window.canvas.views:
            view.set_edit(None)
            view.set_mode_colour(None)
            picture = view.picture()
            view.set_tool("pan" if picture is None or picture.colour else "window_level")
        self._desk.sync_situation()

    def _view(self, instance: Instance) -> ImageView:
        places = [i.id for i in self._pictures.shown]
        return self._desk.window.canvas.views[places.index(instance.id)]

    def _active_view(self) -> ImageView:
        assert self._desk.open is not None
        return self._view(self._desk.open.active_instance)

    def _tell(self) -> None:
        names = {term.code: term.name for term in lesions()}
        lesion = language.term(names[self._settings.lesion]) if self._settings.lesion in names else ""
        text = self.tr("{0} · brush {1:.0f} px · Shift erases · Esc done")
        if self._settings.keep_others:
            text = self.tr("{0} · brush {1:.0f} px · keeps other lesions · Shift erases · Esc done")
        self._desk.tell(text.format(lesion, self._settings.brush))
