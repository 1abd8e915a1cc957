"""NIH ChestX-ray14 (Wang et al., CVPR 2017): as published, or any folder with our ``manifest.csv``."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine import vocabulary
from engine.data.chest_labels import parse_labels
from engine.data.manifest import MANIFEST, ManifestRow, read_manifest
from engine.errors import BadTable, UnknownLabel
from engine.records import Box

TASK = "cxr_multilabel"
ENTRIES = "Data_Entry_2017.csv"
ENTRIES_2020 = "Data_Entry_2017_v2020.csv"
BOXES = "BBox_List_2017.csv"
SOURCE = "NIH ChestX-ray14"


@dataclass(frozen=True, slots=True)
class FindingBox:
    """A radiologist's box around a finding, in pixels of the published 1024 px image."""

    finding: str
    box: Box


def read_rows(root: Path) -> list[ManifestRow]:
    """Images with their labels, from ``manifest.csv`` when the folder has one, else as NIH publishes them.

    Raises
    ------
    BadTable
        When the folder holds neither table, or a row cannot be used.
    """
    if (root / MANIFEST).is_file():
        return read_manifest(root, TASK)
    for name in (ENTRIES, ENTRIES_2020):
        if (root / name).is_file():
            return _published_rows(root, root / name)
    raise BadTable(f"it holds neither {MANIFEST} nor {ENTRIES}", root, "Choose the data set's folder.")


def labels_of(rows: Sequence[ManifestRow]) -> list[frozenset[str]]:
    """Vocabulary names of each row's findings; empty for No Finding."""
    return [parse_labels(row.labels, row.path.name) for row in rows]


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
    for part, name in (("train", "train_val_list.txt"), ("test", "test_list.txt")):
        if (root / name).is_file():
            split |= dict.fromkeys((root / name).read_text("utf-8").split(), part)
    return split


def _published_rows(root: Path, table: Path) -> list[ManifestRow]:
    """Rows of the published table whose image is there (a part of the twelve archives may be)."""
    places = _image_places(root)
    rows = []
    with table.open(newline="", encoding="utf-8-sig") as stream:
        for line, cells in enumerate(csv.DictReader(stream), start=2):
            row = _published_row(cells, places, f"{table}, line {line}")
            if row is not None:
                rows.append(row)
    return rows


def _image_places(root: Path) -> dict[str, Path]:
    """File name -> path in ``images/`` or in ``images_001/images/`` to ``images_012/images/``."""
    folders = [root / "images", *sorted(root.glob("images_[0-9][0-9][0-9]/images"))]
    return {path.name: path for folder in folders if folder.is_dir() for path in folder.iterdir()}


def _published_row(cells: Mapping[str, str], places: Mapping[str, Path], where: str) -> ManifestRow | None:
    try:
        name, labels, patient = cells["Image Index"], cells["Finding Labels"], cells["Patient ID"]
    except KeyError as error:
        raise BadTable(f"it has no column {error}", where, "Get the table again.") from error
    if name not in places:
        return None
    return ManifestRow(
        task=TASK,
        path=places[name],
        patient=patient,
        labels=tuple(labels.split("|")),
        view=cells.get("View Position", ""),
        sex=cells.get("Patient Gender", ""),
        source_repo=SOURCE,
    )
