"""Labels, grades, scores, corrections and masks of a project as files for other tools."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from engine.errors import StoreUnavailable
from engine.io import coco, tables
from engine.progress import Progress, silent
from engine.records import Case
from engine.store.project import Project, open_project
from engine.store.rows import Review


def export_project(
    project: str,
    out: str,
    what: Sequence[str] = ("csv", "masks"),
    url: str | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Write what reviewers and models said.

    Parameters
    ----------
    what
        ``csv``: labels.csv (one row an image and label: the human word and the model's side by side)
        and events.csv (the audit trail); ``masks``: corrected masks as PNG, 0 and 255, at the file's
        size; ``coco``: annotations.json of the corrected masks.

    Returns
    -------
    dict
        Name of each kind -> what was written.

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
            labels = tables.write_labels(folder / "labels.csv", _label_rows(store, cases))
            events = tables.write_events(folder / "events.csv", _event_rows(cases))
            written["csv"] = {"labels": labels, "events": events}
        if "masks" in what:
            written["masks"] = _write_masks(store, cases, folder / "masks")
        if "coco" in what:
            written["coco"] = coco.write(folder / "annotations.json", _mask_rows(store, cases))
        return written
    except OSError as error:
        raise StoreUnavailable(
            f"the export cannot be written ({error.strerror})", folder, "Choose another folder."
        ) from error
    finally:
        store.close()


def _cases(store: Project, progress: Progress) -> Iterator[tuple[Case, Review]]:
    ids = store.case_ids()
    for done, case_id in enumerate(ids, 1):
        yield store.case(case_id), store.review(case_id)
        progress(done, len(ids), "reading cases")
