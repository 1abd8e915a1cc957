"""Labels, grades, scores, corrections and masks of a project as files for other tools."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from engine import vocabulary
from engine.errors import StoreUnavailable
from engine.io.coco import CocoImage, write_coco
from engine.io.mask_files import mask_name, write_mask
from engine.io.tables import LabelRow, ScoreRow, write_labels, write_scores, write_table
from engine.operations.naming import Stems
from engine.progress import Progress, silent
from engine.records import Case, Instance
from engine.store.project import Project, open_project
from engine.store.rows import Review

EVENT_COLUMNS = ("id", "at", "reader", "case", "file", "kind", "key", "before", "after", "model", "undoes")
MASK_COLUMNS = ("file", "lesion", "mask")

Reviewed = tuple[Case, Review]


def export_project(
    project: str,
    out: str,
    what: Sequence[str] = ("csv", "masks"),
    url: str | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Write what reviewers and models said, each in files of its own.

    Parameters
    ----------
    what
        ``csv``: labels.csv (what reviewers decided, a row an image), scores.csv (what models said, a row
        a label) and events.csv (the audit trail); ``masks``: corrected masks as PNG, 0 and 255, at the
        file's size, and masks.csv, which says whose they are; ``coco``: annotations.json of the same masks.

    Returns
    -------
    dict
        Number of rows or masks of each file written.

    Raises
    ------
    StoreUnavailable
        When the folder cannot be written.
    """
    folder = Path(out)
    store = open_project(Path(project), url)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        cases = list(_cases(store, progress))
        written: dict[str, Any] = {}
        if "csv" in what:
            written |= _write_tables(store, cases, folder)
        if "masks" in what:
            written["masks"] = _write_masks(store, cases, folder / "masks")
        if "coco" in what:
            images = list(_coco_images(store, cases))
            write_coco(folder / "annotations.json", images, [t.code for t in vocabulary.lesions()])
            written["annotations.json"] = sum(len(image.masks) for image in images)
        return written
    except OSError as error:
        raise StoreUnavailable(
            f"the export cannot be written ({error.strerror or error})", folder, "Choose another folder."
        ) from error
    finally:
        store.close()


def _cases(store: Project, progress: Progress) -> Iterator[Reviewed]:
    ids = store.case_ids()
    for done, case_id in enumerate(ids, 1):
        yield store.case(case_id), store.review(case_id)
        progress(done, len(ids), "reading cases")


def _write_tables(store: Project, cases: Sequence[Reviewed], folder: Path) -> dict[str, int]:
    labels = [_label_row(case, review, i) for case, review in cases for i in case.instances]
    findings = sorted({name for row in labels for name in row.findings})
    write_labels(folder / "labels.csv", labels, findings)
    scores = [row for case, _ in cases for i in case.instances for row in _score_rows(store, i)]
    write_scores(folder / "scores.csv", scores)
    events = [row for case, review in cases for row in _event_rows(case, review)]
    write_table(folder / "events.csv", EVENT_COLUMNS, events)
    return {"labels.csv": len(labels), "scores.csv": len(scores), "events.csv": len(events)}


def _label_row(case: Case, review: Review, instance: Instance) -> LabelRow:
    said = review.instances[instance.id]
    return LabelRow(
        str(instance.info.path),
        case.patient_id,
        instance.info.laterality,
        said.grade,
        said.dme,
        said.findings,
    )


def _score_rows(store: Project, instance: Instance) -> Iterator[ScoreRow]:
    file = str(instance.info.path)
    for system, stored in store.predictions(instance.id).items():
        said = stored.prediction
        version = f"{said.model.version} {said.model.weights_sha256}"
        if said.grade is not None:
            for grade, probability in enumerate(said.grade.probabilities):
                yield ScoreRow(file, system, version, f"DR{grade}", probability)
        for label in said.labels:
            yield ScoreRow(file, system, version, label.name, label.score, label.seen)
        for near in said.similar:
            yield ScoreRow(file, system, version, near.name, near.score)


def _event_rows(case: Case, review: Review) -> Iterator[tuple[object, ...]]:
    files = {instance.id: str(instance.info.path) for instance in case.instances}
    for event in review.events:
        file = files.get(event.instance_id, "") if event.instance_id is not None else ""
        values = (json.dumps(event.before), json.dumps(event.after))
        start = (event.id, event.at, event.reader, case.name, file, event.kind.value, event.key)
        yield (*start, *values, event.model, event.undoes)


def _write_masks(store: Project, cases: Sequence[Reviewed], folder: Path) -> int:
    written: list[tuple[str, str, str]] = []
    stems = Stems()
    folder.mkdir(parents=True, exist_ok=True)
    for image in _coco_images(store, cases):
        stem = stems.of(Path(image.file))
        for code, mask in image.masks.items():
            write_mask(folder / mask_name(stem, code), mask)
            written.append((image.file, code, mask_name(stem, code)))
    write_table(folder / "masks.csv", MASK_COLUMNS, written)
    return len(written)


def _coco_images(store: Project, cases: Sequence[Reviewed]) -> Iterator[CocoImage]:
    """Images that have a corrected mask."""
    for case, review in cases:
        for instance in case.instances:
            found = {
                code: store.mask(instance.id, code) for code in sorted(review.instances[instance.id].lesions)
            }
            masks = {code: mask for code, mask in found.items() if mask is not None}
            if masks:
                info = instance.info
                yield CocoImage(str(info.path), info.rows, info.columns, masks)
