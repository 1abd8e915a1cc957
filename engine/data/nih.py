"""NIH ChestX-ray14 (Wang et al., CVPR 2017): as published, or any folder with our ``manifest.csv``.

Published: ``Data_Entry_2017.csv`` (or its ``_v2020``), ``images_001/images/*.png`` to ``images_012`` or
``images/``, ``BBox_List_2017.csv``, ``train_val_list.txt`` and ``test_list.txt``.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine import vocabulary
from engine.data.chest_labels import parse_labels
from engine.data.chest_tables import age_of, checked, read_cells
from engine.data.manifest import MANIFEST, ManifestRow, read_manifest
from engine.errors import BadTable, UnknownLabel
from engine.records import Box

TASK = "cxr_multilabel"
ENTRIES = "Data_Entry_2017.csv"
ENTRIES_PATTERN = "Data_Entry_2017*.csv"
BOXES = "BBox_List_2017.csv"
BOX_PLACES = (BOXES, "*/bbox_1024px.csv")
LISTS = {"train": "train_val_list.txt", "test": "test_list.txt"}
SOURCE = "NIH ChestX-ray14"
BOX_SIDE = 1024  # pixels of the published images, in which the boxes are given


@dataclass(frozen=True, slots=True)
class FindingBox:
    """A radiologist's box around a finding, in pixels of the published 1024 px image."""

    finding: str
    box: Box


def is_here(root: Path) -> bool:
    """Whether a folder has the published table."""
    return any(root.glob(ENTRIES_PATTERN))


def read_rows(root: Path, partial: bool = False) -> list[ManifestRow]:
    """Images with their labels, from ``manifest.csv`` when the folder has one, else as NIH publishes them.

    Parameters
    ----------
    partial
        Go on with the images that are there, where only some of the twelve archives were unpacked.

    Raises
    ------
    BadTable
        When the folder holds neither table, a row cannot be used or stands twice, or its image is missing.
    """
    if (root / MANIFEST).is_file():
        return checked(read_manifest(root, TASK), partial)
    for table in sorted(root.glob(ENTRIES_PATTERN)):
        return checked(_published_rows(root, table), partial)
    raise BadTable(f"it holds neither {MANIFEST} nor {ENTRIES}", root, "Choose the data set's folder.")


def labels_of(rows: Sequence[ManifestRow]) -> list[frozenset[str]]:
    """Vocabulary names of each row's findings; empty for No Finding.

    Raises
    ------
    BadTable
        For a label that the vocabulary does not hold, naming row and label.
    """
    return [parse_labels(row.labels, row.where or row.path.name) for row in rows]


def boxes_of(root: Path) -> dict[str, list[FindingBox]]:
    """All boxes of a data set by image name without its suffix; empty where it has no table of them."""
    tables = [path for pattern in BOX_PLACES for path in sorted(root.glob(pattern))]
    found = read_boxes(tables[0]) if tables else {}
    return {Path(name).stem: boxes for name, boxes in found.items()}


def read_boxes(path: Path) -> dict[str, list[FindingBox]]:
    """Boxes by image file name (``00013118_008.png``) from ``BBox_List_2017.csv``.

    The published header splits one cell in four (``Bbox [x,y,w,h]``), so columns count, not names.

    Raises
    ------
    BadTable
    """
    found: dict[str, list[FindingBox]] = {}
    with path.open(newline="", encoding="utf-8-sig") as stream:
        for number, cells in enumerate(csv.reader(stream), start=1):
            if number == 1 or not any(cells):
                continue
            where = f"{path}, line {number}"
            try:
                x, y, width, height = (float(cell) for cell in cells[2:6])
                finding = vocabulary.term("Infiltration" if cells[1] == "Infiltrate" else cells[1]).name
            except (ValueError, IndexError, UnknownLabel) as error:
                raise BadTable(f"not a box ({error})", where, "Get the table again.") from error
            box = FindingBox(finding, Box(x, y, x + width, y + height))
            found.setdefault(cells[0], []).append(box)
    return found


def official_split(root: Path) -> dict[str, str]:
    """File name -> ``train`` or ``test`` from the published lists; empty where they are absent."""
    split: dict[str, str] = {}
    for part, name in LISTS.items():
        if (root / name).is_file():
            split |= dict.fromkeys((root / name).read_text("utf-8").split(), part)
    return split


def _published_rows(root: Path, table: Path) -> list[ManifestRow]:
    places = _image_places(root)
    columns = ("Image Index", "Finding Labels", "Patient ID")
    return [_published_row(cells, root, places, where) for where, cells in read_cells(table, columns)]


def _image_places(root: Path) -> dict[str, Path]:
    """File name -> path in ``images/`` or in ``images_001/images/`` to ``images_012/images/``."""
    folders = [
        root / "images",
        *sorted(root.glob("images_[0-9]*/images")),
        *sorted(root.glob("images_[0-9]*")),
    ]
    inside = [path for folder in folders if folder.is_dir() for path in folder.iterdir()]
    return {path.name: path for path in inside if path.suffix}


def _published_row(
    cells: Mapping[str, str], root: Path, places: Mapping[str, Path], where: str
) -> ManifestRow:
    name = cells["Image Index"]
    if not name:
        raise BadTable("it names no image", where, "Mend the row.")
    return ManifestRow(
        task=TASK,
        path=places.get(name, root / "images" / name),
        patient=cells["Patient ID"] or name,
        labels=tuple(cells["Finding Labels"].split("|")),
        view=cells.get("View Position", ""),
        sex=cells.get("Patient Gender", ""),
        age=age_of(cells.get("Patient Age", ""), where),
        source_repo=SOURCE,
        where=where,
    )
