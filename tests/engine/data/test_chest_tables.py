from __future__ import annotations

from pathlib import Path

import pytest

from engine.data.chest_tables import age_of, checked, patient_key, read_cells
from engine.data.manifest import ManifestRow
from engine.errors import BadTable


def test_ages_as_sources_write_them():
    assert [age_of(text, "x") for text in ("", "58", "058Y")] == [None, 58, 58]
    assert age_of("006M", "x") == pytest.approx(0.5)
    assert age_of("073D", "x") == pytest.approx(0.2, abs=1e-3)
    with pytest.raises(BadTable, match=r"row 7.*'old'"):
        age_of("old", "row 7")


def test_a_patient_has_one_key_in_all_layouts():
    assert patient_key("00000061") == patient_key("61") == "61"
    assert patient_key("p0061") == "p0061"
    assert patient_key("²") == "²"  # a digit to Python, but no number


def test_cells_come_with_their_line(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("\ufeffa,b\n 1 ,2\n\n3,4\n", encoding="utf-8")
    read = list(read_cells(table, ("a", "b")))
    assert [cells for _, cells in read] == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]
    assert read[1][0].endswith("t.csv, line 4")


@pytest.mark.parametrize(
    ("text", "said"),
    [(b"a\n1\n", "no column 'b'"), (b"a,b\n1\n", "line 2"), (b"a,b\n\xff,1\n", "sound csv")],
)
def test_tables_that_cannot_be_used(tmp_path, text, said):
    table = tmp_path / "t.csv"
    table.write_bytes(text)
    with pytest.raises(BadTable, match=said):
        list(read_cells(table, ("a", "b")))
    with pytest.raises(BadTable, match="cannot be read"):
        list(read_cells(tmp_path / "none.csv", ("a",)))


def row(path: Path, line: int) -> ManifestRow:
    return ManifestRow("t", path, "p", where=f"t.csv, line {line}")


def test_repeated_and_missing_images_are_named(tmp_path):
    here = tmp_path / "a.png"
    here.write_bytes(b"")
    with pytest.raises(BadTable) as caught:
        checked([row(here, 2), row(here, 9)])
    assert "line 9" in str(caught.value)
    assert "line 2" in str(caught.value)
    rows = [row(here, 2), row(tmp_path / "b.png", 3), row(tmp_path / "c.png", 4)]
    with pytest.raises(BadTable, match=r"line 3.*b\.png is missing, 2 of 3"):
        checked(rows)
    assert checked(rows, partial=True) == rows[:1]
    with pytest.raises(BadTable, match="2 of 2"):
        checked(rows[1:], partial=True)
