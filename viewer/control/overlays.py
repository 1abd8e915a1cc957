"""What lies over the pictures: masks, boxes, maps, and what the corners say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from engine.imaging.geometry import box_to_upright
from engine.records import Box, Instance, Modality
from engine.vocabulary import lesions
from viewer.control.captions import map_caption
from viewer.control.desk import Desk
from viewer.control.loading import Loading
from viewer.jobs.images import LoadedLayers, LoadedPicture, upright_map
from viewer.state.compare import Slot
from viewer.state.mask_edit import MaskEdit
from viewer.state.model_maps import ModelMaps
from viewer.state.overlays import CanvasBox, MaskLayer, Pattern
from viewer.state.packed_pyramid import PackedPyramid
from viewer.state.review import OpenCase
from viewer.state.why import why_finding
from viewer.state.zoom_maps import MapChoice

CANDIDATES = "candidates"  # code of the layer that shows what the model sees while lesions are accepted

MARKED = "#F0E442"  # Okabe and Ito's yellow: seen on red and on dark


class OverlayControl(QObject):
    """See the module.

    Attributes
    ----------
    hidden, opacity
        Lesions that are not shown; opacity by lesion. They stay from case to case.
    edit, maps
        The masks being corrected and the model's maps of them; ``edited`` says whose they are. Kept after
        the correction until the store's masks are read.
    candidates
        Whether what the model sees of the chosen lesion is shown beside its mask.
    evidence
        Name of the map on the canvas, without its ``evidence/``.
    zoom_map
        Which map of Zoom-in-Net a fundus photograph shows.
    marked
        A place of an image that is framed beside the regions: its id, the upright box, what it is.
    """

    overlays_shown = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self.hidden: set[str] = set()
        self.opacity: dict[str, float] = {}
        self.edit: MaskEdit | None = None
        self.maps: ModelMaps | None = None
        self.candidates = False
        self.edited: int | None = None
        self.before_edit: LoadedLayers | None = None
        self.evidence = ""
        self.zoom_map = MapChoice()
        self.marked: tuple[int, Box, str] | None = None
        self.loading = Loading(desk)
        self._slots: tuple[Slot, ...] = ()
        self._pyramids: dict[tuple[int, int, str], tuple[Any, PackedPyramid]] = {}  # place, image, lesion
        panel = desk.window.review.lesions
        panel.visibility_changed.connect(self._set_visible)
        panel.opacity_changed.connect(self._set_opacity)

    @property
    def shown(self) -> Sequence[Instance]:
        """Images on the canvas, left to right."""
        return tuple(slot.instance for slot in self._slots)

    def picture_of(self, instance: Instance) -> LoadedPicture | None:
        """The decoded image, when it is there."""
        return self.loading.picture(instance)

    def layers_of(self, instance: Instance, case: OpenCase | None = None) -> LoadedLayers | None:
        """The lesion masks as a case (None: the open one) has them, when they are there.

        While they change, those of before the correction.
        """
        seen_by = case or self._desk.open
        found = self.loading.layers(seen_by, instance) if seen_by is not None else None
        waiting = found is None and case is None and instance.id == self.edited
        return self.before_edit if waiting else found

    def boxes_of(self, instance: Instance, case: OpenCase | None = None) -> list[Box]:
        """The model's regions of an image, upright, the strongest first."""
        seen_by = case or self._desk.open
        stored = seen_by.stored(instance.id, "zoom_in_net") if seen_by else None
        if stored is None:
            return []
        info = instance.info
        return [
            box_to_upright(box, info.orientation, info.rows, info.columns) for box in stored.prediction.boxes
        ]

    def show_active(self) -> None:
        """Overlays and the bright frame, after anything changed."""
        if self._desk.open is None:
            return
        self.mark_active()
        for index in range(len(self._slots)):
            self._show_overlays(index)
        self.overlays_shown.emit()

    def mark_active(self) -> None:
        """The bright frame; a mode has a frame of its own."""
        here = self._desk.open
        active = next((n for n, i in enumerate(self.shown) if here is not None and i.id == here.active), 0)
        several = len(self._slots) > 1 and not self._desk.editing
        self._desk.window.canvas.set_active(active, several)

    def show_finding(self, name: str) -> None:
        """Show where a finding was seen; an empty name shows none."""
        self.evidence = name
        for index in range(len(self._slots)):
            self._show_overlays(index)
        self.overlays_shown.emit()

    def mark(self, instance_id: int, box: Box, text: str) -> None:
        """Frame a place of an image until another case is opened."""
        self.marked = (instance_id, box, text)
        self.show_active()

    def _show_overlays(self, index: int) -> None:
        slot, view = self._slots[index], self._desk.window.canvas.views[index]
        here, picture = slot.case or self._desk.open, view.picture()
        if here is None or self.picture_of(slot.instance) is None or picture is None:
            return
        window = self._desk.window
        view.set_layers(self._mask_layers(index) if window.is_checked("view.masks") else [])
        framed = window.is_checked("view.boxes") and not self._desk.editing  # they would be in the way
        boxes = self.boxes_of(slot.instance, slot.case) if framed else []
        frames = [CanvasBox(box, number) for number, box in enumerate(boxes, start=1)]
        if framed and self.marked is not None and self.marked[0] == slot.instance.id:
            frames.append(CanvasBox(self.marked[1], 0, MARKED, self.marked[2]))
        view.set_boxes(frames)
        asked = window.is_checked("view.evidence") or window.is_checked("view.grad_cam")
        wanted = asked or self.evidence
        name, heat = self._heat(here, slot.instance) if wanted else ("", None)
        view.set_heat(heat, self._desk.settings["evidence_opacity"])
        view.set_texts(replace(picture, note=self._note(here, name)))
        view.set_texts_visible(window.is_checked("view.labels"))

    # -- masks ---------------------------------------------------------------------------------------

    def _mask_layers(self, index: int) -> list[MaskLayer]:
        slot = self._slots[index]
        loaded = self.layers_of(slot.instance, slot.case)
        edit = self.edit if slot.case is None and slot.instance.id == self.edited else None
        layers = []
        for term in lesions():
            mask = edit.upright(term.code) if edit is not None else None
            ready = self._pyramid(index, loaded, term.code) if edit is None and loaded is not None else None
            if mask is not None or ready is not None:
                opacity = self.opacity.get(term.code, self._desk.settings["fundus_opacity"])
                shown = term.code not in self.hidden
                pattern = Pattern(term.pattern) if term.pattern in set(Pattern) else Pattern.SOLID
                layers.append(
                    MaskLayer(term.code, term.name, term.colour, pattern, opacity, shown, mask, pyramid=ready)
                )
        return layers if edit is None else [*layers, *self._candidates()]

    def _candidates(self) -> list[MaskLayer]:
        """What the model sees of the chosen lesion: white, whatever the lesion's colour."""
        code, maps = self._desk.window.canvas.tool_settings.lesion, self.maps
        if not self.candidates or maps is None or code not in maps:
            return []
        values, threshold = maps.upright(code), maps.threshold(code)
        return [
            MaskLayer(CANDIDATES, "", "#FFFFFF", Pattern.DOTS, 0.7, probability=values, threshold=threshold)
        ]

    def _pyramid(self, index: int, loaded: LoadedLayers, code: str) -> PackedPyramid | None:
        """The pyramid of a layer, kept while its image is on the canvas."""
        layer = loaded.layers.get(code)
        if layer is None:
            return None
        key = (index, loaded.instance_id, code)
        if key not in self._pyramids or self._pyramids[key][0] is not layer:
            self._pyramids[key] = (layer, layer.pyramid())
        return self._pyramids[key][1]

    # -- maps ----------------------------------------------------------------------------------------

    def _heat(self, here: OpenCase, instance: Instance) -> tuple[str, Any]:
        """The map to show and its name; ("", None) when the model made none."""
        kind = "gradcam" if self._desk.window.is_checked("view.grad_cam") else "evidence"
        if here.modality is Modality.CHEST and not self.evidence and instance.id == here.active:
            first = self._first_finding(here)
            names = [f"{kind}/{first}", f"evidence/{first}"]
        elif here.modality is Modality.CHEST:
            names = [f"{kind}/{self.evidence}", f"evidence/{self.evidence}"]
        else:
            scores = here.grade_scores(instance.id)
            names = [self.zoom_map.name(scores.grade if scores else None)]
        for by_system in here.predictions.get(instance.id, {}).values():
            for name in names:
                if name in by_system.prediction.maps:
                    return name, upright_map(by_system.prediction.maps[name], instance.info.orientation)
        return "", None

    def _note(self, here: OpenCase, name: str) -> str:
        """What the bottom left says of the map on the canvas."""
        kind, _, label = name.partition("/")
        told = self._why_finding(here, label if kind in ("evidence", "gradcam") else self.evidence)
        return "\n".join(line for line in (told, map_caption(name) if name else "") if line)

    def _first_finding(self, here: OpenCase) -> str:
        for name in here.chest_systems():
            labels = here.labels(here.active, name)
            return max(labels, key=lambda label: label.score).name
        return ""

    def _why_finding(self, here: OpenCase, name: str) -> str:
        """What is said of the map on the canvas."""
        for system in here.chest_systems():
            labels = sorted(here.labels(here.active, system), key=lambda label: -label.score)
            for rank, label in enumerate(labels, start=1):
                if label.name == name:
                    return why_finding(label, rank, len(labels))
        return ""

    def _set_visible(self, code: str, on: bool) -> None:
        self.hidden = self.hidden - {code} if on else self.hidden | {code}
        self.show_active()

    def _set_opacity(self, code: str, opacity: float) -> None:
        self.opacity[code] = opacity
        self.show_active()
