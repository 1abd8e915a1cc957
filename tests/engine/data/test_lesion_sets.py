from __future__ import annotations

import pytest

from engine.data.lesion_sets import lesion_rows
from engine.errors import BadTable
from tests.engine.data import test_e_ophtha, test_maples_dr, test_messidor
from tests.engine.data.fake_sets import photograph


def test_a_folder_may_hold_several_sets(tmp_path):
    test_e_ophtha.build(tmp_path / "e-ophtha")
    test_maples_dr.build(tmp_path)
    test_messidor.build(tmp_path / "Messidor", [(f"{test_maples_dr.NAME}.tif", "x", 0, 0)])
    rows = lesion_rows(tmp_path)
    assert sum("e-ophtha" in row.patient for row in rows) == 3
    messidor = [row for row in rows if row.path.stem == test_maples_dr.NAME]
    assert len(messidor) == 1  # MAPLES-DR's row, which knows the masks
    assert messidor[0].masks


def test_a_manifest_comes_first(tmp_path):
    test_e_ophtha.build(tmp_path)
    photograph(tmp_path / "a.png")
    (tmp_path / "manifest.csv").write_text(
        "file,task,labelled,unlabelled,split\na.png,fundus_lesion_seg,MA|HE,b.png,test\n"
    )
    (row,) = lesion_rows(tmp_path)
    assert row.labelled == {"MA", "HE"}
    assert row.unlabelled == (tmp_path / "b.png",)
    assert row.split == "test"


def test_a_folder_of_nothing_known_is_refused(tmp_path):
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(BadTable, match="IDRiD"):
            lesion_rows(folder)
