from __future__ import annotations

import numpy as np
import pytest

from engine.data import maples_dr
from engine.data.lesion_crops import CropConfig, LesionCrops, Pool
from engine.data.lesion_masks import manifest_samples, row_masks, row_unlabelled
from engine.errors import BadTable
from tests.engine.data.fake_sets import photograph, save, spot

NAME = "20051019_38557_0100_PP"
OTHER = "20060412_60751_0200_PP"


def build(root, photographs=True):
    for split, name, grade in (("train", NAME, "R2"), ("test", OTHER, "R6")):
        folder = root / "MAPLES-DR" / split
        for part in (*maples_dr.FOLDERS.values(), *maples_dr.UNCERTAIN):
            mask = {"Microaneurysms": spot(), "RedUncertains": spot(10, 10)}.get(part, spot() * 0)
            save(folder / part / f"{name}.png", mask)
        (folder / "diagnosis.csv").write_text(f"name,DR,ME\n{name},{grade},M1\n")
        if photographs:
            photograph(root / "Messidor" / "Base11" / f"{name}.tif")
    return root


def test_rows_as_published(tmp_path):
    train, test = maples_dr.rows(build(tmp_path))
    assert maples_dr.is_here(tmp_path)
    assert (train.split, test.split) == ("train", "test")
    assert (train.dr_grade, test.dr_grade) == (2, None)
    assert train.path.parent.name == "Base11"
    assert train.labelled == {"MA", "HE", "SE", "EX", "NV"}
    assert np.array_equal(row_masks(train, ())["MA"], spot() > 0)


def test_lesions_of_an_open_kind_give_no_loss(tmp_path):
    train = maples_dr.rows(build(tmp_path))[0]
    assert np.array_equal(row_unlabelled(train), spot(10, 10) > 0)
    samples = manifest_samples([train], ("MA", "HE"), (), 60)
    crops = LesionCrops([Pool(samples, 1.0)], ("MA", "HE"), CropConfig(size=64, scale=0.01), 4, 0)
    known = crops(0)["known"]
    assert known.shape == (4, 2, 64, 64)
    assert 0 < (known == 0).float().mean() < 0.2
    assert np.array_equal(known[:, 0], known[:, 1])


def test_photographs_may_lie_in_the_set_itself(tmp_path):
    root = build(tmp_path, photographs=False)
    photograph(root / "MAPLES-DR" / "images" / f"{NAME}.tif")
    (row,) = maples_dr.rows(root / "MAPLES-DR")
    assert row.path.parent.name == "images"


def test_masks_without_a_single_photograph_are_refused(tmp_path):
    with pytest.raises(BadTable, match="2 photographs"):
        maples_dr.rows(build(tmp_path, photographs=False))


def test_a_table_without_grades_is_refused(tmp_path):
    root = build(tmp_path)
    (root / "MAPLES-DR" / "train" / "diagnosis.csv").write_text("image,grade\n")
    with pytest.raises(BadTable, match="'DR'"):
        maples_dr.rows(root)
