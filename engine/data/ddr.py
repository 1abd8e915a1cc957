"""DDR (Li et al. 2019): 757 photographs with masks of four lesions, 13,673 with a grade."""

from __future__ import annotations

from pathlib import Path

from engine.data.manifest import ManifestRow
from engine.data.set_files import GRADE_TASK, MASK_TASK, images_in, part_of
from engine.errors import BadTable

LICENCE = "DDR: for research (github.com/nkicsl/DDR-dataset)"
CODES = ("EX", "HE", "MA", "SE")
SPLITS = ("train", "valid", "test")
LABELS = ("label", "segmentation label")
"""Folder of the masks in a split: the published ``valid`` calls it otherwise."""
UNGRADABLE = 5


def is_here(root: Path) -> bool:
    """Whether the folder holds the masks or the grades."""
    masks, grades = _parts(root)
    return any((masks / s / "image").is_dir() for s in SPLITS) or any(
        (grades / f"{s}.txt").is_file() for s in SPLITS
    )


def rows(root: Path) -> list[ManifestRow]:
    """Masked images (all four lesions looked for; an absent file means none), then graded ones.

    Photographs whose names share the first two numbers stay on one side of a split (ours: what the numbers
    mean is not published). Ungradable images are left out.

    Raises
    ------
    BadTable
        When a line of ``train.txt`` … is no name and grade.
    """
    masks, grades = _parts(root)
    found = []
    for split in SPLITS:
        folder = masks / split
        truth = part_of(folder, *LABELS)
        for image in images_in(folder / "image"):
            files = {code: truth / code / f"{image.stem}.tif" for code in CODES}
            found.append(
                ManifestRow(
                    MASK_TASK,
                    image,
                    _group(image.stem),
                    masks={code: file for code, file in files.items() if file.is_file()},
                    labelled=frozenset(CODES),
                    two_colours=True,
                    split=split,
                    licence=LICENCE,
                )
            )
    return found + [row for split in SPLITS for row in _graded(grades, split)]


def _parts(root: Path) -> tuple[Path, Path]:
    root = part_of(root, "DDR-dataset")
    return part_of(root, "lesion_segmentation"), part_of(root, "DR_grading")


def _group(stem: str) -> str:
    return "ddr-" + "-".join(stem.split("-")[:2])


def _graded(folder: Path, split: str) -> list[ManifestRow]:
    table = folder / f"{split}.txt"
    if not table.is_file():
        return []
    found = []
    for number, line in enumerate(table.read_text(encoding="utf-8").splitlines(), 1):
        name, _, grade = line.strip().rpartition(" ")
        if not line.strip():
            continue
        if not name or grade not in "012345":
            raise BadTable(f"{line!r} is no name and grade", f"{table}, line {number}", "Mend the line.")
        if int(grade) != UNGRADABLE:
            stem = Path(name).stem
            found.append(
                ManifestRow(
                    GRADE_TASK, folder / split / name, _group(stem), int(grade), split=split, licence=LICENCE
                )
            )
    return found
