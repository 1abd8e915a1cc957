"""Messidor (Decencière et al. 2014): 1,200 photographs with a grade 0–3 of its own and a risk of oedema.

It has no masks: images of grade 0 (no microaneurysm, no haemorrhage, no new vessel) teach what is free of
lesions, and its images are those of MAPLES-DR.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import xlrd

from engine.data.manifest import ManifestRow
from engine.data.set_files import images_below
from engine.errors import BadTable

TASK = "messidor_grade"
LICENCE = "Messidor: for research (ADCIS)"
GRADES, RISKS = range(4), range(3)


def is_here(root: Path) -> bool:
    """Whether the folder holds one of the twelve tables."""
    return next(_tables(root), None) is not None


def rows(root: Path) -> list[ManifestRow]:
    """Graded images; the grade stands in ``labels`` as ``messidor 2``, since it is no ICDR grade.

    Only grade 0 is one on both scales: there `dr_grade` is 0 too. Images that are not there are left out:
    the twelve archives are often unpacked in part.

    Raises
    ------
    BadTable
        When a table cannot be used.
    """
    files = images_by_stem(root)
    found = []
    for table in _tables(root):
        for name, grade, risk in _cells(table):
            image = files.get(Path(name).stem.casefold())
            if image is not None:
                labels = (f"messidor {grade}",)
                found.append(
                    ManifestRow(
                        TASK,
                        image,
                        f"messidor-{image.stem}",
                        None if grade else 0,
                        risk,
                        labels,
                        licence=LICENCE,
                    )
                )
    return found


def images_by_stem(root: Path, leave_out: Sequence[Path] = ()) -> dict[str, Path]:
    """Every photograph below the folder by its name without ending, such as ``20051019_38557_0100_pp``.

    Parameters
    ----------
    leave_out
        Folders in it that hold masks of the same names.
    """
    spared = set(leave_out)
    return {f.stem.casefold(): f for f in images_below(root) if not spared & set(f.parents)}


def _tables(root: Path) -> Iterator[Path]:
    yield from sorted(f for f in root.rglob("*.xls") if f.name.lower().startswith("annotation"))


def _cells(table: Path) -> Iterator[tuple[str, int, int]]:
    """File name, retinopathy grade and risk of each row after the header."""
    try:
        sheet = xlrd.open_workbook(str(table)).sheet_by_index(0)
    except (xlrd.XLRDError, OSError) as error:
        raise BadTable(f"it is no readable table ({error})", table, "Get the file again.") from error
    for number in range(1, sheet.nrows):
        cells = sheet.row_values(number)
        try:
            name, grade, risk = str(cells[0]).strip(), int(cells[2]), int(cells[3])
        except (IndexError, ValueError) as error:
            raise BadTable(
                "it has no grade and risk", f"{table}, row {number + 1}", "Mend the row."
            ) from error
        if grade not in GRADES or risk not in RISKS:
            raise BadTable(
                f"grade {grade} or risk {risk} is none of Messidor's",
                f"{table}, row {number + 1}",
                "Mend it.",
            )
        yield name, grade, risk
