"""The gallery of the lesion atlas: built in the worker, named, used for labels, a way into each case."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject

from engine.errors import EngineError
from engine.imaging.geometry import box_to_upright
from engine.operations.atlas_clusters import KIND, name_cluster, weights_now
from engine.records import Box
from engine.vocabulary import lesions
from viewer import language
from viewer.control.cases import CaseControl
from viewer.control.decisions import DecisionControl
from viewer.control.desk import Desk, JobLike
from viewer.control.patches import PatchPictures
from viewer.control.pictures import PictureControl
from viewer.control.projects import ProjectControl
from viewer.dialogs.atlas_dialog import AtlasDialog
from viewer.dialogs.patch_grid import TILE, Tile
from viewer.panels.grade_panel import eye_name
from viewer.state.atlas import Atlas, Patch, atlas_from, refusals, title_of
from viewer.state.compare import Slot

NAME = "lesions"  # under which the project keeps it
AROUND = 0.15  # of a box's side that is shown around it; ours


class AtlasControl(QObject):
    """See the module."""

    def __init__(
        self,
        desk: Desk,
        projects: ProjectControl,
        cases: CaseControl,
        pictures: PictureControl,
        decisions: DecisionControl,
    ) -> None:
        super().__init__(desk)
        self._desk, self._projects, self._cases = desk, projects, cases
        self._pictures, self._decisions = pictures, decisions
        self.dialog: AtlasDialog | None = None
        self.name = NAME
        self._patches = PatchPictures(desk)
        self._job: JobLike | None = None
        self._target: tuple[int, int, Box] | None = None  # case, image and where to zoom to
        self._zoomed = 0  # pictures that were there at the last zoom
        self._patches.ready.connect(self._ready)
        desk.project_opened.connect(self._forget)
        pictures.overlays_shown.connect(self._zoom)

    # -- showing -------------------------------------------------------------------------------------

    def open(self) -> AtlasDialog | None:
        """Show the gallery where it was left."""
        if self._desk.project is None:
            return None
        if self.dialog is None:
            dialog = self.dialog = AtlasDialog(self._patches.picture, self._desk.window)
            dialog.build_pressed.connect(self.build)
            dialog.cancel_pressed.connect(self.cancel)
            dialog.cluster_chosen.connect(self._show_patches)
            dialog.name_given.connect(self.rename)
            dialog.finding_pressed.connect(self.record)
            dialog.masks_pressed.connect(self.seed)
            dialog.patch_opened.connect(self.open_patch)
            dialog.seen.connect(self._want)
            dialog.finished.connect(lambda _: self._patches.rest())
            self._load()
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.patches.setFocus()
        self._show_model()
        return self.dialog

    def _load(self, chosen: int = 0) -> None:
        """Read the atlas of the project and show it."""
        project, dialog = self._desk.project, self.dialog
        if project is None or dialog is None:
            return
        kept = project.documents(KIND)
        self.name = NAME if NAME in kept or not kept else next(iter(kept))
        atlas: Atlas | None = None
        try:
            atlas = atlas_from(kept[self.name]) if kept else None
        except ValueError as error:
            dialog.show_end(self.tr("The atlas cannot be read: {0}. Build it anew.").format(error))
        found = {p.instance for c in atlas.clusters for p in c.patches} if atlas else set()
        self._patches.show(project.instances(sorted(found)))
        dialog.show_atlas(atlas, chosen)
        self._show_model()

    def _show_model(self) -> None:
        """Say whether the atlas is of the model that counts now; its hash is taken in a thread."""
        project, dialog = self._desk.project, self.dialog
        if project is None or dialog is None:
            return

        def show(now: tuple[str, str]) -> None:
            if project is self._desk.project:
                dialog.show_model(*now)

        title = self.tr("The model's weights cannot be read")
        self._desk.chores.run(
            lambda: weights_now(project), show, lambda error: self._desk.tell(f"{title}: {error}")
        )

    def _show_patches(self, number: int) -> None:
        if self.dialog is not None:
            cluster = self.dialog.atlas.clusters[number]
            self.dialog.show_patches([self._tile(n, p) for n, p in enumerate(cluster.patches)])

    def _tile(self, place: int, patch: Patch) -> Tile:
        instance = self._patches.instances.get(patch.instance)
        title = instance.info.path.stem if instance else self.tr("no longer in the project")
        eye = eye_name(instance.info.laterality) if instance else ""
        first = self.tr("exemplar") if place == 0 else ""
        return Tile(patch, title, " · ".join(text for text in (first, eye) if text))

    def _forget(self) -> None:
        """Another project: its atlas is read when the gallery is opened."""
        self._target = None
        self._patches.forget()
        if self.dialog is not None:
            self.dialog.hide()
            self.dialog.deleteLater()
            self.dialog = None

    def _want(self, keys: Sequence[Hashable]) -> None:
        if self.dialog is not None:
            self._patches.want(keys, round(TILE * self.dialog.devicePixelRatioF()))

    def _ready(self, key: Hashable) -> None:
        if self.dialog is not None:
            self.dialog.picture_ready(key)

    # -- building ------------------------------------------------------------------------------------

    def build(self, preference: float, most: int) -> None:
        """Build it, or build it anew, in the worker; reviewing goes on meanwhile."""
        job = self._submit(
            "build_atlas", self.tr("lesion atlas"), name=self.name, most=most, preference=preference
        )
        if job is not None:
            job.finished.connect(self._built)

    def cancel(self) -> None:
        """Stop what the worker is at for the gallery."""
        if self._job is not None:
            self._job.cancel()

    def _submit(self, operation: str, title: str, **arguments: Any) -> JobLike | None:
        project, dialog = self._desk.project, self.dialog
        if project is None or dialog is None or self._job is not None:
            return None
        if not self._desk.writer.flush():
            dialog.show_end(self.tr("An edit is not saved yet: save it first."))
            return None
        job = self._projects.submit(operation, title, project=str(project.root), **arguments)
        self._job = job
        dialog.show_progress(0, 0, self.tr("waiting for the worker"))

        def end(text: str) -> None:
            self._job = None
            if project is self._desk.project and self.dialog is not None:
                self.dialog.show_end(text)

        job.progressed.connect(lambda done, total, text, _: self._progressed(project, done, total, text))
        job.finished.connect(lambda _: end(""))
        job.failed.connect(lambda error: end(str(error)))
        job.cancelled.connect(lambda: end(self.tr("Cancelled. What was recorded before stays.")))
        return job

    def _progressed(self, project: object, done: int, total: int, text: str) -> None:
        if project is self._desk.project and self.dialog is not None:
            self.dialog.show_progress(done, total, text)

    def _built(self, result: Mapping[str, Any]) -> None:
        if self.dialog is None:
            return
        names = result["names"]
        texts = [self.tr("Clusters: {0}.").format(len(result["clusters"]))]
        if names["kept"]:
            texts.append(self.tr("Names taken over: {0}.").format(names["kept"]))
        if names["lost"]:
            text = self.tr("No cluster answers any more to: {0}.")
            texts.append(text.format(", ".join(language.term(name) for name in names["lost"])))
        self._load()
        self.dialog.show_end(" ".join(texts))

    # -- names, findings, masks ----------------------------------------------------------------------

    def rename(self, number: int, name: str) -> None:
        """Give a cluster a name; recorded at once."""
        project, dialog, reader = self._desk.project, self.dialog, self._desk.settings.reader
        if project is None or dialog is None:
            return
        dialog.show_name(number, name)

        def failed(error: EngineError) -> None:
            self._desk.fail(self.tr("The name could not be saved"), error)
            self._load(number)

        title = title_of(dialog.atlas.clusters[number], number)
        self._desk.chores.run(
            lambda: name_cluster(str(project.root), self.name, number, name, reader),
            lambda _: self._desk.tell(self.tr("Cluster named: {0}").format(title)),
            failed,
        )

    def record(self, number: int, finding: str) -> None:
        """Record a finding as present in every image of a cluster."""
        title = language.term(finding)
        job = self._label("cluster_findings", number, title, finding=finding)
        if job is not None:
            text = self.tr("{0} recorded as present in {1} of {2} images.")
            job.finished.connect(lambda found: self._labelled(number, title, text, found["images"], found))

    def seed(self, number: int, lesion: str) -> None:
        """Begin masks of a lesion inside the boxes of a cluster, or add to them."""
        title = language.term(next(term.name for term in lesions() if term.code == lesion))
        job = self._label("cluster_masks", number, title, lesion=lesion)
        if job is not None:
            text = self.tr("{0}: masks changed in {1} of {2} images.")
            job.finished.connect(lambda found: self._labelled(number, title, text, found["masks"], found))

    def _label(self, operation: str, number: int, title: str, **arguments: Any) -> JobLike | None:
        if self._desk.editing and self.dialog is not None:
            self.dialog.show_end(self.tr("Masks are being corrected: leave that first (Esc)."))
            return None
        reader, project = self._desk.settings.reader, self._desk.project
        job = self._submit(operation, title, atlas=self.name, cluster=number, reader=reader, **arguments)
        if job is not None and self.dialog is not None:
            images = self.dialog.atlas.clusters[number].images

            def stopped(*_: object) -> None:
                if project is self._desk.project:
                    self._decisions.recorded_unsaid(images)

            job.failed.connect(stopped)
            job.cancelled.connect(stopped)
        return job

    def _labelled(self, number: int, title: str, text: str, changed: int, result: Mapping[str, Any]) -> None:
        """Say what changed, offer to undo it as one step, and show it where it is on the screen."""
        project, dialog = self._desk.project, self.dialog
        if project is None or dialog is None:
            return
        images = dialog.atlas.clusters[number].images
        said = text.format(title, changed, len(images))
        refused = result["refused"]
        already = len(images) - changed - len(refused)
        if already > 0:
            said += " " + self.tr("Already so: {0}.").format(already)
        if refused:
            said += "\n" + self.tr("Not changed: {0}.").format(refusals(refused))
        dialog.told.setToolTip("\n".join(f"{Path(file).name}: {why}" for file, why in refused))
        dialog.show_end(said)
        self._desk.tell(said.partition("\n")[0])
        recorded: dict[int, set[int]] = {}
        for case_id, event in result["corrections"]:
            recorded.setdefault(case_id, set()).add(event)
        if recorded:
            self._decisions.recorded_elsewhere(recorded, said.partition("\n")[0].rstrip("."))

    # -- to the case ---------------------------------------------------------------------------------

    def open_patch(self, number: int, place: int) -> None:
        """Open the case of a patch with its box zoomed and framed; the gallery steps aside."""
        project, dialog = self._desk.project, self.dialog
        if project is None or dialog is None or not 0 <= place < len(dialog.atlas.clusters[number].patches):
            return
        cluster = dialog.atlas.clusters[number]
        patch = cluster.patches[place]
        found = project.instances([patch.instance])
        if not found:
            dialog.show_end(self.tr("The image is no longer in the project: rebuild the atlas."))
            return
        instance, info = found[0], found[0].info
        box = box_to_upright(patch.box, info.orientation, info.rows, info.columns)
        self._cases.open(instance.case_id)
        here = self._desk.open
        if here is None or here.case.id != instance.case_id:
            return  # why was said
        dialog.hide()
        self._patches.rest()
        self._desk.window.activateWindow()
        self._desk.window.canvas.views[0].setFocus()
        self._cases.activate(instance.id)
        if all(shown.id != instance.id for shown in self._pictures.shown):
            self._pictures.show_slots([Slot(instance)])
        self._target, self._zoomed = (instance.case_id, instance.id, box), 0
        self._pictures.mark(instance.id, box, title_of(cluster, number))
        back = self._desk.window.actions_by_id["models.atlas"].shortcut().toString()
        self._desk.tell(self.tr("{0}: {1} goes back to the atlas.").format(title_of(cluster, number), back))

    def _zoom(self) -> None:
        """Once the picture is there: its box with something around it; the fellow eye follows."""
        here, target = self._desk.open, self._target
        if target is None or here is None:
            return
        case_id, instance_id, box = target
        shown = self._pictures.shown
        ready = [i.id for place, i in enumerate(shown) if self._pictures.is_shown(place)]
        if here.case.id != case_id or len(ready) == len(shown):
            self._target = None
        if here.case.id != case_id or instance_id not in ready or len(ready) == self._zoomed:
            return
        self._zoomed = len(ready)
        dx, dy = AROUND * (box.x1 - box.x0), AROUND * (box.y1 - box.y0)
        view = self._desk.window.canvas.views[[i.id for i in shown].index(instance_id)]
        view.zoom_to(Box(box.x0 - dx, box.y0 - dy, box.x1 + dx, box.y1 + dy))
