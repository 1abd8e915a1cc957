from __future__ import annotations

import numpy as np

from engine.data import e_ophtha
from engine.data.lesion_masks import manifest_samples, row_masks
from tests.engine.data.fake_sets import photograph, save, spot


def build(root):
    photograph(root / "e_optha_MA" / "MA" / "E0000404" / "C0001273.jpg")
    save(root / "e_optha_MA" / "Annotation_MA" / "E0000404" / "C0001273.png", spot())
    photograph(root / "e_optha_MA" / "healthy" / "E0000405" / "C0001274.JPG")
    photograph(root / "e_optha_EX" / "EX" / "E0000404" / "C0001273.jpg")
    save(root / "e_optha_EX" / "Annotation_EX" / "E0000404" / "C0001273_EX.png", spot(30, 10))
    photograph(root / "e_optha_EX" / "EX" / "E0000404" / "C0001275.jpg")
    save(root / "e_optha_EX" / "Annotation_EX" / "E0000404" / "C0001275_EX.png", spot())
    (root / "e_optha_MA" / "MA" / "E0000404" / "Thumbs.db").write_bytes(b"x")
    return root


def test_rows_as_published(tmp_path):
    assert not e_ophtha.is_here(tmp_path)
    rows = {row.path.stem: row for row in e_ophtha.rows(build(tmp_path))}
    assert e_ophtha.is_here(tmp_path)
    assert set(rows) == {"C0001273", "C0001274", "C0001275"}
    assert rows["C0001273"].labelled == {"MA", "EX"}  # one image in both parts
    assert rows["C0001274"].labelled == {"MA"}
    assert rows["C0001275"].labelled == {"EX"}
    assert rows["C0001273"].patient == rows["C0001275"].patient != rows["C0001274"].patient


def test_unlabelled_and_absent_are_told_apart(tmp_path):
    rows = {row.path.stem: row for row in e_ophtha.rows(build(tmp_path))}
    healthy = row_masks(rows["C0001274"], ("MA", "HE", "EX"))
    assert set(healthy) == {"MA"}  # looked for and not there
    assert not healthy["MA"].any()
    both = row_masks(rows["C0001273"], ("MA", "EX"))
    assert np.array_equal(both["EX"], spot(30, 10) > 0)
    sample = manifest_samples([rows["C0001275"]], ("MA", "EX"), ("MA", "EX"), 40)[0]
    assert sample.known == {"EX"}
