from __future__ import annotations

import numpy as np
import pytest

from engine.data import idrid
from engine.data.lesion_masks import manifest_samples, row_masks
from engine.errors import BadMask, BadTable
from tests.engine.data.fake_sets import photograph, red, save, spot

PART = "A. Segmentation"


@pytest.fixture
def root(tmp_path):
    truth = tmp_path / PART / idrid.TRUTH
    for folder, names in (("a. Training Set", ("IDRiD_01", "IDRiD_02")), ("b. Testing Set", ("IDRiD_55",))):
        for seed, name in enumerate(names):
            photograph(tmp_path / PART / idrid.IMAGES / folder / f"{name}.jpg", seed)
            save(truth / folder / "1. Microaneurysms" / f"{name}_MA.tif", red(spot()))
            save(truth / folder / "5. Optic Disc" / f"{name}_OD.tif", red(spot(5, 40)))
    save(truth / "a. Training Set" / "4. Soft Exudates" / "IDRiD_02_SE.tif", red(spot(30, 10)))
    grades = tmp_path / "B. Disease Grading" / idrid.GRADES
    grades.mkdir(parents=True)
    # the published header has a blank at its end, the table empty rows
    header = "Image name,Retinopathy grade,Risk of macular edema ,,\n"
    (grades / idrid.TABLES["train"]).write_text(f"{header}IDRiD_001,3,2,,\nIDRiD_002,0,0,,\n,,,,\n")
    return tmp_path


def test_rows_as_published(root):
    assert idrid.is_here(root)
    assert idrid.is_here(root / PART)
    masked = [row for row in idrid.rows(root) if row.masks]
    assert [(row.path.name, row.split) for row in masked] == [
        ("IDRiD_01.jpg", "train"),
        ("IDRiD_02.jpg", "train"),
        ("IDRiD_55.jpg", "test"),
    ]
    assert masked[0].labelled == {"MA", "HE", "SE", "EX"}
    assert set(masked[1].masks) == {"MA", "SE", "OD"}
    graded = [row for row in idrid.rows(root) if not row.masks]
    assert [(row.dr_grade, row.dme) for row in graded] == [(3, 2), (0, 0)]


def test_red_masks_are_read_and_absent_ones_are_empty(root):
    row = idrid.rows(root)[1]
    masks = row_masks(row, ("MA", "HE"))
    assert set(masks) == {"MA", "HE", "SE", "EX"}  # the row knows better than the recipe
    assert np.array_equal(masks["MA"], spot() > 0)
    assert np.array_equal(masks["SE"], spot(30, 10) > 0)
    assert not masks["HE"].any()


def test_samples_know_what_was_looked_for(root):
    sample = manifest_samples(idrid.rows(root)[:1], ("MA", "HE", "NV"), ("MA",), 40)[0]
    assert sample.known == {"MA", "HE"}
    assert set(sample.centres) == {"MA"}


def test_masks_of_more_colours_are_refused(root):
    row = idrid.rows(root)[0]
    image = red(spot())
    image[0, 0] = (9, 9, 9)
    save(row.masks["MA"], image)
    with pytest.raises(BadMask, match="one colour"):
        row_masks(row, ("MA",))


def test_a_damaged_table_is_named(root):
    table = root / "B. Disease Grading" / idrid.GRADES / idrid.TABLES["train"]
    table.write_text("Image name,Retinopathy grade,Risk of macular edema\nIDRiD_001,,2\n")
    with pytest.raises(BadTable, match="IDRiD_001"):
        idrid.rows(root)


def test_another_folder_is_none(tmp_path):
    assert not idrid.is_here(tmp_path)
