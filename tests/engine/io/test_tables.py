from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import BadTable
from engine.io.tables import (
    LabelRow,
    ScoreRow,
    read_labels,
    read_pairs,
    read_table,
    write_labels,
    write_scores,
    write_table,
)
from engine.records import Laterality

FINDINGS = ("Effusion", "Mass, solid", 'the "other"')
TEXT = st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=12)
NAMES = TEXT.filter(lambda text: bool(text.strip()))
ROWS = st.builds(
    LabelRow,
    NAMES,
    TEXT,
    st.sampled_from(Laterality),
    st.none() | st.integers(0, 4),
    st.none() | st.integers(0, 2),
    st.dictionaries(st.sampled_from(FINDINGS), st.booleans()),
)
FIXTURE = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@FIXTURE
@given(rows=st.lists(ROWS, max_size=6, unique_by=lambda row: row.file))
def test_labels_round_trip(tmp_path: Path, rows: list[LabelRow]) -> None:
    write_labels(tmp_path / "t.csv", rows, FINDINGS)
    assert read_labels(tmp_path / "t.csv", FINDINGS) == tuple(rows)


@FIXTURE
@given(scores=st.lists(st.floats(allow_nan=False), max_size=5))
def test_scores_read_back_exactly(tmp_path: Path, scores: list[float]) -> None:
    path = tmp_path / "s.csv"
    write_scores(path, [ScoreRow("a.png", "cm_dml_gzsl", "v1", f"L{i}", s) for i, s in enumerate(scores)])
    header, rows = read_table(path)
    assert header == ("file", "system", "model", "label", "score", "seen")
    assert [float(row["score"]) for _, row in rows] == scores
    assert all(row["seen"] == "1" for _, row in rows)


def _write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


def test_what_a_spreadsheet_makes_is_read(tmp_path: Path) -> None:
    path = _write(
        tmp_path / "t.csv", "\ufeffEffusion,file,grade,laterality\r\n1.0,a.png,2.0,od\r\n,b.png,,\r\n,,,\r\n"
    )
    assert read_labels(path, FINDINGS) == (
        LabelRow("a.png", laterality=Laterality.RIGHT, grade=2, findings={"Effusion": True}),
        LabelRow("b.png"),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("name\nx\n", "no column 'file'"),
        ("file,Cough\na,1\n", "'Cough', which is no finding"),
        ("file,file\na,b\n", "two columns named 'file'"),
        ("file,\na,b\n", "without a name"),
        ("file,grade\na,5\n", "line 2: has '5' for grade"),
        ("file,grade\na,1\nb,nan\n", "line 3: has 'nan' for grade"),
        ("file,grade\na,1.5\n", "'1.5'"),
        ("file,dme\na,3\n", "'3' for dme"),
        ("file,Effusion\na,yes\n", "'yes' for Effusion"),
        ("file,Effusion\na,-1\n", "'-1'"),
        ("file,laterality\na,both\n", "laterality 'both'"),
        ("file\na\nb\na\n", "line 4: names the file 'a' again"),
        ("file,grade\n,1\n", "names no file"),
        ("file,grade\na\n", "line 2: has 1 cells where the header has 2"),
        ('file\n"a\n', "no table"),
        ("file\na\0\n", "no text"),
        ("file,grade\na,1e999\n", "for grade"),
    ],
)
def test_bad_tables_name_the_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadTable) as caught:
        read_labels(_write(tmp_path / "t.csv", text), FINDINGS)
    assert message in str(caught.value)
    assert "t.csv" in str(caught.value)


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"file\n\xff\xfe\n")
    with pytest.raises(BadTable, match="UTF-8"):
        read_table(tmp_path / "t.csv")
    with pytest.raises(BadTable, match="cannot be read"):
        read_table(tmp_path)


def test_a_finding_without_a_column_is_not_lost_silently(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match="no column"):
        write_labels(tmp_path / "t.csv", [LabelRow("a", findings={"Mass": True})], FINDINGS)
    assert not (tmp_path / "t.csv").exists()


def test_none_is_an_empty_cell(tmp_path: Path) -> None:
    write_table(tmp_path / "t.csv", ("a", "b"), [(None, 0.1), (1, "x,y")])
    assert (tmp_path / "t.csv").read_bytes() == b'a,b\r\n,0.1\r\n1,"x,y"\r\n'


def test_pairs(tmp_path: Path) -> None:
    path = _write(tmp_path / "p.csv", "patient,eye,file\np1,OD,a/a.jpg\np1,left,b.jpg\n")
    assert read_pairs(path) == {"a.jpg": ("p1", "R"), "b.jpg": ("p1", "L")}
    for text, message in {
        "file,patient\na,b\n": "no column 'eye'",
        "file,patient,eye\na,p,x\n": "line 2: has the eye 'x'",
        "file,patient,eye\na,,L\n": "line 2: names no file or no patient",
        "file,patient,eye\na,p,L\na,p,R\n": "line 3: names a a second time",
    }.items():
        with pytest.raises(BadTable, match=message):
            read_pairs(_write(path, text))
