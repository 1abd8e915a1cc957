"""Correcting lesion masks: into the mode and out of it, strokes to the store, undo on the canvas."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from engine.records import Correction, CorrectionKind, Instance, MaskDelta, Modality
from engine.vocabulary import lesions
from viewer import language
from viewer.canvas.view import ImageView
from viewer.control.decisions import DecisionControl
from viewer.control.desk import Desk
from viewer.control.lesions import LesionControl
from viewer.control.pictures import PictureControl
from viewer.jobs.images import LoadedLayers, LoadedPicture
from viewer.state.geometry import Rect
from viewer.state.mask_edit import MaskEdit
from viewer.state.model_maps import ModelMaps

MODE_COLOUR = "#e69f00"


class MaskControl(QObject):
    """See the module; `viewer.control.mask_tools` has what the bar over the canvas does."""

    started = Signal()
    ending = Signal()  # the masks are still there
    lesion_changed = Signal()

    def __init__(
        self, desk: Desk, pictures: PictureControl, decisions: DecisionControl, counts: LesionControl
    ) -> None:
        super().__init__(desk)
        self._desk, self._pictures, self._decisions, self._counts = desk, pictures, decisions, counts
        self._bases: dict[str, NDArray[np.bool_]] = {}
        self._pixels: dict[str, int] = {}
        self._text, self._threshold = "", 0.0  # of the change that is being made
        self._waiting: int | None = None  # whose masks are to be corrected as soon as they are read
        self._settings = desk.window.canvas.tool_settings
        desk.window.canvas.stroke_finished.connect(self._stroke)
        desk.window.review.lesions.edit_pressed.connect(self.toggle)
        desk.window.review.lesions.lesion_chosen.connect(self.choose)
        decisions.stroke_undone.connect(self._undone)
        desk.case_opened.connect(self._case_opened)
        desk.images.ready.connect(self._ready)

    def toggle(self) -> None:
        """The button: into the mode or out of it."""
        if self._desk.editing:
            self.leave()
        elif self._waiting is not None:
            self._waiting = None
            self._desk.tell("")
        else:
            self.start()

    def start(self) -> None:
        """E: correct the masks of the active eye."""
        self._desk.compare_left.emit()
        here = self._desk.open
        if here is None or here.modality is not Modality.FUNDUS or self._desk.editing:
            return
        if self._desk.writer.blocked:
            self._desk.tell(self.tr("An edit is not saved yet: press Try again before correcting masks."))
            return
        instance = here.active_instance
        loaded = self._pictures.loading.layers(here, instance)  # never those of before a correction
        if loaded is None or self._pictures.picture_of(instance) is None:
            self._waiting = instance.id
            self._desk.tell(self.tr("The image is still being read; then its masks can be corrected."))
            return
        self._waiting = None
        info, stored = instance.info, here.stored(instance.id, "lesion_unet")
        edit, maps = MaskEdit(info.rows, info.columns, info.orientation), None
        self._bases = {code: layer.mask for code, layer in loaded.layers.items()}
        self._pixels = {code: int(np.count_nonzero(mask)) for code, mask in self._bases.items()}
        edit.set_planes({term.code: self._bases.get(term.code) for term in lesions()})
        if stored is not None:
            maps = ModelMaps(stored.prediction.masks, stored.prediction.thresholds, info.orientation)
        pictures = self._pictures
        pictures.edit, pictures.maps, pictures.edited, pictures.before_edit = edit, maps, instance.id, loaded
        self._counts.forget()
        if not self._settings.lesion:
            self._settings.lesion = next(iter(self._bases), lesions()[0].code)
        self._desk.editing = True
        view = self._view(instance)
        self._desk.window.canvas.show_only(self._desk.window.canvas.views.index(view))
        view.set_edit(edit, maps)
        view.set_mode_colour(MODE_COLOUR)
        view.setFocus()
        self._desk.window.actions_by_id["view.masks"].setChecked(True)
        self._desk.sync_situation()
        self.started.emit()
        self._desk.case_changed.emit()
        self.tell()

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
        """Paint this lesion from now on, or just list its single lesions."""
        self._settings.lesion = code
        if self._desk.editing:
            self._pictures.hidden.discard(code)
            self.tell()
        self.lesion_changed.emit()
        self._pictures.show_active()

    def next_lesion(self, places: int = 1) -> None:
        """Tab."""
        codes = [term.code for term in lesions()]
        here = codes.index(self._settings.lesion) if self._settings.lesion in codes else -1
        self.choose(codes[(here + places) % len(codes)])

    def undo(self) -> None:
        """Take the last step back; a stroke that is being made ends and is that one."""
        self._settle()
        self._decisions.undo()

    def redo(self) -> None:
        """Do the last undone step again."""
        self._settle()
        self._decisions.redo()

    def _settle(self) -> None:
        view = self.view()
        if view is not None:
            view.finish_tool()

    # -- changes -------------------------------------------------------------------------------------

    def change(self, text: str, work: Callable[[MaskEdit], Iterable[Rect]]) -> bool:
        """Change the chosen lesion as one step, named for undo; False when nothing changed."""
        view = self.view()
        if view is None:
            return False
        self._text = text
        done = view.change(self._settings.lesion, work)
        self._text = ""
        return done

    def end_threshold(self, text: str, threshold: float) -> None:
        """End the step that moved the model's threshold: the new one is recorded with it."""
        view = self.view()
        if view is not None:
            self._text, self._threshold = text, threshold
            view.end_stroke()
            self._text, self._threshold = "", 0.0

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
        kind, before = CorrectionKind.MASK, self._pixels.get(code, 0)
        made = Correction(here.case.id, instance_id, kind, code, before, after, reader, model)
        more = self._threshold_moved(made)
        self._pixels[code] = after

        def work() -> Sequence[Correction]:
            begun = project.review(made.case_id).instances[instance_id].lesions
            first = [] if code in begun else [project.start_mask(instance_id, code, start, reader, model)]
            return [*first, *project.record([made, *more], {0: delta})]

        here.apply(more)
        text = self._text or self.tr("stroke on {0}").format(code)
        self._decisions.record_stroke(text, made, delta, work)
        self._counts.painted(code)

    def _threshold_moved(self, made: Correction) -> list[Correction]:
        """The event that goes with a stroke made by moving the threshold."""
        here = self._desk.open
        if not self._threshold or here is None or made.instance_id is None:
            return []
        before = here.human(made.instance_id).thresholds.get(made.key)
        kind = CorrectionKind.THRESHOLD
        event = (made.case_id, made.instance_id, kind, made.key, before, self._threshold)
        return [Correction(*event, made.reader, made.model)]

    def _undone(self, instance_id: int, code: str, delta: MaskDelta) -> None:
        edit, view = self._pictures.edit, self.view()
        if edit is None or view is None or instance_id != self._pictures.edited:
            return
        rect = edit.apply(code, delta)
        self._pixels[code] = int(np.count_nonzero(edit.plane(code)))
        view.layer_changed(code, rect)
        self._counts.painted(code)

    # -- the mode ------------------------------------------------------------------------------------

    def _ready(self, _: object, value: object) -> None:
        """What was asked for before it could be begun is begun now."""
        here = self._desk.open
        read = isinstance(value, LoadedLayers | LoadedPicture)
        if read and self._waiting is not None and here is not None and here.active == self._waiting:
            self.start()

    def _case_opened(self) -> None:
        self._waiting = None
        self._end()

    def _end(self) -> None:
        if not self._desk.editing:
            return
        self.ending.emit()
        self._desk.editing = False
        if self._pictures.edited is not None:  # strokes may be on their way: what was read before lacks them
            self._pictures.loading.outdate_layers(self._pictures.edited)
        self._counts.forget()
        for view in self._desk.window.canvas.views:
            view.set_edit(None)
            view.set_mode_colour(None)
        self._desk.window.canvas.show_only(None)
        self._pictures.use_tool(self._pictures.tool)
        self._desk.sync_situation()

    def view(self) -> ImageView | None:
        """The view whose masks are corrected; None outside the mode."""
        here = self._desk.open
        if here is None or self._pictures.edited is None:
            return None
        places = [i.id for i in self._pictures.shown]
        if self._pictures.edited not in places:
            return None
        return self._desk.window.canvas.views[places.index(self._pictures.edited)]

    def _view(self, instance: Instance) -> ImageView:
        places = [i.id for i in self._pictures.shown]
        return self._desk.window.canvas.views[places.index(instance.id)]

    def tell(self) -> None:
        """What is painted with what, at the bottom."""
        names = {term.code: term.name for term in lesions()}
        lesion = language.term(names[self._settings.lesion]) if self._settings.lesion in names else ""
        text = self.tr("{0} · brush {1:.0f} px · Shift erases · Esc done")
        if self._settings.keep_others:
            text = self.tr("{0} · brush {1:.0f} px · keeps other lesions · Shift erases · Esc done")
        self._desk.tell(text.format(lesion, self._settings.brush))
