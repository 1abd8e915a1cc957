"""Importing: once by content, in place, in any amount."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import WrongUsage
from engine.records import GreyTransform, ImageInfo, LookupTable, Modality, ModalitySource, Window
from engine.store import importing
from engine.store.codec import info_from_text, info_to_text
from engine.store.project import Project, open_project

MakeInfo = Callable[..., ImageInfo]


def test_a_known_file_is_not_added_again(project: Project, image: MakeInfo, tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(b"x")
    info = replace(image("a.png"), path=file)
    first = project.import_images([info, info])
    assert (first.added, first.known, first.cases) == (1, 1, 1)
    copy = replace(info, path=tmp_path / "copy.png")
    assert project.import_images([copy]).known == 1
    assert project.case(first.case_ids[0]).instances[0].info.path == file, "the old file is still there"
    file.rename(tmp_path / "moved.png")
    again = project.import_images([replace(info, path=tmp_path / "moved.png")])
    assert (again.added, again.known, again.case_ids) == (0, 1, first.case_ids)
    assert project.case(first.case_ids[0]).instances[0].info.path == tmp_path / "moved.png"
    assert project.case_rows(first.case_ids)[0].path == tmp_path / "moved.png"


def test_chunks_change_nothing(project: Project, image: MakeInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "IMPORT_CHUNK", 3)
    images = [image(f"{n}_{eye}.png") for n in range(7) for eye in ("left", "right")]
    summary = project.import_images(iter(images))
    assert (summary.added, summary.cases, len(summary.case_ids)) == (14, 7, 7)
    assert [r.instances for r in project.case_rows(project.case_ids())] == [2] * 7


def test_an_import_that_breaks_keeps_what_it_had(
    project: Project, image: MakeInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "IMPORT_CHUNK", 4)

    def images() -> Iterator[ImageInfo]:
        yield from (image(f"{n}.png") for n in range(6))
        raise WrongUsage("stopped")

    with pytest.raises(WrongUsage):
        project.import_images(images())
    assert len(project.case_ids()) == 4
    assert project.import_images(image(f"{n}.png") for n in range(6)).added == 2


def test_every_field_comes_back(project: Project, image: MakeInfo) -> None:
    info = image(
        "all.dcm",
        frames=3,
        samples=1,
        bits=12,
        photometric="MONOCHROME1",
        transfer_syntax="1.2.840.10008.1.2.4.51",
        modality_source=ModalitySource.FILE,
        pixel_spacing=(0.14, 0.15),
        orientation=6,
        windows=(Window(40.0, 400.0, "soft"), Window(1.5, 2.0)),
        patient_id="7",
        patient_name="Müller^Jürgen\udcff",
        study_uid="1.2",
        grey=GreyTransform(2.0, -1024.0, LookupTable(-5, 16, b"\x00\xff\x10"), (0, 3), True),
    )
    case_id = project.import_images([info]).case_ids[0]
    assert project.case(case_id).instances[0].info == info
    assert info_from_text(info_to_text(info), info.path, info.sha256) == info


@pytest.mark.parametrize("name", ["plain.png", "ünï.png", os.fsdecode(b"\xff\xfe.png"), "json:[1].png"])
def test_any_file_name_comes_back(project: Project, image: MakeInfo, name: str) -> None:
    info = replace(image("x"), path=Path("/images") / name)
    case_id = project.import_images([info]).case_ids[0]
    with open_project(project.root) as again:
        assert again.case(case_id).instances[0].info.path == info.path


def test_instances_in_the_order_asked(project: Project, image: MakeInfo) -> None:
    ids = project.import_images(image(f"{n}.png", modality=Modality.CHEST) for n in range(4)).case_ids
    found = project.instances_of(ids[::-1])
    assert [i.case_id for i in found] == list(ids[::-1])
    wanted = [found[2].id, 999, found[0].id]
    assert [i.id for i in project.instances(wanted)] == [found[2].id, found[0].id]


def test_an_unknown_case_is_named(project: Project) -> None:
    with pytest.raises(WrongUsage, match="case 12"):
        project.case(12)
