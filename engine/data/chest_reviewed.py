"""Reviewed chest cases of a project as rows to train and measure on: what nobody touched is unknown."""

from __future__ import annotations

from pathlib import Path

from engine import vocabulary
from engine.data.manifest import ManifestRow
from engine.errors import UnknownLabel
from engine.records import Modality, ReviewedImage
from engine.store.project import open_project, project_exists

TASK = "cxr_multilabel"
SOURCE = "reviewed"


def is_here(root: Path) -> bool:
    """Whether a folder is a project."""
    return project_exists(root)


def read_rows(root: Path) -> list[ManifestRow]:
    """Chest images of a project whose findings were decided, but for those of held-back patients.

    Raises
    ------
    ProjectNotFound, StoreUnavailable
    """
    with open_project(root) as store:
        reviewed = store.reviewed_images(Modality.CHEST)
    return [row_of(one) for one in reviewed if one.findings and not one.held_back]


def row_of(one: ReviewedImage) -> ManifestRow:
    """A reviewed image as a row; a typed finding that the vocabulary does not hold is left out."""
    said = {name: value for word, value in one.findings.items() if (name := _name(word))}
    info = one.instance.info
    return ManifestRow(
        task=TASK,
        path=info.path,
        patient=one.patient_key,
        labels=tuple(name for name, value in said.items() if value),
        known=frozenset(said),
        view=info.view,
        sha256=info.sha256,
        source_repo=SOURCE,
        where=f"case {one.instance.case_id}",
    )


def _name(word: str) -> str:
    try:
        return vocabulary.term(word).name
    except UnknownLabel:
        return ""
