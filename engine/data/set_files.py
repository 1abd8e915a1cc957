"""What the readers of public fundus sets share: tasks, files of a folder, parts of a set."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

MASK_TASK, GRADE_TASK = "fundus_lesion_seg", "dr_grade"
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff"})


def images_in(folder: Path) -> list[Path]:
    """Image files of a folder by name, without those that a system keeps for itself."""
    if not folder.is_dir():
        return []
    return sorted(f for f in folder.iterdir() if f.suffix.lower() in SUFFIXES and not f.name.startswith("."))


def images_below(folder: Path) -> Iterator[Path]:
    """Image files of a folder and of all folders in it, by path."""
    for file in sorted(folder.rglob("*")):
        if file.suffix.lower() in SUFFIXES and not file.name.startswith(".") and file.is_file():
            yield file


def part_of(root: Path, *names: str) -> Path:
    """The first of these folders that the root holds, else the root itself: a set or a part was chosen."""
    return next((root / name for name in names if (root / name).is_dir()), root)
