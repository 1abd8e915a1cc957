"""Pictures and overlays of the open case on the canvas, and what the panels say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer

from engine.errors import EngineError
from engine.imaging.geometry import box_to_upright, upright_size
from engine.records import Box, Instance, Modality
from engine.vocabulary import lesions
from viewer.control.captions import date_of, details_of, map_caption, title_of
from viewer.control.desk import Desk
from viewer.control.loading import VIEWS, Loading
from viewer.jobs.images import (
    LoadedLayer,
    LoadedLayers,
    LoadedPicture,
    crop,
    upright_map,
)
from viewer.language import marked
from viewer.panels.evidence_strip import Inset
from viewer.panels.lesions_panel import LesionRow
from viewer.state.mask_edit import MaskEdit
from viewer.state.overlays import CanvasBox, CanvasPicture, MaskLayer, Pattern
from viewer.state.packed_pyramid import PackedPyramid
from viewer.state.review import OpenCase
from viewer.state.why import plural, why_finding, why_grade

INSET_PIXELS = 512
HINT = marked(
    "PictureControl", "0–4 grade · Shift+1–4 zoom to a region · H hold to hide overlays · B boxes · M masks"
)


class PictureControl(QObject):
    """See the module.

    Attributes
    ----------
    hidden, opacity
        Lesions that are not shown; opacity by lesion. They stay from case to case.
    edit
        The masks being corrected, and whose they are; kept after the correction until the store's are read.
    evidence
        Name of the map on the canvas, without its ``evidence/``.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self.hidden: set[str] = set()
        self.opacity: dict[str, float] = {}
        self.edit: MaskEdit | None = None
        self.edited: int | None = None
        self.before_edit: LoadedLayers | None = None
        self.evidence = ""
        self.loading = Loading(desk)
        self._shown: tuple[Instance, ...] = ()
        self._masks: dict[tuple[int, str], tuple[LoadedLayer, PackedPyramid]] = {}
        desk.case_opened.connect(self.show_case)
        desk.case_changed.connect(self.show_active)
        desk.masks_changed.connect(self._masks_changed)
        desk.images.ready.connect(self._ready)
        desk.images.failed.connect(self._failed)
        panel = desk.window.review.lesions
        panel.visibility_changed.connect(self._set_visible)
        panel.opacity_changed.connect(self._set_opacity)

    # -- loading -------------------------------------------------------------------------------------

    def show_case(self) -> None:
        """Show the case that was just opened, from the cache where it is there."""
        here, area = self._desk.open, self._desk.window.canvas
        if here is None:
            return
        self._shown = here.instances[:VIEWS]
        self.evidence = ""
        self.edit = self.edited = None
        shown = {instance.id for instance in self._shown}
        self._masks = {key: value for key, value in self._masks.items() if key[0] in shown}
        self.loading.hold(self._shown)
        area.show_views(len(self._shown))
        for index, instance in enumerate(self._shown):
            loaded = self.picture_of(instance)
            self.layers_of(instance)  # held from now on
            if loaded is not None:
                self._show_picture(index, loaded)
            else:
                self._show_placeholder(index, instance)
        self.loading.want(here)
        self.mark_active()
        QTimer.singleShot(0, self, self.show_active)  # the picture is painted before its overlays are made

    def picture_of(self, instance: Instance) -> LoadedPicture | None:
        """The decoded image, when it is there."""
        return self.loading.picture(instance)

    def layers_of(self, instance: Instance) -> LoadedLayers | None:
        """The lesion masks, when they are there; while they change, those of before the correction."""
        here = self._desk.open
        found = self.loading.layers(here, instance) if here is not None else None
        return self.before_edit if found is None and instance.id == self.edited else found

    def _ready(self, key: tuple[Any, ...], value: Any) -> None:
        if isinstance(value, LoadedPicture):
            for index, instance in enumerate(self._shown):
                if key == self.loading.picture_key(instance):
                    self._show_picture(index, value)
                    self._show_overlays(index)
                    self._show_evidence()
        elif isinstance(value, LoadedLayers):
            here = self._desk.open
            if value.instance_id == self.edited and not self._desk.editing and here is not None:
                if key != self.loading.layers_key(here, here.active_instance):
                    return  # of before the last stroke
                self.edit = self.edited = None
            self.show_active()

    def _failed(self, key: tuple[Any, ...], error: EngineError) -> None:
        for index, instance in enumerate(self._shown):
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
        if here is not None and not busy and any(i.id == instance_id for i in self._shown):
            self.loading.want(here)

    # -- showing -------------------------------------------------------------------------------------

    def _show_picture(self, index: int, loaded: LoadedPicture) -> None:
        pane = self._desk.window.canvas.panes[index]
        pane.show_view()
        picture = self._record(self._shown[index], loaded)
        self._clear(index)
        pane.view.set_picture(picture)
        pane.view.set_tool("pan" if picture.colour else "window_level")

    def _clear(self, index: int) -> None:
        """Nothing of the case before may lie over the next one."""
        view = self._desk.window.canvas.views[index]
        view.set_layers([])
        view.set_boxes([])
        view.set_heat(None)

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
        info = instance.info
        size = upright_size(info.orientation, info.rows, info.columns)
        view.set_picture(CanvasPicture(array, title="loading…", size=size))

    def _record(self, instance: Instance, loaded: LoadedPicture) -> CanvasPicture:
        here = self._desk.open
        assert here is not None
        info = instance.info
        shape = loaded.array.shape
        spacing = info.pixel_spacing
        if spacing is not None and info.orientation >= 5:
            spacing = (spacing[1], spacing[0])
        return CanvasPicture(
            loaded.array,
            None if loaded.array.ndim == 3 else loaded.window,
            spacing,
            title=title_of(instance, here.modality),
            subtitle=f"{here.case.name}{f' · {date_of(info.study_date)}' if info.study_date else ''}\n"
            f"{shape[1]} × {shape[0]}",
            details=details_of(info) if loaded.array.ndim == 2 else "",
            model=self._model_of(here, instance),
            pyramid=loaded.pyramid,
        )

    def _model_of(self, here: OpenCase, instance: Instance) -> str:
        wanted = ("zoom_in_net", "cxr_ml_gzsl", "cm_dml_gzsl", "lesion_unet")
        found = [s for name in wanted if (s := here.stored(instance.id, name))]
        return found[0].prediction.model.short if found else self.tr("no model yet")

    def show_active(self) -> None:
        """Overlays, the bright frame, the lesion rows and the evidence, after anything changed."""
        here = self._desk.open
        if here is None:
            return
        self.mark_active()
        for index in range(len(self._shown)):
            self._show_overlays(index)
        if here.modality is Modality.FUNDUS:
            self._show_lesions(here)
        self._show_evidence()

    def mark_active(self) -> None:
        """The bright frame."""
        here = self._desk.open
        active = next((n for n, i in enumerate(self._shown) if here is not None and i.id == here.active), 0)
        several = len(self._shown) > 1 and not self._desk.editing
        self._desk.window.canvas.set_active(active, several)

    def _show_overlays(self, index: int) -> None:
        here, view = self._desk.open, self._desk.window.canvas.views[index]
        instance = self._shown[index]
        picture = view.picture()
        if here is None or self.picture_of(instance) is None or picture is None:
            return
        window = self._desk.window
        view.set_layers(self._mask_layers(instance) if window.is_checked("view.masks") else [])
        boxes = self.boxes_of(instance) if window.is_checked("view.boxes") else []
        view.set_boxes([CanvasBox(box, number) for number, box in enumerate(boxes, start=1)])
        wanted = window.is_checked("view.evidence") or self.evidence
        name, heat = self._heat(here, instance) if wanted else ("", None)
        view.set_heat(heat, self._desk.settings["evidence_opacity"])
        view.set_texts(replace(picture, note=self._note(name)))
        view.set_texts_visible(window.is_checked("view.labels"))

    def _mask_layers(self, instance: Instance) -> list[MaskLayer]:
        loaded = self.layers_of(instance)
        edit = self.edit if instance.id == self.edited else None
        layers = []
        for term in lesions():
            mask = edit.upright(term.code) if edit is not None else None
            ready = self._pyramid(loaded, term.code) if edit is None and loaded is not None else None
            if mask is not None or ready is not None:
                opacity = self.opacity.get(term.code, self._desk.settings["fundus_opacity"])
                shown = term.code not in self.hidden
                pattern = Pattern(term.pattern) if term.pattern in set(Pattern) else Pattern.SOLID
                layers.append(
                    MaskLayer(term.code, term.name, term.colour, pattern, opacity, shown, mask, pyramid=ready)
                )
        return layers

    def _pyramid(self, loaded: LoadedLayers, code: str) -> PackedPyramid | None:
        """The pyramid of a layer, kept while its image is on the canvas."""
        layer = loaded.layers.get(code)
        if layer is None:
            return None
        key = (loaded.instance_id, code)
        if key not in self._masks or self._masks[key][0] is not layer:
            self._masks[key] = (layer, layer.pyramid())
        return self._masks[key][1]

    def boxes_of(self, instance: Instance) -> list[Box]:
        """The model's regions of an image, upright, the strongest first."""
        here = self._desk.open
        stored = here.stored(instance.id, "zoom_in_net") if here else None
        if stored is None:
            return []
        info = instance.info
        return [
            box_to_upright(box, info.orientation, info.rows, info.columns) for box in stored.prediction.boxes
        ]

    def _heat(self, here: OpenCase, instance: Instance) -> tuple[str, Any]:
        """The map to show and its name; ("", None) when the model made none."""
        if here.modality is Modality.CHEST and not self.evidence and instance.id == here.active:
            first = self._first_finding(here)
            names = [f"evidence/{first}"]
        elif here.modality is Modality.CHEST:
            names = [f"evidence/{self.evidence}"]
        else:
            scores = here.grade_scores(instance.id)
            grade = scores.grade if scores else 0
            names = [f"gated/{grade}", f"attention/{grade}", "gated/1", "attention/1"]
        for by_system in here.predictions.get(instance.id, {}).values():
            for name in names:
                if name in by_system.prediction.maps:
                    return name, upright_map(by_system.prediction.maps[name], instance.info.orientation)
        return "", None

    def _note(self, name: str) -> str:
        """What the bottom left says of the map on the canvas."""
        kind, _, label = name.partition("/")
        told = self._why_finding(label if kind == "evidence" else self.evidence)
        return "\n".join(line for line in (told, map_caption(name) if name else "") if line)

    def _first_finding(self, here: OpenCase) -> str:
        for name in here.chest_systems():
            labels = here.labels(here.active, name)
            return max(labels, key=lambda label: label.score).name
        return ""

    def show_finding(self, name: str) -> None:
        """Show where a finding was seen; an empty name shows none."""
        self.evidence = name
        for index in range(len(self._shown)):
            self._show_overlays(index)
        self._show_evidence()

    def _why_finding(self, name: str) -> str:
        """What is said of the map on the canvas."""
        here = self._desk.open
        for system in here.chest_systems() if here is not None else ():
            assert here is not None
            labels = sorted(here.labels(here.active, system), key=lambda label: -label.score)
            for rank, label in enumerate(labels, start=1):
                if label.name == name:
                    return why_finding(label, rank, len(labels))
        return ""

    # -- panels --------------------------------------------------------------------------------------

    def _show_lesions(self, here: OpenCase) -> None:
        instance = here.active_instance
        loaded = self.layers_of(instance)
        lesion = self._desk.window.canvas.tool_settings.lesion if self._desk.editing else ""
        rows = []
        for term in lesions():
            layer = loaded.layers.get(term.code) if loaded else None
            if layer is None and self.edit is None:
                continue
            rows.append(
                LesionRow(
                    term.code,
                    plural(term),
                    term.colour,
                    term.pattern,
                    len(layer.centers) if layer else 0,
                    term.code not in self.hidden,
                    self.opacity.get(term.code, self._desk.settings["fundus_opacity"]),
                    human=layer.human if layer else False,
                    active=term.code == lesion,
                )
            )
        human = [row.name for row in rows if row.human]
        status = self.tr("Corrected by a reader: {0}.").format(", ".join(human).lower()) if human else ""
        if not rows:
            none, reading = self.tr("No lesion masks yet."), self.tr("Masks are being read…")
            status = none if loaded is not None else reading
        self._desk.window.review.lesions.show_lesions(rows, status, editing=self._desk.editing)

    def _show_evidence(self) -> None:
        here, strip = self._desk.open, self._desk.window.evidence
        if here is None:
            return
        if here.modality is Modality.FUNDUS and here.grade_scores(here.active) is not None:
            strip.show_evidence(self._insets(here), self._why_grade(here), self.tr(HINT))
        else:
            strip.setVisible(False)

    def _insets(self, here: OpenCase) -> list[Inset]:
        instance = here.active_instance
        loaded = self.picture_of(instance)
        stored = here.stored(instance.id, "zoom_in_net")
        if loaded is None or stored is None or loaded.array.dtype != "uint8":
            return []
        boxes = self.boxes_of(instance)[:4]
        return [
            Inset(
                number,
                crop(loaded.array, (box.x0, box.y0, box.x1, box.y1), INSET_PIXELS),
                self.tr("attention {0:.2f}").format(box.score),
            )
            for number, box in enumerate(boxes, start=1)
            if box.area > 0
        ]

    def _why_grade(self, here: OpenCase) -> str:
        instance = here.active_instance
        stored, loaded = here.stored(instance.id, "zoom_in_net"), self.layers_of(instance)
        if stored is None or stored.prediction.grade is None:
            return ""
        centers = {code: layer.centers for code, layer in loaded.layers.items()} if loaded else {}
        return why_grade(stored.prediction.grade, stored.prediction.boxes, centers)

    def _set_visible(self, code: str, on: bool) -> None:
        self.hidden = self.hidden - {code} if on else self.hidden | {code}
        self.show_active()

    def _set_opacity(self, code: str, opacity: float) -> None:
        self.opacity[code] = opacity
        self.show_active()

    @property
    def shown(self) -> Sequence[Instance]:
        """Images on the canvas, left to right."""
        return self._shown
