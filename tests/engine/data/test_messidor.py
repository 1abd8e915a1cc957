from __future__ import annotations

import pytest

from engine.data import messidor
from engine.errors import BadTable
from tests.engine.data.fake_sets import photograph, xls

HEADER = ("Image name", "Ophthalmologic department", "Retinopathy grade", "Risk of macular edema ")


def build(root, rows):
    xls(root / "Base11" / "Annotation_Base11.xls", [HEADER, *rows])
    photograph(root / "Base11" / "20051019_38557_0100_PP.tif")
    photograph(root / "Base11" / "20051020_43808_0100_PP.tif")
    return root


def test_rows_as_published(tmp_path):
    service = "Service Ophtalmologie Lariboisière".replace("è", "e")
    build(
        tmp_path,
        [
            ("20051019_38557_0100_PP.tif", service, 3, 1),
            ("20051020_43808_0100_PP.tif", service, 0, 0),
            ("20051020_99999_0100_PP.tif", service, 1, 0),  # its archive was not unpacked
        ],
    )
    assert messidor.is_here(tmp_path)
    graded, healthy = messidor.rows(tmp_path)
    assert (graded.dr_grade, graded.dme, graded.labels) == (None, 1, ("messidor 3",))
    assert (healthy.dr_grade, healthy.dme) == (0, 0)
    assert healthy.path.is_file()


@pytest.mark.parametrize("cells", [("a.tif", "x", 4, 0), ("a.tif", "x", "two", 0), ("a.tif", "x")])
def test_a_row_without_a_grade_is_named(tmp_path, cells):
    build(tmp_path, [cells])
    with pytest.raises(BadTable, match="row 2"):
        messidor.rows(tmp_path)


def test_a_file_that_is_no_table(tmp_path):
    (tmp_path / "Annotation_Base11.xls").write_bytes(b"<html>log in first</html>")
    with pytest.raises(BadTable, match="no readable table"):
        messidor.rows(tmp_path)
