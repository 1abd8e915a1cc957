"""IDRiD as its authors publish it (Porwal et al. 2018): lesion masks (part A) and grades (part B)."""

from __future__ import annotations

import csv
from pathlib import Path

from engine.data.manifest import ManifestRow
from engine.data.set_files import GRADE_TASK, MASK_TASK, images_in, part_of
from engine.errors import BadTable

LICENCE = "CC BY 4.0, (c) Prasanna Porwal, Samiksha Pachade, Manesh Kokare (doi 10.21227/H25W98)"
SPLITS = {"a. Training Set": "train", "b. Testing Set": "test"}
FOLDERS = {
    "MA": "1. Microaneurysms",
    "HE": "2. Haemorrhages",
    "EX": "3. Hard Exudates",
    "SE": "4. Soft Exudates",
    "OD": "5. Optic Disc",
}
IMAGES, TRUTH, GRADES = "1. Original Images", "2. All Segmentation Groundtruths", "2. Groundtruths"
TABLES = {
    "train": "a. IDRiD_Disease Grading_Training Labels.csv",
    "test": "b. IDRiD_Disease Grading_Testing Labels.csv",
}


def is_here(root: Path) -> bool:
    """Whether the folder holds part A or B."""
    return any((_segmentation(root) / TRUTH, _grading(root) / GRADES)[i].is_dir() for i in (0, 1))


def rows(root: Path) -> list[ManifestRow]:
    """Part A: all four lesions were looked for, an absent file means none; masks are red on black.

    Images of the two parts are partly the same pictures under other names: never train on one part and
    test on the other.

    Raises
    ------
    BadTable
        When a table of grades cannot be used.
    """
    return _masked(_segmentation(root)) + _graded(_grading(root))


def _segmentation(root: Path) -> Path:
    return part_of(root, "A. Segmentation")


def _grading(root: Path) -> Path:
    return part_of(root, "B. Disease Grading")


def _masked(part: Path) -> list[ManifestRow]:
    found = []
    for folder, split in SPLITS.items():
        for image in images_in(part / IMAGES / folder) if (part / TRUTH / folder).is_dir() else []:
            files = {c: part / TRUTH / folder / name / f"{image.stem}_{c}.tif" for c, name in FOLDERS.items()}
            found.append(
                ManifestRow(
                    MASK_TASK,
                    image,
                    f"idrid-{image.stem}",
                    masks={code: file for code, file in files.items() if file.is_file()},
                    labelled=frozenset(FOLDERS) - {"OD"},
                    two_colours=True,
                    split=split,
                    licence=LICENCE,
                )
            )
    return found


def _graded(part: Path) -> list[ManifestRow]:
    found = []
    for folder, split in SPLITS.items():
        table = part / GRADES / TABLES[split]
        if not table.is_file():
            continue
        with table.open(newline="", encoding="utf-8-sig") as stream:
            for cells in csv.DictReader(stream):
                text = {(name or "").strip(): (value or "").strip() for name, value in cells.items() if name}
                if not text.get("Image name"):
                    continue  # the published tables end in empty rows
                image = part / IMAGES / folder / f"{text['Image name']}.jpg"
                try:
                    grade, dme = int(text["Retinopathy grade"]), int(text["Risk of macular edema"])
                except (KeyError, ValueError) as error:
                    raise BadTable(f"no grade for {text['Image name']}", table, "Get it again.") from error
                found.append(
                    ManifestRow(
                        GRADE_TASK, image, f"idrid-{image.stem}", grade, dme, split=split, licence=LICENCE
                    )
                )
    return found
