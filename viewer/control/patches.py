"""Pictures of the gallery: those on the screen are cut in a thread, nothing else is."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from engine.errors import EngineError
from engine.records import Instance
from viewer.control.desk import Desk
from viewer.jobs.patches import PatchCutter
from viewer.state.atlas import Patch


class PatchPictures(QObject):
    """See the module.

    Attributes
    ----------
    instances
        The images of the atlas by id.
    """

    ready = Signal(object)  # key: its picture is there, or cannot be

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self.instances: dict[int, Instance] = {}
        self._problems: dict[Hashable, str] = {}
        self._cutter = PatchCutter(desk.small_decoder)
        desk.patches.ready.connect(lambda key, _: self._told_of(key, ""))
        desk.patches.failed.connect(lambda key, error: self._told_of(key, str(error)))

    def show(self, instances: Iterable[Instance]) -> None:
        """From now on patches of these images are asked for."""
        self.instances = {instance.id: instance for instance in instances}

    def picture(self, key: Hashable) -> QImage | str | None:
        """The picture, why there is none, or None: it was not cut yet."""
        image: QImage | None = self._desk.patches.cache.get((self._desk.generation, key))
        return image if image is not None else self._problems.get(key)

    def want(self, keys: Sequence[Hashable], longest: int) -> None:
        """Cut these and nothing else, at most so many pixels a side; the patches of one image in a row."""
        wanted = [k for k in dict.fromkeys(keys) if isinstance(k, Patch) and k not in self._problems]
        first: dict[int, int] = {}
        for place, patch in enumerate(wanted):
            first.setdefault(patch.instance, place)
        wanted.sort(key=lambda patch: first[patch.instance])
        generation = self._desk.generation
        self._desk.patches.want([((generation, p), partial(self._cut, p, longest)) for p in wanted])

    def rest(self) -> None:
        """Nobody looks: nothing is cut, no image is held, and what failed is tried again next time."""
        self._desk.patches.want(())
        self._cutter.forget()
        self._problems.clear()

    def forget(self) -> None:
        """Another project has other images under the same numbers."""
        self.rest()
        self.instances = {}
        self._desk.patches.cache.clear()

    def _cut(self, patch: Patch, longest: int) -> QImage:
        """In the thread."""
        instance = self.instances.get(patch.instance)
        if instance is None:
            raise EngineError("the image is no longer in the project", remedy="Rebuild the atlas.")
        rgb = self._cutter.cut(instance, patch.box, longest)
        height, width = rgb.shape[:2]
        return QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()

    def _told_of(self, key: tuple[int, Hashable], problem: str) -> None:
        generation, patch = key
        if generation != self._desk.generation:
            return
        if problem:
            self._problems[patch] = self.tr("Not shown: {0}").format(problem)
        self.ready.emit(patch)
