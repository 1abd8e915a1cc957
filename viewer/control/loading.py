"""What is decoded for the open case, and ahead for its neighbours as far as the memory goes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer

from engine.errors import EngineError
from engine.records import Case, Instance, Modality
from viewer.control.desk import Desk
from viewer.jobs.background import Background, Task
from viewer.jobs.images import (
    LoadedLayers,
    LoadedPicture,
    cost,
    has_glimpse,
    load_glimpse,
    load_layers,
    load_picture,
)
from viewer.state.compare import Slot
from viewer.state.review import OpenCase

VIEWS = 2
PAINT_MS = 30  # before neighbours are read: what is there is painted first; ours
PAUSE_MS = 120  # that a reader stays at a case before all its pixels are decoded, where a glimpse does; ours
Key = tuple[Any, ...]  # what, instance id, generation of the project, …


@dataclass(frozen=True, slots=True)
class Prefetched:
    """A neighbour's pictures and layers are in the cache."""

    nbytes: int = 0


class Loading(QObject):
    """Keys and tasks of the image thread; holds what is on the canvas even when the cache lets it go."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._shown: frozenset[int] = frozenset()
        self._revisions: dict[int, int] = {}
        self._held: dict[Key, Any] = {}
        self._later: Callable[[], None] = lambda: None
        self._awaited: set[Hashable] = set()
        self._near: list[int] = []  # cases around the open one
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(self._go_on)
        desk.case_found.connect(self.begin)
        desk.images.ready.connect(self._ready)
        desk.images.failed.connect(lambda key, _: self._done(key))

    def hold(self, shown: Sequence[Instance]) -> None:
        """These images are on the canvas now."""
        self._shown = frozenset(instance.id for instance in shown)
        generation = self._desk.generation
        self._held = {k: v for k, v in self._held.items() if k[1] in self._shown and k[2] == generation}

    def picture(self, instance: Instance) -> LoadedPicture | None:
        """The decoded image, when it is there."""
        found: LoadedPicture | None = self._kept(self.picture_key(instance))
        return found

    def layers(self, here: OpenCase, instance: Instance) -> LoadedLayers | None:
        """The lesion masks, when they are there."""
        found: LoadedLayers | None = self._kept(self.layers_key(here, instance))
        return found

    def outdate_layers(self, instance_id: int) -> None:
        """The store has other masks of an image now."""
        self._revisions[instance_id] = self._revisions.get(instance_id, 0) + 1

    def picture_key(self, instance: Instance) -> Key:
        """Of the decoded image."""
        return ("picture", instance.id, self._desk.generation)

    def glimpse_key(self, instance: Instance) -> Key:
        """Of the image with as many pixels as the canvas has."""
        return ("glimpse", instance.id, self._desk.generation)

    def layers_key(self, here: OpenCase, instance: Instance) -> Key:
        """Of the masks as this prediction and the corrections so far make them."""
        stored = here.stored(instance.id, "lesion_unet")
        revision = self._revisions.get(instance.id, 0)
        corrected = tuple(sorted(here.human(instance.id).lesions))
        number = stored.id if stored else 0
        return ("layers", instance.id, self._desk.generation, number, revision, corrected)

    def begin(self, case: Case) -> None:
        """Decode what the canvas will show first, while the rest of the case is read and its panels made."""
        least, cache = self._least(), self._desk.images.cache
        tasks: list[Task] = []
        for instance in case.instances[:VIEWS]:
            if self.picture_key(instance) not in cache:
                tasks += self._glimpses(instance, least) or [self._picture_task(instance)]
        self._desk.images.want([task for task in tasks if task[0] not in cache])

    def want(self, here: OpenCase, slots: Sequence[Slot]) -> None:
        """Load what is on the canvas first, then the next two cases and the one before.

        Where a glimpse can be had, the rest waits until the reader stays at the case for a moment; where all
        is there, until it is painted. Neighbours are made beside it when the reader steps through the list,
        and after it when a case is opened out of turn: then its own image is what counts.
        """
        least, held = self._least(), self._held
        coarse = [slot.instance for slot in slots if self.picture_key(slot.instance) not in held]
        glimpses = [task for instance in coarse for task in self._glimpses(instance, least)]
        wanted = [task for slot in slots for task in self._tasks(slot.case or here, slot.instance)]
        # What is held was there when it was shown. Asked later, more may be held and nobody has shown it.
        missing = [task for task in wanted if task[0] not in held]
        stepping, self._near = here.case.id in self._near, self._around(here)
        self._later = partial(self._want_all, here, tuple(slots), missing)
        self._awaited = set()
        self._pause.stop()
        if glimpses:
            beside = self._near if stepping else []
            ahead = [(("glimpses", case_id), self._glimpsing(case_id, least)) for case_id in beside]
            self._desk.images.want([*glimpses, *ahead])
            self._pause.start(PAUSE_MS)
        elif not missing:
            self._desk.images.want([])
            self._pause.start(PAINT_MS)
        elif stepping:
            self._later()
        else:
            self._later = partial(self._want_all, here, tuple(slots), [])
            self._awaited = {key for key, _ in missing}
            self._desk.images.want(missing)

    def _done(self, key: Hashable) -> None:
        """One of the images that everything else waits for is there, or will never be."""
        if key in self._awaited:
            self._awaited.discard(key)
            if not self._awaited:
                self._pause.start(PAINT_MS)

    def _go_on(self) -> None:
        self._later()

    def _want_all(self, here: OpenCase, slots: Sequence[Slot], missing: Sequence[Task]) -> None:
        if self._desk.open is None or self._desk.open.case.id != here.case.id:
            return  # closed meanwhile
        room = [self._desk.images.cache.cap - sum(cost(slot.instance.info) for slot in slots)]
        ahead = [(("prefetch", case_id), self._prefetching(case_id, room)) for case_id in self._near]
        self._desk.images.want([*missing, *ahead])

    def _around(self, here: OpenCase) -> list[int]:
        model = self._desk.model
        return model.worklist.around(here.case.id) if model else []

    def _kept(self, key: Key) -> Any:
        if key not in self._held:
            found = self._desk.images.cache.get(key)
            if found is not None and key[1] in self._shown:
                self._held[key] = found
            return found
        return self._held[key]

    def _least(self) -> int:
        """Pixels along the longer side of the canvas."""
        view = self._desk.window.canvas.views[0]
        return round(max(view.width(), view.height()) * view.devicePixelRatioF())

    def _glimpses(self, instance: Instance, least: int) -> list[Task]:
        """What can be shown sooner than the whole image; nothing where that would be the same."""
        decoder = self._desk.decoder
        if not has_glimpse(instance.info, least):
            return []
        return [(self.glimpse_key(instance), lambda: load_glimpse(decoder(), instance, least))]

    def _glimpsing(self, case_id: int, least: int) -> Callable[[], Prefetched]:
        """A task that puts a neighbour's glimpses in the cache."""
        project, images = self._desk.project, self._desk.images
        assert project is not None

        def load() -> Prefetched:
            for instance in project.case(case_id).instances[:VIEWS]:
                if self.picture_key(instance) not in images.cache:
                    _make(images, self._glimpses(instance, least))
            return Prefetched()

        return load

    def _picture_task(self, instance: Instance) -> Task:
        decoder = self._desk.decoder
        return (self.picture_key(instance), lambda: load_picture(decoder(), instance))

    def _tasks(self, here: OpenCase, instance: Instance) -> list[Task]:
        project, tasks = self._desk.project, [self._picture_task(instance)]
        if here.modality is Modality.FUNDUS and project is not None:
            stored = here.stored(instance.id, "lesion_unet")
            prediction = stored.prediction if stored else None
            corrected = sorted(here.human(instance.id).lesions)
            key, writer = self.layers_key(here, instance), self._desk.writer

            def layers() -> LoadedLayers:
                writer.flush()  # a stroke that is on its way belongs to the mask
                return load_layers(project, instance, prediction, corrected)

            tasks.append((key, layers))
        return tasks

    def _prefetching(self, case_id: int, room: list[int]) -> Callable[[], Prefetched]:
        """A task that puts a neighbour in the cache, unless that would push out what is nearer.

        ``room`` holds the bytes left, shared by the tasks of one wish.
        """
        project, images, reader = self._desk.project, self._desk.images, self._desk.settings.reader
        assert project is not None

        def load() -> Prefetched:
            with project.snapshot():
                case, review = project.case(case_id), project.review(case_id)
                predictions = {i.id: project.predictions(i.id) for i in case.instances}
            there = OpenCase(case, review, predictions, reader)
            room[0] -= sum(cost(instance.info) for instance in there.instances[:VIEWS])
            if room[0] < 0:
                return Prefetched()
            for instance in there.instances[:VIEWS]:
                _make(images, self._tasks(there, instance))
            return Prefetched()

        return load

    def _ready(self, key: Key, value: Any) -> None:
        if isinstance(value, Prefetched):
            self._desk.images.cache.forget(key)  # its contents may leave the cache before it does
        else:
            self._kept(key)
        self._done(key)


def _make(images: Background, tasks: Sequence[Task]) -> None:
    """Do a neighbour's tasks ahead, up to one that fails: that is told when the case is opened."""
    for key, make in tasks:
        try:
            images.made(key, make)
        except EngineError:
            return
