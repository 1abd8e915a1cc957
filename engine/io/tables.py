"""Comma-separated tables: labels and grades in and out, scores out.

A table of labels has the columns ``file``, ``patient``, ``laterality``, ``grade``, ``dme`` (all but ``file``
may be missing) and one column a finding: 1 present, 0 absent, empty unknown.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import BadTable
from engine.io.files import write_whole
from engine.records import Laterality

_FIXED = ("file", "patient", "laterality", "grade", "dme")
_GRADES = range(5)
_DME = range(3)
_MAX_BYTES = 256 * 1024**2
_EYES = {
    "": Laterality.UNKNOWN,
    "r": Laterality.RIGHT,
    "right": Laterality.RIGHT,
    "od": Laterality.RIGHT,
    "l": Laterality.LEFT,
    "left": Laterality.LEFT,
    "os": Laterality.LEFT,
}


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One image of a table of labels; what is None or missing is unknown."""

    file: str
    patient: str = ""
    laterality: Laterality = Laterality.UNKNOWN
    grade: int | None = None
    dme: int | None = None
    findings: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One score of one label of one image by one model."""

    file: str
    system: str
    model: str
    label: str
    score: float
    seen: bool = True


def write_table(path: Path | str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table (RFC 4180, UTF-8); floats so that they read back exactly, None as an empty cell.

    Raises
    ------
    StoreUnavailable
        It cannot be written; an old file stays as it was.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    write_whole(Path(path), text.getvalue().encode())


def _cell(value: object) -> str:
    if value is None:
        return ""
    return repr(float(value)) if isinstance(value, float) else str(value)


def read_table(path: Path | str) -> tuple[tuple[str, ...], list[tuple[int, dict[str, str]]]]:
    """Read a table: its header, and (line number, row) of each row that is not empty.

    Raises
    ------
    BadTable
        No such file, no text, no header, two columns of one name, or a row of another length.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise BadTable("is larger than 256 MB", path, "Split it.")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadTable("is no UTF-8 text", path, "Save it as CSV UTF-8.") from error
    except (OSError, ValueError) as error:
        raise BadTable(f"cannot be read ({error})", path, "Check the name and the permission.") from error
    if "\0" in text:
        raise BadTable("is no text", path, "Save it as CSV UTF-8.")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, dict[str, str]]] = []
    header: tuple[str, ...] = ()
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if not header:
                header = _header(cells, path)
                continue
            where = f"{path} line {reader.line_num}"
            if len(cells) != len(header):
                raise BadTable(f"has {len(cells)} cells where the header has {len(header)}", where)
            rows.append((reader.line_num, dict(zip(header, cells, strict=True))))
    except csv.Error as error:
        raise BadTable(f"is no table ({error})", f"{path} line {reader.line_num}") from error
    if not header:
        raise BadTable("is empty", path, "Its first line must name the columns.")
    return header, rows


def _header(cells: list[str], path: Path) -> tuple[str, ...]:
    names = tuple(cell.strip() for cell in cells)
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled is not None or "" in names:
        raise BadTable(
            f"has two columns named {doubled!r}" if doubled else "has a column without a name", path
        )
    return names


def write_labels(path: Path | str, rows: Iterable[LabelRow], findings: Sequence[str]) -> None:
    """Write a table of labels with a column for each of ``findings``; `read_labels` reads it back equal.

    Raises
    ------
    BadTable
        A row has a finding without a column, which would be lost.
    StoreUnavailable
        It cannot be written.
    """
    lines = []
    for row in rows:
        lost = set(row.findings) - set(findings)
        if lost:
            raise BadTable(f"has the finding {sorted(lost)[0]!r}, which has no column", row.file)
        states = [row.findings.get(name) for name in findings]
        marks = [None if state is None else int(state) for state in states]
        lines.append((row.file, row.patient, row.laterality.value, row.grade, row.dme, *marks))
    write_table(path, (*_FIXED, *findings), lines)


def read_labels(path: Path | str, known: Collection[str]) -> tuple[LabelRow, ...]:
    """Read a table of labels.

    Parameters
    ----------
    known
        Names of findings that a column may have.

    Raises
    ------
    BadTable
        Naming the line: an unknown column, a file twice, a grade outside 0–4, a mark but 1, 0 or nothing.
    """
    header, rows = read_table(path)
    if "file" not in header:
        raise BadTable("has no column 'file'", path, f"Columns: {', '.join(_FIXED)}, and findings.")
    unknown = next((name for name in header if name not in _FIXED and name not in known), None)
    if unknown is not None:
        raise BadTable(f"has the column {unknown[:60]!r}, which is no finding", path, "Correct its name.")
    findings = [name for name in header if name not in _FIXED]
    found: dict[str, LabelRow] = {}
    for number, cells in rows:
        row = _label_row(cells, findings, f"{path} line {number}")
        if row.file in found:
            raise BadTable(
                f"names the file {row.file!r} again", f"{path} line {number}", "Keep one of the two."
            )
        found[row.file] = row
    return tuple(found.values())


def _label_row(cells: dict[str, str], findings: list[str], where: str) -> LabelRow:
    if not cells["file"].strip():
        raise BadTable("names no file", where)
    eye = cells.get("laterality", "").strip().lower()
    if eye not in _EYES:
        raise BadTable(f"has the laterality {eye[:20]!r}", where, "Use R, L or nothing.")
    marks = {name: _number(cells[name], range(2), name, where) for name in findings}
    return LabelRow(
        cells["file"],
        cells.get("patient", ""),
        _EYES[eye],
        _number(cells.get("grade", ""), _GRADES, "grade", where),
        _number(cells.get("dme", ""), _DME, "dme", where),
        {name: bool(mark) for name, mark in marks.items() if mark is not None},
    )


def _number(cell: str, allowed: range, name: str, where: str) -> int | None:
    """A whole number of a range, also as ``2.0``; None for an empty cell."""
    text = cell.strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value == int(value) and int(value) in allowed):
        raise BadTable(
            f"has {text[:20]!r} for {name}", where, f"Use {allowed[0]} to {allowed[-1]}, or nothing."
        )
    return int(value)


def write_scores(path: Path | str, rows: Iterable[ScoreRow]) -> None:
    """Write a table of scores, one score a line.

    Raises
    ------
    StoreUnavailable
        It cannot be written.
    """
    lines = ((row.file, row.system, row.model, row.label, row.score, int(row.seen)) for row in rows)
    write_table(path, ("file", "system", "model", "label", "score", "seen"), lines)


def read_pairs(path: Path | str) -> dict[str, tuple[str, str]]:
    """Read which images are the two eyes of a patient: a table ``file,patient,eye``.

    Returns
    -------
    dict
        File name -> (patient, R or L).

    Raises
    ------
    BadTable
        A column is missing, a cell is empty, the eye is neither, or a file stands twice.
    """
    header, rows = read_table(path)
    missing = next((name for name in ("file", "patient", "eye") if name not in header), None)
    if missing is not None:
        raise BadTable(f"has no column {missing!r}", path, "Its header is file,patient,eye.")
    pairs: dict[str, tuple[str, str]] = {}
    for line, cells in rows:
        where = f"{path} line {line}"
        name = Path(cells["file"].strip()).name
        eye = _EYES.get(cells["eye"].strip().lower())
        if not name or not cells["patient"].strip():
            raise BadTable("names no file or no patient", where, "Fill in both.")
        if not eye:
            raise BadTable(f"has the eye {cells['eye'][:20]!r}", where, "Use R or L.")
        if name in pairs:
            raise BadTable(f"names {name} a second time", where, "Keep one of the two rows.")
        pairs[name] = (cells["patient"].strip(), eye.value)
    return pairs
