"""Pictures on the canvas: those of the open case, or two that are compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QTimer

from engine.errors import EngineError
from engine.imaging.geometry import upright_size
from engine.records import Instance, Modality
from viewer.control.captions import date_of, details_of, title_of
from viewer.control.desk import Desk
from viewer.control.loading import VIEWS
from viewer.control.overlays import OverlayControl
from viewer.jobs.images import Glimpse, LoadedLayers, LoadedPicture
from viewer.state.compare import Slot
from viewer.state.geometry import UPRIGHT, Facing
from viewer.state.measurements import Measurement, estimated_disc
from viewer.state.overlays import CanvasPicture
from viewer.state.review import OpenCase


class PictureControl(OverlayControl):
    """See the module; `OverlayControl` has what lies over the pictures.

    Attributes
    ----------
    facings, measured, discs
        By image, for this sitting: how its display is turned, what was measured on it, and the diameter of
        its optic disc where the reader measured it.
    tool
        What left-drag does while reviewing; empty: what fits the picture.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.facings: dict[int, Facing] = {}
        self.measured: dict[int, tuple[Measurement, ...]] = {}
        self.discs: dict[int, float] = {}
        self.tool = ""
        desk.case_opened.connect(self.show_case)
        desk.case_changed.connect(self.show_active)
        desk.masks_changed.connect(self._masks_changed)
        desk.images.ready.connect(self._ready)
        desk.images.failed.connect(self._failed)
        desk.project_opened.connect(self._forget)

    def show_case(self) -> None:
        """Show the case that was just opened, from the cache where it is there."""
        here = self._desk.open
        if here is not None:
            self.evidence, self.marked = "", None
            self.edit = self.maps = self.edited = None
            self.show_slots([Slot(instance) for instance in here.instances[:VIEWS]])

    def show_slots(self, slots: Sequence[Slot]) -> None:
        """Show these images."""
        here, area = self._desk.open, self._desk.window.canvas
        if here is None:
            return
        self._slots = tuple(slots)
        self._pyramids.clear()
        self.loading.hold(self.shown)
        area.show_views(len(self._slots))
        for index, slot in enumerate(self._slots):
            loaded = self.picture_of(slot.instance)
            self.layers_of(slot.instance, slot.case)  # held from now on
            glimpse = self._desk.images.cache.get(self.loading.glimpse_key(slot.instance))
            if loaded is not None:
                self._show_picture(index, loaded)
            elif glimpse is not None:
                self._show_glimpse(index, glimpse)
            else:
                self._show_placeholder(index, slot.instance)
        self.loading.want(here, self._slots)
        self.mark_active()
        QTimer.singleShot(0, self, self.show_active)  # the picture is painted before its overlays are made

    def is_sharp(self, index: int) -> bool:
        """Whether a view shows a pixel of its image for each of its own, if perhaps not all of them yet."""
        return index < len(self._slots) and (self.is_shown(index) or self._glimpsed(index))

    def is_shown(self, index: int) -> bool:
        """Whether a view shows its image itself, no thumbnail of it."""
        loaded = self.picture_of(self.shown[index])
        picture = self._desk.window.canvas.views[index].picture()
        return loaded is not None and picture is not None and picture.array is loaded.array

    def use_tool(self, name: str = "") -> None:
        """What left-drag does on all pictures from now on; empty: move colour, window grey ones."""
        self.tool = name
        for view in self._desk.window.canvas.views:
            picture = view.picture()
            if picture is not None:
                view.set_tool(self._tool_for(picture))

    def show_measured(self, instance: Instance) -> None:
        """Draw what was measured on an image, wherever it is shown."""
        for index, slot in enumerate(self._slots):
            if slot.instance.id == instance.id:
                view = self._desk.window.canvas.views[index]
                view.set_measurements(self.measured.get(instance.id, ()))

    def _forget(self) -> None:
        """Another project has other images under the same numbers."""
        self.facings.clear()
        self.measured.clear()
        self.discs.clear()

    def _ready(self, key: tuple[Any, ...], value: Any) -> None:
        if isinstance(value, Glimpse):
            for index, instance in enumerate(self.shown):
                if key == self.loading.glimpse_key(instance) and not self.is_sharp(index):
                    whole = self.picture_of(instance)  # decoded ahead just now
                    if whole is None:
                        self._show_glimpse(index, value)
                    else:
                        self._show_picture(index, whole)
        elif isinstance(value, LoadedPicture):
            for index, instance in enumerate(self.shown):
                if key == self.loading.picture_key(instance):
                    if not self.is_shown(index):
                        self._show_picture(index, value)
                    self._show_overlays(index)
                    self.overlays_shown.emit()
            self._desk.images.cache.forget(("glimpse", *key[1:]))  # it has served
        elif isinstance(value, LoadedLayers):
            here = self._desk.open
            if value.instance_id == self.edited and not self._desk.editing and here is not None:
                if key != self.loading.layers_key(here, here.active_instance):
                    return  # of before the last stroke
                self.edit = self.maps = self.edited = None
            self.show_active()

    def _failed(self, key: tuple[Any, ...], error: EngineError) -> None:
        for index, instance in enumerate(self.shown):
            if key == self.loading.picture_key(instance):
                pane = self._desk.window.canvas.panes[index]
                gone = not instance.info.path.is_file()
                lines = [error.what, error.where, error.remedy]
                text = "\n\n".join(line for line in lines if line)
                pane.show_message(f"{text[0].upper()}{text[1:]}", locate=gone)
            elif key[:2] == ("layers", instance.id):
                self._desk.tell(self.tr("Masks could not be read: {0}").format(error))

    def _masks_changed(self, instance_id: int) -> None:
        """The store has other masks than the cache; what is being edited is on the canvas already."""
        self.loading.outdate_layers(instance_id)
        here = self._desk.open
        busy = self._desk.editing and instance_id == self.edited
        if here is not None and not busy and any(i.id == instance_id for i in self.shown):
            self.loading.want(here, self._slots)

    # -- showing -------------------------------------------------------------------------------------

    def _show_picture(self, index: int, loaded: LoadedPicture) -> None:
        pane, slot = self._desk.window.canvas.panes[index], self._slots[index]
        pane.show_view()
        picture = self._record(slot, loaded)
        self._clear(index)
        if self._glimpsed(index):
            pane.view.replace_array(loaded.array, loaded.pyramid)  # where the reader looks stays
            pane.view.set_texts(picture)
        else:
            pane.view.set_picture(picture)
        pane.view.set_tool(self._tool_for(picture))
        pane.view.set_measurements(self.measured.get(slot.instance.id, ()))

    def _tool_for(self, picture: CanvasPicture) -> str:
        return self.tool or ("pan" if picture.colour else "window_level")

    def _clear(self, index: int) -> None:
        """Nothing of the case before may lie over the next one."""
        view = self._desk.window.canvas.views[index]
        view.set_layers([])
        view.set_boxes([])
        view.set_heat(None)

    def _show_glimpse(self, index: int, glimpse: Glimpse) -> None:
        pane = self._desk.window.canvas.panes[index]
        pane.show_view()
        self._clear(index)
        pane.view.set_picture(self._unfinished(index, glimpse.array))

    def _glimpsed(self, index: int) -> bool:
        """Whether a view shows the glimpse of its image."""
        picture = self._desk.window.canvas.views[index].picture()
        glimpse = self._desk.images.cache.get(self.loading.glimpse_key(self.shown[index]))
        return picture is not None and isinstance(glimpse, Glimpse) and picture.array is glimpse.array

    def _unfinished(self, index: int, array: NDArray[Any]) -> CanvasPicture:
        """Fewer pixels of an image in its place."""
        info = self._slots[index].instance.info
        size = upright_size(info.orientation, info.rows, info.columns)
        facing = self._facing(self._slots[index])
        return CanvasPicture(array, title=self.tr("loading…"), size=size, facing=facing)

    def _show_placeholder(self, index: int, instance: Instance) -> None:
        """The thumbnail, while the image itself is on its way."""
        image = self._desk.thumbnails.cache.get(instance.info.sha256)
        view = self._desk.window.canvas.views[index]
        self._clear(index)
        if image is None:
            view.set_picture(None)
            return
        rgb = image.convertToFormat(image.Format.Format_RGB888)
        rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
        array = rows[:, : 3 * rgb.width()].reshape(rgb.height(), rgb.width(), 3).copy()
        view.set_picture(self._unfinished(index, array))

    def _facing(self, slot: Slot) -> Facing:
        return slot.facing or self.facings.get(slot.instance.id, UPRIGHT)

    def _record(self, slot: Slot, loaded: LoadedPicture) -> CanvasPicture:
        here, instance, info = slot.case or self._desk.open, slot.instance, slot.instance.info
        assert here is not None
        shape = loaded.array.shape
        spacing = info.pixel_spacing
        if spacing is not None and info.orientation >= 5:
            spacing = (spacing[1], spacing[0])
        fundus = here.modality is Modality.FUNDUS
        title = title_of(instance, here.modality)
        return CanvasPicture(
            loaded.array,
            None if loaded.array.ndim == 3 else loaded.window,
            spacing,
            title=f"{title} · {slot.caption}" if slot.caption else title,
            subtitle=f"{here.case.name}{f' · {date_of(info.study_date)}' if info.study_date else ''}\n"
            f"{shape[1]} × {shape[0]}",
            details=details_of(info) if loaded.array.ndim == 2 else "",
            model=self._model_of(here, instance),
            pyramid=loaded.pyramid,
            facing=self._facing(slot),
            disc=self.discs.get(instance.id, estimated_disc(loaded.field_radius) if fundus else 0.0),
            disc_measured=instance.id in self.discs,
        )

    def _model_of(self, here: OpenCase, instance: Instance) -> str:
        if here.veiled:
            return ""
        wanted = ("zoom_in_net", "cxr_ml_gzsl", "cm_dml_gzsl", "lesion_unet")
        found = [s for name in wanted if (s := here.stored(instance.id, name))]
        return found[0].prediction.model.short if found else self.tr("no model yet")
