from __future__ import annotations

import numpy as np
import pytest

from engine.data import ddr
from engine.data.lesion_masks import row_masks
from engine.data.manifest import split_by_patient
from engine.errors import BadTable
from tests.engine.data.fake_sets import photograph, save, spot


@pytest.fixture
def root(tmp_path):
    masks = tmp_path / "DDR-dataset" / "lesion_segmentation"
    for split, label in (("train", "label"), ("valid", "segmentation label"), ("test", "label")):
        photograph(masks / split / "image" / f"007-1{len(split)}-100.jpg")
        for code in ddr.CODES:
            mask = spot() if code == "HE" else spot() * 0
            save(masks / split / label / code / f"007-1{len(split)}-100.tif", mask)
    grades = tmp_path / "DDR-dataset" / "DR_grading"
    photograph(grades / "train" / "007-0004-000.jpg")
    (grades / "train.txt").write_text("007-0004-000.jpg 0\n007-0004-100.jpg 2\n007-0005-000.jpg 5\n")
    return tmp_path


def test_rows_as_published(root):
    assert ddr.is_here(root)
    rows = ddr.rows(root)
    masked = [row for row in rows if row.task == ddr.MASK_TASK]
    assert [row.split for row in masked] == ["train", "valid", "test"]
    assert all(set(row.masks) == row.labelled == {"MA", "HE", "SE", "EX"} for row in masked)
    found = row_masks(masked[1], ())
    assert np.array_equal(found["HE"], spot() > 0)
    assert not found["EX"].any()
    graded = [row for row in rows if row.task == ddr.GRADE_TASK]
    assert [row.dr_grade for row in graded] == [0, 2]  # the ungradable one is left out


def test_images_of_one_group_stay_together(root):
    first, second = (row for row in ddr.rows(root) if row.task == ddr.GRADE_TASK)
    for seed in range(12):
        kept, held = split_by_patient([first, second], 0.5, seed)
        assert not kept or not held


def test_a_damaged_line_is_named(root):
    (root / "DDR-dataset" / "DR_grading" / "train.txt").write_text("007-0004-000.jpg 0\n007.jpg nine\n")
    with pytest.raises(BadTable, match="line 2"):
        ddr.rows(root)
