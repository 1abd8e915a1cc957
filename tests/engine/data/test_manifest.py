from __future__ import annotations

from pathlib import Path

import pytest

from engine.data.manifest import ManifestRow, is_held_back, read_manifest, split_by_patient
from engine.errors import BadTable

HEADER = "task,file,patient,dr_grade,dme_risk,labels,mask_MA,mask_SE,age\n"


def write(folder: Path, text: str) -> Path:
    (folder / "manifest.csv").write_text(text, encoding="utf-8")
    return folder


def test_reads_every_column_it_knows(tmp_path: Path) -> None:
    root = write(tmp_path, HEADER + "dr_grade,a/b.jpg,p1,3.0,2,DR3|Blur,m/b.png,,57.0\n")
    assert read_manifest(root) == [
        ManifestRow(
            "dr_grade", root / "a/b.jpg", "p1", 3, 2, ("DR3", "Blur"), {"MA": root / "m/b.png"}, age=57.0
        )
    ]


def test_only_the_file_is_required_and_it_stands_for_its_patient(tmp_path: Path) -> None:
    (row,) = read_manifest(write(tmp_path, "\ufefffile\na.jpg\n"))
    assert (row.patient, row.dr_grade, row.masks) == ("a.jpg", None, {})


def test_reads_one_task(tmp_path: Path) -> None:
    root = write(tmp_path, "task,file\nx,a\ny,b\nx,c\n")
    assert [row.path.name for row in read_manifest(root, "x")] == ["a", "c"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("t,a.jpg,p,5,,,,,\n", "dr_grade"),
        ("t,a.jpg,p,1.5,,,,,\n", "dr_grade"),
        ("t,a.jpg,p,severe,,,,,\n", "dr_grade"),
        ("t,a.jpg,p,,3,,,,\n", "dme_risk"),
        ("t,a.jpg,p,,,,,,nan\n", "age"),
        ("t,,p,,,,,,\n", "path"),
        ("t,../a.jpg,p,,,,,,\n", "path"),
        ("t,/a.jpg,p,,,,,,\n", "path"),
        ("t,a.jpg,p,,,,../m.png,,\n", "path"),
        ("t,a.jpg\n", "cells"),
        ("t,a.jpg,p,,,,,,,more\n", "cells"),
    ],
)
def test_bad_rows_are_named(tmp_path: Path, line: str, message: str) -> None:
    root = write(tmp_path, HEADER + "t,good.jpg,p,,,,,,\n" + line)
    with pytest.raises(BadTable, match=message) as caught:
        read_manifest(root)
    assert "line 3" in caught.value.where


@pytest.mark.parametrize("content", [b"", b"name\nx\n", b"file\n\xff\xfe\n", b'file\n"a\n'])
def test_files_that_are_no_manifest(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "manifest.csv").write_bytes(content)
    with pytest.raises(BadTable):
        read_manifest(tmp_path)


def test_no_manifest(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match="cannot be read"):
        read_manifest(tmp_path)


def rows(patients: int, images: int = 3) -> list[ManifestRow]:
    return [ManifestRow("t", Path(f"{p}-{k}"), f"p{p}") for p in range(patients) for k in range(images)]


def test_split_never_parts_a_patient_and_loses_nobody() -> None:
    every = rows(300)
    training, held = split_by_patient(every, 0.2, seed=1)
    assert not {r.patient for r in training} & {r.patient for r in held}
    assert sorted([*training, *held], key=every.index) == every
    assert 0.13 < len(held) / len(every) < 0.27


def test_split_depends_on_seed_and_patient_alone() -> None:
    few, many = split_by_patient(rows(50), 0.3, seed=2)[1], split_by_patient(rows(90), 0.3, seed=2)[1]
    assert {r.patient for r in few} == {r.patient for r in many} & {f"p{k}" for k in range(50)}
    assert split_by_patient(rows(90), 0.3, seed=3)[1] != many


@pytest.mark.parametrize(("share", "held"), [(0.0, False), (1.0, True)])
def test_split_at_its_limits(share: float, held: bool) -> None:
    assert all(is_held_back(f"p{k}", share) is held for k in range(200))


def test_real_manifest(shared_data: Path) -> None:
    graded = read_manifest(shared_data, "dr_grade")
    assert [sum(row.dr_grade == g for row in graded) for g in range(5)] == [133, 20, 131, 68, 46]
    assert all(row.path.is_file() and row.dme is not None for row in graded)
    masks = read_manifest(shared_data, "fundus_lesion_seg")
    assert len(masks) == 54
    assert all(path.is_file() for row in masks for path in row.masks.values())
