"""What the readers of chest data sets share: csv tables whose rows are named in errors, and their checks."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from engine.data.manifest import ManifestRow
from engine.errors import BadTable


def read_cells(table: Path, columns: Sequence[str]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Rows of a csv with a header, each with where it stands (``FILE, line N``) and its cells, stripped.

    Parameters
    ----------
    columns
        Names that the header must have; others are passed on too.

    Raises
    ------
    BadTable
        When it cannot be read, lacks a column, or a row has too few cells.
    """
    try:
        with table.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream)
            lacking = [name for name in columns if name not in (reader.fieldnames or ())]
            if lacking:
                raise BadTable(f"it has no column {lacking[0]!r}", table, "Get the table again.")
            for cells in reader:
                where = f"{table}, line {reader.line_num}"
                if any(cells[name] is None for name in columns):
                    raise BadTable("it has fewer cells than the header", where, "Mend the row.")
                yield where, {str(k): v.strip() for k, v in cells.items() if isinstance(v, str)}
    except OSError as error:
        raise BadTable(
            f"the table cannot be read ({error.strerror})", table, "Choose another folder."
        ) from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise BadTable(f"not a sound csv file ({error})", table, "Save it as UTF-8 csv.") from error


def checked(rows: Sequence[ManifestRow], partial: bool = False) -> list[ManifestRow]:
    """Rows whose file stands once and is there; nothing is decoded before all of them were looked at.

    Parameters
    ----------
    partial
        Leave out rows whose image is not there, instead of refusing them.

    Raises
    ------
    BadTable
        For the first row that repeats a file, or whose image is missing; also when every image is.
    """
    first: dict[Path, ManifestRow] = {}
    for row in rows:
        if row.path in first:
            earlier = first[row.path].where or "an earlier row"
            raise BadTable(
                f"{row.path.name} stands twice, first in {earlier}", row.where, "Take one of the rows out."
            )
        first[row.path] = row
    missing = [row for row in rows if not row.path.is_file()]
    if missing and (not partial or len(missing) == len(rows)):
        raise BadTable(
            f"its image {missing[0].path.name} is missing, {len(missing)} of {len(rows)} are",
            missing[0].where or missing[0].path,
            "Get the missing images, or ask for those that are there (partial).",
        )
    gone = {row.path for row in missing}
    return [row for row in rows if row.path not in gone]


def age_of(text: str, where: str) -> float | None:
    """Age in years from ``58``, ``058Y``, ``007M`` or ``012D`` (DICOM AS); None for an empty cell.

    Raises
    ------
    BadTable
    """
    if not text:
        return None
    days = {"Y": 365.25, "M": 365.25 / 12, "W": 7.0, "D": 1.0}
    unit = text[-1].upper()
    try:
        value = float(text[:-1] if unit in days else text)
    except ValueError as error:
        raise BadTable(f"the age is {text!r}", where, "Mend the cell or leave it empty.") from error
    return value * days.get(unit, 365.25) / 365.25


def patient_key(patient: str) -> str:
    """The patient under one name in all layouts: ``00000061`` and ``61`` are the same NIH patient."""
    return str(int(patient)) if patient.isascii() and patient.isdigit() else patient
