"""MAPLES-DR (Lepetit-Aimon et al. 2024): masks of lesions on 198 images of Messidor."""

from __future__ import annotations

import csv
from pathlib import Path

from engine.data.manifest import ManifestRow
from engine.data.messidor import images_by_stem
from engine.data.set_files import MASK_TASK, images_in, part_of
from engine.errors import BadTable

LICENCE = "MAPLES-DR: CC BY 4.0 (doi 10.6084/m9.figshare.24328660); images: Messidor, for research"
FOLDERS = {
    "MA": "Microaneurysms",
    "HE": "Hemorrhages",
    "SE": "CottonWoolSpots",
    "EX": "Exudates",
    "NV": "Neovascularization",
    "OD": "OpticDisc",
}
UNCERTAIN = ("RedUncertains", "BrightUncertains")
"""Lesions whose kind the readers left open: such regions count as unlabelled."""
SPLITS = ("train", "test")
GRADES = {"R0": 0, "R1": 1, "R2": 2, "R3": 3, "R4A": 4, "R4S": 4}
"""Canadian grades as ICDR grades; R6 is ungradable."""


def is_here(root: Path) -> bool:
    """Whether the folder holds the unpacked ``MAPLES-DR.zip``."""
    return any((_masks(root) / split / FOLDERS["MA"]).is_dir() for split in SPLITS)


def rows(root: Path) -> list[ManifestRow]:
    """Images with their masks; five lesions were looked for everywhere.

    The photographs are those of Messidor, anywhere below ``root``; rows whose photograph is not there are
    left out.

    Raises
    ------
    BadTable
        When not one photograph is there, or a table of grades cannot be used.
    """
    masks = _masks(root)
    photographs = images_by_stem(root, leave_out=[masks / split for split in SPLITS])
    found, missing = [], 0
    for split in SPLITS:
        grades = _grades(masks / split / "diagnosis.csv")
        for mask in images_in(masks / split / FOLDERS["MA"]):
            photograph = photographs.get(mask.stem.casefold())
            if photograph is None:
                missing += 1
                continue
            found.append(_row(photograph, masks / split, mask.name, grades.get(mask.stem), split))
    if missing and not found:
        raise BadTable(
            f"none of the {missing} photographs is there", root, "Put Messidor's images below this folder."
        )
    return found


def _row(photograph: Path, folder: Path, name: str, grade: int | None, split: str) -> ManifestRow:
    masks = {code: folder / part / name for code, part in FOLDERS.items()}
    unlabelled = tuple(folder / part / name for part in UNCERTAIN)
    return ManifestRow(
        MASK_TASK,
        photograph,
        f"messidor-{photograph.stem}",
        grade,
        masks={code: file for code, file in masks.items() if file.is_file()},
        labelled=frozenset(FOLDERS) - {"OD"},
        unlabelled=tuple(file for file in unlabelled if file.is_file()),
        two_colours=True,
        split=split,
        licence=LICENCE,
    )


def _masks(root: Path) -> Path:
    return part_of(root, "MAPLES-DR")


def _grades(table: Path) -> dict[str, int | None]:
    """Image name -> grade 0–4, None where ungradable."""
    if not table.is_file():
        return {}
    with table.open(newline="", encoding="utf-8-sig") as stream:
        reader = csv.DictReader(stream)
        if not {"name", "DR"} <= set(reader.fieldnames or ()):
            raise BadTable("it has no columns 'name' and 'DR'", table, "Get the file again.")
        return {row["name"]: GRADES.get(row["DR"].strip()) for row in reader}
