"""The lesions of the active eye in the right pane: how many of each kind, how large, and each single one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer

from engine.imaging.geometry import box_to_upright
from engine.imaging.masks import Component, components
from engine.records import Box, Modality
from engine.vocabulary import Term, lesions
from viewer.control.desk import Desk
from viewer.control.pictures import PictureControl
from viewer.panels.lesions_panel import LesionRow
from viewer.panels.regions_panel import RegionRow
from viewer.state.measurements import MeasureScale, lesion_area_text
from viewer.state.regions import component_at
from viewer.state.why import plural

COUNT_AFTER_MS = 200  # of quiet after a stroke; ours
AROUND = 24.0  # image pixels shown around a lesion that is looked at, at least; ours


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """The single lesions of a mask while it is corrected."""

    instance_id: int
    code: str
    number: int
    regions: tuple[Component, ...]

    @property
    def nbytes(self) -> int:
        """About what it takes."""
        return 200 * len(self.regions) + 1


class LesionControl(QObject):
    """See the module."""

    def __init__(self, desk: Desk, pictures: PictureControl) -> None:
        super().__init__(desk)
        self._desk, self._pictures = desk, pictures
        self._counted: dict[str, Counted] = {}
        self._stale: set[str] = set()
        self._number = 0
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(COUNT_AFTER_MS)
        self._quiet.timeout.connect(self._count)
        pictures.overlays_shown.connect(self.show)
        desk.images.ready.connect(self._ready)
        desk.case_opened.connect(self._counted.clear)
        panel = desk.window.review.lesions.regions
        panel.region_chosen.connect(self.look_at)
        panel.region_deleted.connect(self.delete)

    def painted(self, code: str) -> None:
        """A mask was changed by hand: count it once the hand rests."""
        self._stale.add(code)
        self._quiet.start()

    def forget(self) -> None:
        """A correction begins or ends: what was counted is of before."""
        self._counted.clear()
        self._stale.clear()
        self._quiet.stop()

    def show(self) -> None:
        """All kinds, and the single lesions of the chosen one."""
        here = self._desk.open
        if here is None or here.modality is not Modality.FUNDUS:
            return
        loaded, panel = self._pictures.layers_of(here.active_instance), self._desk.window.review.lesions
        rows = [self._row(term) for term in lesions() if self._known(term.code)]
        corrected = {row.code for row in rows if row.human}
        human = [plural(term, sentence=True) for term in lesions() if term.code in corrected]
        status = self.tr("Corrected by a reader: {0}.").format(", ".join(human)) if human else ""
        if not rows:
            none, reading = self.tr("No lesion masks yet."), self.tr("Masks are being read…")
            status = none if loaded is not None else reading
        panel.show_lesions(rows, status, editing=self._desk.editing)
        self._show_regions()

    def look_at(self, index: int) -> None:
        """Show one lesion as large as is sensible."""
        here, regions = self._desk.open, self.regions(self._chosen)
        if here is None or not 0 <= index < len(regions):
            return
        info = here.active_instance.info
        box = box_to_upright(regions[index].box, info.orientation, info.rows, info.columns)
        edge = max(AROUND, box.x1 - box.x0, box.y1 - box.y0)
        view = self._desk.window.canvas.views[self._index()]
        view.zoom_to(Box(box.x0 - edge, box.y0 - edge, box.x1 + edge, box.y1 + edge))

    def step(self, places: int) -> None:
        """J: the next single lesion of the chosen kind."""
        here = self._desk.open
        if here is None or here.modality is not Modality.FUNDUS:
            return
        if not self._chosen:
            self._desk.window.review.lesions.lesion_chosen.emit(
                next((t.code for t in lesions() if self.regions(t.code)), "")
            )
        self.look_at(self._desk.window.review.lesions.regions.step(places))

    def delete(self, index: int) -> None:
        """Take one lesion out of the mask that is corrected."""
        here, regions = self._desk.open, self.regions(self._chosen)
        if here is None or not self._desk.editing or not 0 <= index < len(regions):
            return
        info = here.active_instance.info
        inside = regions[index].box
        edit, code = self._pictures.edit, self._chosen
        assert edit is not None
        labels, found = components(edit.plane(code)[_slices(inside)])
        wanted = [r for r in found if r.area == regions[index].area]
        if not wanted:
            return
        y, x = next(iter(zip(*(labels == wanted[0].label).nonzero(), strict=True)))
        spot = Box(inside.x0 + x, inside.y0 + y, inside.x0 + x + 1, inside.y0 + y + 1)
        place = box_to_upright(spot, info.orientation, info.rows, info.columns)
        self.delete_at(place.x0, place.y0)

    def delete_at(self, x: float, y: float) -> bool:
        """Take the lesion under an upright position out of the mask that is corrected."""
        edit, code = self._pictures.edit, self._chosen
        if edit is None or not code:
            return False
        rect, inside = component_at(edit.upright(code), int(x // 1), int(y // 1))
        if rect.empty:
            return False
        view = self._desk.window.canvas.views[self._index()]
        return view.change(code, lambda edit: edit.paint_region(rect, inside, 0))

    def regions(self, code: str) -> tuple[Component, ...]:
        """The single lesions of a kind in the active eye, the largest first; stored frame."""
        here = self._desk.open
        if here is None or not code:
            return ()
        counted = self._counted.get(code)
        if self._desk.editing and counted is not None and counted.instance_id == self._pictures.edited:
            found = counted.regions
        else:
            loaded = self._pictures.layers_of(here.active_instance)
            layer = loaded.layers.get(code) if loaded else None
            found = layer.regions if layer else ()
        return tuple(sorted(found, key=lambda region: -region.area))

    # -- counting ------------------------------------------------------------------------------------

    def _count(self) -> None:
        """Off the GUI thread, on a copy: the reader may paint on meanwhile."""
        edit, edited = self._pictures.edit, self._pictures.edited
        if edit is None or edited is None:
            return
        for code in self._stale:
            self._number += 1
            task = partial(_counted, edited, code, self._number, edit.plane(code).copy())
            self._desk.images.want_also((("counted", edited, self._number), task))
        self._stale.clear()

    def _ready(self, key: tuple[Any, ...], value: Any) -> None:
        if not isinstance(value, Counted):
            return
        self._desk.images.cache.forget(key)
        before = self._counted.get(value.code)
        if value.instance_id == self._pictures.edited and (before is None or before.number < value.number):
            self._counted[value.code] = value
            self.show()

    # -- showing -------------------------------------------------------------------------------------

    @property
    def _chosen(self) -> str:
        return self._desk.window.canvas.tool_settings.lesion

    def _known(self, code: str) -> bool:
        here = self._desk.open
        loaded = self._pictures.layers_of(here.active_instance) if here else None
        return self._pictures.edit is not None or (loaded is not None and code in loaded.layers)

    def _row(self, term: Term) -> LesionRow:
        here = self._desk.open
        assert here is not None
        loaded = self._pictures.layers_of(here.active_instance)
        layer = loaded.layers.get(term.code) if loaded else None
        regions = self.regions(term.code)
        total = sum(region.area for region in regions)
        return LesionRow(
            term.code,
            plural(term),
            term.colour,
            term.pattern,
            len(regions),
            term.code not in self._pictures.hidden,
            self._pictures.opacity.get(term.code, self._desk.settings["fundus_opacity"]),
            human=layer.human if layer else term.code in here.human(here.active).lesions,
            active=term.code == self._chosen,
            area=lesion_area_text(total, self._scale()) if total else "",
        )

    def _show_regions(self) -> None:
        panel, code = self._desk.window.review.lesions.regions, self._chosen
        term = next((t for t in lesions() if t.code == code and self._known(code)), None)
        if term is None:
            panel.show_regions("", (), False)
            return
        scale, regions = self._scale(), self.regions(code)
        rows = [
            RegionRow(number, lesion_area_text(region.area, scale), region.area)
            for number, region in enumerate(regions, start=1)
        ]
        title = self.tr("{0}, largest first").format(plural(term))
        if not rows:
            title = self.tr("{0}: none marked").format(plural(term))
        panel.show_regions(title, rows, self._desk.editing)

    def _scale(self) -> MeasureScale:
        return self._desk.window.canvas.views[self._index()].measure_scale()

    def _index(self) -> int:
        here = self._desk.open
        ids = [instance.id for instance in self._pictures.shown]
        return ids.index(here.active) if here is not None and here.active in ids else 0


def _counted(instance_id: int, code: str, number: int, plane: NDArray[np.uint8]) -> Counted:
    return Counted(instance_id, code, number, components(plane)[1])


def _slices(box: Box) -> tuple[slice, slice]:
    return slice(int(box.y0), int(box.y1)), slice(int(box.x0), int(box.x1))
