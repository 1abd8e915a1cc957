"""A fresh project, and records of images that need no file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.records import Case, ImageInfo, Modality
from engine.store.project import Project, create_project

MakeInfo = Callable[..., ImageInfo]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with create_project(tmp_path / "project") as made:
        yield made


@pytest.fixture
def image() -> MakeInfo:
    """``image(name, **fields)``: hash from the name; a fundus photograph of 300×400 unless told."""

    def make(name: str, **fields: Any) -> ImageInfo:
        values: dict[str, Any] = {"kind": "png", "rows": 300, "columns": 400, "modality": Modality.FUNDUS}
        sha256 = hashlib.sha256(name.encode()).hexdigest()
        return ImageInfo(path=Path("/images") / name, sha256=sha256, **{**values, **fields})

    return make


@pytest.fixture
def pair(project: Project, image: MakeInfo) -> Case:
    """A fundus case of two eyes."""
    summary = project.import_images([image("p1_left.png"), image("p1_right.png")])
    return project.case(summary.case_ids[0])


@pytest.fixture
def chest(project: Project, image: MakeInfo) -> Case:
    summary = project.import_images([image("chest.png", modality=Modality.CHEST)])
    return project.case(summary.case_ids[0])
