"""Read labels and masks back into a project: what `exporting` wrote, or other tools in the same formats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import vocabulary
from engine.errors import BadTable, Cancelled, EngineError, StoreUnavailable
from engine.imaging.masks import delta_between
from engine.io.coco import read_coco
from engine.io.mask_files import read_mask
from engine.io.tables import LabelRow, read_labels, read_table
from engine.progress import Progress, silent
from engine.records import Correction, CorrectionKind, Instance, Laterality
from engine.store.project import Project, open_project

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LABELS, MASKS, COCO = "labels.csv", "masks.csv", "annotations.json"


@dataclass(slots=True)
class _Tally:
    labels: int = 0
    masks: int = 0
    unchanged: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


class _Images:
    """Images of a project by the file that a table names: the whole path, else a name that is unique."""

    def __init__(self, store: Project) -> None:
        self._by_path: dict[str, Instance] = {}
        self._by_name: dict[str, list[Instance]] = {}
        for instance in store.instances_of(store.case_ids()):
            self._by_path[str(instance.info.path)] = instance
            self._by_name.setdefault(instance.info.path.name, []).append(instance)

    def of(self, file: str) -> Instance:
        found = self._by_path.get(file)
        if found is not None:
            return found
        named = self._by_name.get(Path(file).name, [])
        if len(named) == 1:
            return named[0]
        if named:
            raise BadTable("fits several images of the project", file, "Name the whole path.")
        raise BadTable("is no image of the project", file, "Import the images first.")


def import_annotations(
    project: str,
    paths: Sequence[str],
    reader: str,
    url: str | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Record labels and masks of files as the word of a reader; a line that cannot be used stops no other.

    Parameters
    ----------
    paths
        Tables of labels (``*.csv``, `engine.io.tables`), ``masks.csv`` beside its PNG files, COCO files
        (``*.json``), or folders that hold ``labels.csv``, ``masks.csv``, ``masks/masks.csv`` and
        ``annotations.json``; of masks.csv and COCO in one folder the first is read.
    reader
        Whose word it is.

    Returns
    -------
    dict
        ``labels``, ``masks``: images and masks that changed; ``unchanged``: those that said so already;
        ``refused``: pairs of file and reason.

    Raises
    ------
    BadTable
        A table or COCO file cannot be read: nothing was imported.
    StoreUnavailable
        The project cannot be written: what was imported before stays.
    """
    files = [file for path in paths for file in _files(Path(path))]
    if not files:
        raise BadTable(
            "there are no labels or masks here", ", ".join(paths), "Choose the folder of an export."
        )
    known = [term.name for term in vocabulary.terms()]
    labels = [row for file in files if _kind(file) == LABELS for row in read_labels(file, known)]
    masks = [entry for file in files if _kind(file) != LABELS for entry in _masks(file)]
    tally = _Tally()
    with open_project(Path(project), url) as store:
        images = _Images(store)
        total = len(labels) + len(masks)
        for done, row in enumerate(labels):
            progress(done, total, f"labels of {Path(row.file).name}")
            _attempt(tally, row.file, lambda row=row: _label(store, images.of(row.file), row, reader, tally))
        for done, entry in enumerate(masks, len(labels)):
            progress(done, total, f"masks of {Path(entry.file).name}")
            _attempt(tally, entry.file, lambda entry=entry: _mask(store, images, entry, reader, tally))
        progress(total, total, "imported")
    return {
        "labels": tally.labels,
        "masks": tally.masks,
        "unchanged": tally.unchanged,
        "refused": tally.refused,
    }


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    wanted = [path / LABELS, path / MASKS, path / "masks" / MASKS]
    found = [file for file in wanted if file.is_file()]
    yield from found
    if not any(file.name == MASKS for file in found) and (path / COCO).is_file():
        yield path / COCO


def _kind(file: Path) -> str:
    if file.suffix.lower() == ".json":
        return COCO
    return MASKS if file.name == MASKS else LABELS


def _attempt(tally: _Tally, file: str, work: Any) -> None:
    try:
        work()
    except (StoreUnavailable, Cancelled):
        raise
    except EngineError as error:
        tally.refused.append((file, str(error)))


# -- labels --------------------------------------------------------------------------------------------


def _label(store: Project, instance: Instance, row: LabelRow, reader: str, tally: _Tally) -> None:
    if row.laterality is not Laterality.UNKNOWN and row.laterality is not instance.info.laterality:
        before = instance.info.laterality.value
        kind = CorrectionKind.LATERALITY
        store.record(
            [Correction(instance.case_id, instance.id, kind, "", before, row.laterality.value, reader)]
        )
        instance = store.instances([instance.id])[0]  # it may be of another case now
    said = store.review(instance.case_id).instances[instance.id]
    wanted: list[tuple[CorrectionKind, str, Any, Any]] = [
        (CorrectionKind.GRADE, "dr", said.grade, row.grade),
        (CorrectionKind.GRADE, "dme", said.dme, row.dme),
        *((CorrectionKind.FINDING, name, said.findings.get(name), v) for name, v in row.findings.items()),
    ]
    made = [
        Correction(instance.case_id, instance.id, kind, key, before, after, reader)
        for kind, key, before, after in wanted
        if after is not None and after != before
    ]
    store.record(made)
    if made:
        tally.labels += 1
    else:
        tally.unchanged += 1


# -- masks ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _MaskEntry:
    """A mask of a file: in a PNG file, or the pixels themselves."""

    file: str
    lesion: str
    source: Path | NDArray[np.bool_]


def _masks(file: Path) -> Iterator[_MaskEntry]:
    if _kind(file) == COCO:
        for image in read_coco(file):
            yield from (_MaskEntry(image.file, lesion, mask) for lesion, mask in image.masks.items())
        return
    header, rows = read_table(file)
    missing = next((name for name in ("file", "lesion", "mask") if name not in header), None)
    if missing is not None:
        raise BadTable(f"has no column {missing!r}", file, "Its header is file,lesion,mask.")
    for _, cells in rows:
        yield _MaskEntry(cells["file"], cells["lesion"].strip(), file.parent / cells["mask"].strip())


def _mask(store: Project, images: _Images, entry: _MaskEntry, reader: str, tally: _Tally) -> None:
    instance = images.of(entry.file)
    codes = [term.code for term in vocabulary.lesions()]
    if entry.lesion not in codes:
        raise BadTable(f"has the lesion {entry.lesion[:40]!r}", entry.file, f"Known are {', '.join(codes)}.")
    info = instance.info
    if isinstance(entry.source, Path):
        mask = read_mask(entry.source, info.rows, info.columns)
    else:
        mask = entry.source
        if mask.shape != (info.rows, info.columns):
            raise BadTable(
                f"has a mask of {mask.shape[1]}×{mask.shape[0]} pixels", entry.file, "Use the stored size."
            )
    old = store.mask(instance.id, entry.lesion)
    if old is None:
        store.start_mask(instance.id, entry.lesion, mask, reader)
        tally.masks += 1
        return
    delta = delta_between(old, mask)
    if not delta.tiles:
        tally.unchanged += 1
        return
    kind = CorrectionKind.MASK
    counts = int(old.sum()), int(mask.sum())
    store.record_mask(Correction(instance.case_id, instance.id, kind, entry.lesion, *counts, reader), delta)
    tally.masks += 1
