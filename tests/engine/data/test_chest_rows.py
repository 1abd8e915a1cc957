"""Every layout by a tiny fake of exactly its files, through the one door."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.data import nih
from engine.data.chest_rows import read_rows
from engine.data.chest_set import from_rows
from engine.errors import BadTable
from engine.records import CaseState, Correction, CorrectionKind, ImageInfo, Modality
from engine.store.project import create_project
from engine.store.reviewed import held_back

CHEXPERT = (
    "Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Enlarged Cardiomediastinum,Cardiomegaly,Lung Opacity,"
    "Lung Lesion,Edema,Consolidation,Pneumonia,Atelectasis,Pneumothorax,Pleural Effusion,Pleural Other,"
    "Fracture,Support Devices\n"
)
PADCHEST = "PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv"
PADCHEST_HEADER = (
    ",ImageID,ImageDir,StudyDate_DICOM,StudyID,PatientID,PatientBirth,PatientSex_DICOM,ViewPosition_DICOM,"
    "Projection,MethodProjection,Pediatric,Labels\n"
)


def picture(path: Path, dtype=np.uint8) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), (np.arange(64).reshape(8, 8) * 4).astype(dtype))
    return path


@pytest.fixture
def chexpert(tmp_path):
    """The folder that holds the data set's own folder."""
    lines = [
        "train/patient00001/study1/view1_frontal.jpg,Female,68,Frontal,AP,1.0,,,,,,,,,0.0,,,,1.0",
        "train/patient00002/study1/view1_frontal.jpg,Male,50,Frontal,PA,,,1.0,,,-1.0,,0.0,,,1.0,,,",
        "train/patient00002/study1/view2_lateral.jpg,Male,50,Lateral,,,,1.0,,,-1.0,,0.0,,,1.0,,,",
    ]
    root = tmp_path / "CheXpert-v1.0-small"
    for line in lines:
        picture(root / line.split(",")[0])
    body = "".join(f"CheXpert-v1.0-small/{line}\n" for line in lines)
    (root / "train.csv").write_text(CHEXPERT + body, encoding="utf-8")
    return tmp_path


def test_chexpert_knows_what_it_says_and_nothing_else(chexpert):
    rows = read_rows(chexpert)
    assert [row.view for row in rows] == ["AP", "PA"]  # the lateral view is left out
    assert [row.patient for row in rows] == ["CheXpert-patient00001", "CheXpert-patient00002"]
    assert rows[0].sex == "F" and rows[0].age == 68
    labels = ("Cardiomegaly", "Edema", "Pneumonia", "Effusion", "Mass")
    chest = from_rows(rows, labels, 8)
    assert chest.known.tolist() == [[True, True, True, True, False], [True, False, True, True, False]]
    assert chest.targets.tolist() == [[0, 0, 0, 0, 0], [1, 0, 0, 1, 0]]
    assert len(read_rows(chexpert, frontal=False)) == 3
    assert len(read_rows(chexpert / "CheXpert-v1.0-small")) == 2  # or the folder itself


def test_chexpert_values_that_mean_nothing_are_named(chexpert):
    table = chexpert / "CheXpert-v1.0-small" / "train.csv"
    text = table.read_text()
    table.write_text(text.replace("Frontal,PA,,,1.0,", "Frontal,PA,,,2.0,"))
    with pytest.raises(BadTable, match=r"line 3.*Cardiomegaly is '2\.0'"):
        read_rows(chexpert)
    table.write_text(text.replace("Frontal,PA,,,1.0,", "Frontal,PA,1.0,,1.0,"))
    with pytest.raises(BadTable, match=r"line 3.*No Finding and Cardiomegaly"):
        read_rows(chexpert)
    table.write_text(text.replace("CheXpert-v1.0-small/train/patient00001", "../patient00001"))
    with pytest.raises(BadTable, match="line 2"):
        read_rows(chexpert)


@pytest.fixture
def padchest(tmp_path):
    lines = [
        "0,a.png,0,20140915,s1,p1,1950,M,,PA,Manual,No,\"['pleural effusion', 'cardiomegaly']\"",
        "1,b.png,1,20140916,s2,p2,1960,F,ANTEROPOSTERIOR,AP_horizontal,Manual,No,['normal']",
        "2,c.png,1,20140916,s3,p3,1960,F,,PA,Manual,No,\"['unchanged', 'cardiomegaly']\"",
        "3,d.png,1,20140916,s4,p4,1960,F,LATERAL,L,Manual,No,['cardiomegaly']",
        "4,e.png,1,20140916,s5,p5,1960,F,,PA,Manual,No,",
        "5,f.png,1,20140916,s6,p6,1960,F,,PA,Manual,No,['gynecomastia']",
    ]
    for name, folder in zip("abcdef", "011111", strict=True):
        picture(tmp_path / folder / f"{name}.png", np.uint16)
    (tmp_path / PADCHEST).write_text(PADCHEST_HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def test_padchest_labels_blanks_and_other_words(padchest):
    rows = read_rows(padchest)
    assert [row.path.name for row in rows] == ["a.png", "b.png", "c.png", "e.png", "f.png"]
    labels = ("Cardiomegaly", "Effusion", "Mass")
    chest = from_rows(rows, labels, 8)
    said = [True, True, False]  # nobody speaks of a mass in this table
    assert chest.targets.tolist() == [[1, 1, 0], [0, 0, 0], [1, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert chest.known[[0, 1, 4]].tolist() == [said] * 3
    assert chest.known[2].tolist() == [True, False, False]  # unchanged: what is named, and no more
    assert not chest.known[3].any()  # blank
    assert chest.images[0].dtype == np.uint16
    assert rows[1].labels == ("No Finding",) and rows[4].labels == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("['normal']", "normal", r"line 3.*'normal'"),
        ("['normal']", "\"['normal', 'cardiomegaly']\"", r"line 3.*normal and Cardiomegaly"),
        ("0,a.png,", "0,../a.png,", "line 2"),
        ("ImageDir", "Folder", "ImageDir"),
        ("1,b.png,1,", "1,gone.png,1,", r"line 3.*gone\.png is missing"),
    ],
)
def test_padchest_rows_that_cannot_be_used(padchest, old, new, said):
    table = padchest / PADCHEST
    table.write_text(table.read_text().replace(old, new))
    with pytest.raises(BadTable, match=said):
        read_rows(padchest)


def test_reviewed_cases_of_a_project(tmp_path):
    root = tmp_path / "project"
    infos = [
        ImageInfo(picture(tmp_path / f"{k}.png"), f"{k:064}", "png", 8, 8, modality=Modality.CHEST)
        for k in range(12)
    ]
    with create_project(root) as store:
        store.import_images(infos)
        for instance in store.instances_of(store.case_ids()):
            case = instance.case_id
            said = [("lung mass", True), ("Edema", False), ("dragon lung", True)]
            marks = [
                Correction(case, instance.id, CorrectionKind.FINDING, name, None, value, "R")
                for name, value in said
            ]
            state = Correction(case, None, CorrectionKind.STATE, "", None, CaseState.ACCEPTED, "R")
            store.record([*marks, state])
        kept = sum(not held_back(one.patient_key) for one in store.reviewed_images(Modality.CHEST))
    rows = read_rows(root)
    assert 0 < len(rows) == kept
    chest = from_rows(rows, ("Mass", "Edema", "Hernia"), 8)
    assert (chest.targets == [1, 0, 0]).all()
    assert (chest.known == [True, True, False]).all()
    assert set(chest.sources) == {"reviewed"}


def test_folders_that_hold_nothing_known(tmp_path):
    with pytest.raises(BadTable, match=r"Data_Entry_2017\.csv"):
        read_rows(tmp_path)
    with pytest.raises(BadTable, match="no such folder"):
        read_rows(tmp_path / "none")
    (tmp_path / "train.csv").write_text("a,b\n1,2\n")  # some other train.csv
    with pytest.raises(BadTable, match="no chest data set"):
        read_rows(tmp_path)


def test_labels_are_looked_at_before_any_image(tmp_path):
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"not even an image")
    (tmp_path / "manifest.csv").write_text(
        "task,file,patient,labels\ncxr_multilabel,a.png,p,Mass\ncxr_multilabel,b.png,p,Dragon\n"
    )
    with pytest.raises(BadTable, match=r"line 3.*'Dragon'"):
        read_rows(tmp_path)


def test_the_real_folder(shared_data):
    rows = read_rows(shared_data)
    assert len(rows) == 1124
    assert sum(row.age is not None and row.age < 16 for row in rows) == 65
    assert sum(len(boxes) for boxes in nih.boxes_of(shared_data).values()) == 40
