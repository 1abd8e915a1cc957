"""What the workflows share: settings, window, project, the open case, the threads; and how they tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Signal, SignalInstance

from engine.errors import EngineError
from viewer.dialogs.message import show_error
from viewer.jobs.background import Background
from viewer.jobs.chores import Chores
from viewer.jobs.writer import EditWriter
from viewer.panels.worklist_model import WorklistModel
from viewer.settings import Settings
from viewer.state.reading import Mode
from viewer.state.review import OpenCase
from viewer.state.session import ReviewSession
from viewer.window import Window

if TYPE_CHECKING:
    from engine.store.project import Project
    from viewer.jobs.images import Decoder

READERS = 2  # images decoded at a time: the next one need not wait for one that nobody wants any more; ours
PATCH_BYTES = 48 * 2**20  # pictures of the gallery that are kept: some hundred; ours


class JobLike(Protocol):
    """What the workflows use of `viewer.jobs.worker.Job`."""

    progressed: SignalInstance
    finished: SignalInstance
    failed: SignalInstance
    cancelled: SignalInstance

    def cancel(self) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...


class WorkerLike(Protocol):
    """What the workflows use of `viewer.jobs.worker.Worker`."""

    state_changed: SignalInstance

    def start(self) -> None: ...

    def submit(self, operation: str, **arguments: Any) -> JobLike: ...

    def stop(self) -> None: ...


class Desk(QObject):
    """See the module.

    Attributes
    ----------
    images, thumbnails, patches
        Threads that decode for the canvas, for the worklist, and for the gallery of the lesion atlas.
    chores
        Calls that would keep the window waiting.
    session, mode
        What was done in this sitting, and whether it is read blind or apart from other readers.
    decoder, small_decoder
        Give the sandboxed decoders of the canvas and of the worklist; started at the first use.
    generation
        Counts the projects opened: ids of images mean something within one only.
    """

    project_opened = Signal()
    list_changed = Signal()  # cases were added or predicted
    case_found = Signal(object)  # the engine.records.Case about to be opened: its images can be decoded
    case_opened = Signal()  # another case, or none
    case_changed = Signal()  # the reader's word, the predictions or the active eye
    case_left = Signal(int, object)  # case id, the CaseState that the reader left it in; None: opened again
    compare_left = Signal()  # another mode begins: nothing is compared any more
    masks_changed = Signal(int)  # instance id: its masks in the store are others now

    def __init__(
        self,
        settings: Settings,
        window: Window,
        worker: WorkerLike,
        decoder: Callable[[], Decoder],
        small_decoder: Callable[[], Decoder],
    ) -> None:
        super().__init__()
        self.settings = settings
        self.window = window
        self.worker = worker
        self.decoder = decoder
        self.small_decoder = small_decoder
        self.writer = EditWriter(self)
        self.images = Background(settings["image_cache_mb"] * 2**20, _bytes, threads=READERS, parent=self)
        self.thumbnails = Background(settings["thumbnail_cache_mb"] * 2**20, _bytes, parent=self)
        self.patches = Background(PATCH_BYTES, _bytes, parent=self)
        self.chores = Chores(self)
        self.project: Project | None = None
        self.generation = 0
        self.model: WorklistModel | None = None
        self.open: OpenCase | None = None
        self.session = ReviewSession()
        self.mode = Mode()
        self.editing = False
        self.comparing = False

    def tell(self, text: str) -> None:
        """One line at the bottom."""
        self.window.status.message.setText(text)

    def fail(self, title: str, error: EngineError) -> None:
        """Something the user must know: what, where, what to do."""
        show_error(self.window, title, error)

    def sync_situation(self) -> None:
        """Enable the commands that fit what is open."""
        modality = self.open.modality.value if self.open else ""
        self.window.set_situation(project=self.project is not None, modality=modality, editing=self.editing)

    def stop(self) -> None:
        """End all threads, the project last."""
        self.images.stop()
        self.thumbnails.stop()
        self.patches.stop()
        self.chores.stop()
        self.writer.stop()
        self.worker.stop()
        if self.project is not None:
            self.project.close()


def _bytes(value: Any) -> int:
    """Memory of a cached result; a QImage tells it otherwise."""
    return int(value.sizeInBytes() if hasattr(value, "sizeInBytes") else value.nbytes)
