"""CheXpert (Irvin et al., AAAI 2019), tables of its shape: 1 present, 0 absent, -1 uncertain, blank unsaid.

Layout: ``train.csv`` and ``valid.csv`` with a ``Path`` such as
``CheXpert-v1.0-small/train/patient00001/study1/view1_frontal.jpg``; the folder may be that one or its parent.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from engine.data.chest_labels import NO_FINDING
from engine.data.chest_tables import age_of, read_cells
from engine.data.manifest import ManifestRow
from engine.errors import BadTable

TASK = "cxr_multilabel"
SOURCE = "CheXpert"
TABLES = ("train.csv", "valid.csv", "test.csv")
COLUMNS = {
    "Enlarged Cardiomediastinum": "Mediastinal Widening",
    "Cardiomegaly": "Cardiomegaly",
    "Lung Opacity": "Opacity",
    "Edema": "Edema",
    "Consolidation": "Consolidation",
    "Pneumonia": "Pneumonia",
    "Atelectasis": "Atelectasis",
    "Pneumothorax": "Pneumothorax",
    "Pleural Effusion": "Effusion",
}
"""Column -> name of the vocabulary. ``Lung Lesion``, ``Pleural Other``, ``Fracture`` and ``Support Devices``
gather several findings each and are left out."""
VALUES = {"": None, "1": True, "1.0": True, "0": False, "0.0": False, "-1": None, "-1.0": None}


def is_here(root: Path) -> bool:
    """Whether a folder, or the only data set in it, has CheXpert's table."""
    return bool(_tables(root))


def read_rows(root: Path) -> list[ManifestRow]:
    """Rows of all tables; uncertain and blank labels are unknown.

    ``No Finding`` = 1 says that all the findings are absent.

    Raises
    ------
    BadTable
        For a value other than 1, 0, -1 and blank, naming row and label.
    """
    rows = []
    for table in _tables(root):
        columns = ("Path", "Sex", "Age", "Frontal/Lateral", "AP/PA", NO_FINDING, *COLUMNS)
        rows += [_row(cells, table.parent, where) for where, cells in read_cells(table, columns)]
    return rows


def _tables(root: Path) -> list[Path]:
    for folder in (root, *sorted(root.glob("CheXpert*"))):
        found = [folder / name for name in TABLES if (folder / name).is_file()]
        if found and any(_header_fits(path) for path in found):
            return found
    return []


def _header_fits(table: Path) -> bool:
    with table.open(encoding="utf-8-sig", errors="replace") as stream:
        return {"Path", "Frontal/Lateral"} <= set(stream.readline().strip().split(","))


def _row(cells: Mapping[str, str], folder: Path, where: str) -> ManifestRow:
    said = {name: _value(cells[column], column, where) for column, name in COLUMNS.items()}
    free = bool(_value(cells[NO_FINDING], NO_FINDING, where))
    if free:
        present = [column for column, name in COLUMNS.items() if said[name]]
        if present:
            raise BadTable(f"it says {NO_FINDING} and {present[0]}", where, "Mend the row.")
        said = dict.fromkeys(said, False)
    frontal = cells["Frontal/Lateral"].casefold() != "lateral"
    path = PurePosixPath(cells["Path"])
    if not path.parts or ".." in path.parts:
        raise BadTable(f"{cells['Path']!r} is no path of the data set", where, "Mend the row.")
    named = path.parts[0].startswith("CheXpert") or path.parts[0] == folder.name
    below = path.parts[1:] if named else path.parts
    patient = next((part for part in path.parts if part.startswith("patient")), str(path))
    return ManifestRow(
        task=TASK,
        path=folder.joinpath(*below),
        patient=f"{SOURCE}-{patient}",
        labels=(NO_FINDING,) if free else tuple(name for name, value in said.items() if value),
        known=frozenset(name for name, value in said.items() if value is not None),
        view=(cells["AP/PA"] or "frontal") if frontal else "LATERAL",
        sex=cells["Sex"][:1],
        age=age_of(cells["Age"], where),
        source_repo=SOURCE,
        where=where,
    )


def _value(text: str, column: str, where: str) -> bool | None:
    if text not in VALUES:
        raise BadTable(f"{column} is {text[:40]!r}, not 1, 0, -1 or blank", where, "Mend the cell.")
    return VALUES[text]
