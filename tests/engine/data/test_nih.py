from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.data import nih
from engine.errors import BadTable
from engine.records import Box

HEADER = (
    "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,"
    "OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],\n"
)


@pytest.fixture
def published(tmp_path):
    """A tiny fake with exactly the layout of the published archives."""
    folder = tmp_path / "images_001" / "images"
    folder.mkdir(parents=True)
    (tmp_path / "images").mkdir()
    cv2.imwrite(str(folder / "00000001_000.png"), np.zeros((8, 8), np.uint8))
    cv2.imwrite(str(tmp_path / "images" / "00000002_000.png"), np.zeros((8, 8), np.uint8))
    (tmp_path / nih.ENTRIES).write_text(
        HEADER
        + "00000001_000.png,Cardiomegaly|Emphysema,0,1,58,M,PA,2682,2749,0.143,0.143,\n"
        + "00000002_000.png,No Finding,0,2,81,F,AP,2500,2048,0.171,0.171,\n"
        + "00000003_000.png,Hernia,0,3,70,F,PA,2500,2048,0.171,0.171,\n",
        encoding="utf-8",
    )
    return tmp_path


def test_published_layout(published):
    with pytest.raises(BadTable) as caught:
        nih.read_rows(published)
    assert "line 4" in str(caught.value)
    assert "00000003_000.png is missing, 1 of 3" in str(caught.value)
    rows = nih.read_rows(published, partial=True)
    assert [row.path.name for row in rows] == [
        "00000001_000.png",
        "00000002_000.png",
    ]  # the third is not here
    assert [row.patient for row in rows] == ["1", "2"]
    assert (rows[0].view, rows[0].sex, rows[0].age) == ("PA", "M", 58)
    assert nih.labels_of(rows) == [{"Cardiomegaly", "Emphysema"}, frozenset()]


def test_manifest_comes_first(published):
    (published / "manifest.csv").write_text(
        "task,file,patient,labels\ncxr_multilabel,images/00000002_000.png,p,Pleural_Thickening\n"
        "dr_grade,images/x.png,q,\n",
        encoding="utf-8",
    )
    rows = nih.read_rows(published)
    assert [row.patient for row in rows] == ["p"]
    assert nih.labels_of(rows) == [{"Pleural Thickening"}]


def test_bad_tables_are_named(tmp_path, published):
    with pytest.raises(BadTable):
        nih.read_rows(tmp_path / "images")
    (published / nih.ENTRIES).write_text("Image Index,Patient ID\nx.png,1\n", encoding="utf-8")
    with pytest.raises(BadTable) as caught:
        nih.read_rows(published)
    assert "Finding Labels" in str(caught.value)


def test_the_table_of_2020_and_ages_with_units(published):
    text = (published / nih.ENTRIES).read_text("utf-8").replace(",58,", ",058Y,").replace("No Finding", "")
    (published / nih.ENTRIES).unlink()
    (published / "Data_Entry_2017_v2020.csv").write_text(text, encoding="utf-8")
    rows = nih.read_rows(published, partial=True)
    assert rows[0].age == 58
    with pytest.raises(BadTable, match=r"line 3.*without a name"):
        nih.labels_of(rows)


def test_a_row_that_stands_twice(published):
    with (published / nih.ENTRIES).open("a", encoding="utf-8") as stream:
        stream.write("00000001_000.png,Mass,1,1,58,M,PA,2682,2749,0.143,0.143,\n")
    with pytest.raises(BadTable, match=r"line 5.*stands twice.*line 2"):
        nih.read_rows(published, partial=True)


def test_boxes_of_the_published_header(tmp_path):
    path = tmp_path / nih.BOXES
    path.write_text(
        "Image Index,Finding Label,Bbox [x,y,w,h],,,\n"
        "00013118_008.png,Atelectasis,225.08,547.02,86.78,79.19,,,\n"
        "00013118_008.png,Infiltrate,10,20,30,40,,,\n",
        encoding="utf-8",
    )
    found = nih.read_boxes(path)["00013118_008.png"]
    assert [one.finding for one in found] == ["Atelectasis", "Infiltration"]
    assert found[1].box == Box(10, 20, 40, 60)
    path.write_text("a,b\nx.png,Mass,1,2,three,4\n", encoding="utf-8")
    with pytest.raises(BadTable) as caught:
        nih.read_boxes(path)
    assert "line 2" in str(caught.value)


def test_official_split(tmp_path):
    assert nih.official_split(tmp_path) == {}
    (tmp_path / "train_val_list.txt").write_text("a.png\nb.png\n", encoding="utf-8")
    (tmp_path / "test_list.txt").write_text("c.png\n", encoding="utf-8")
    assert nih.official_split(tmp_path) == {"a.png": "train", "b.png": "train", "c.png": "test"}


def test_real_manifest_and_boxes(shared_data):
    rows = nih.read_rows(shared_data)
    assert len(rows) == 1124
    assert all(row.path.is_file() for row in rows[:5])
    assert sum(not names for names in nih.labels_of(rows)) == 413
    boxes = nih.boxes_of(shared_data)
    assert boxes["00009745_000"][0].finding == "Cardiomegaly"
