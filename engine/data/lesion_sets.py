"""The one table of fundus sets that lesions can be learnt from: a folder is known by what lies in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.data import ddr, e_ophtha, idrid, maples_dr, messidor
from engine.data.manifest import MANIFEST, ManifestRow, read_manifest
from engine.errors import BadTable


@dataclass(frozen=True, slots=True)
class LesionSet:
    """A public set: whether a folder is one, and its rows."""

    name: str
    is_here: Callable[[Path], bool]
    rows: Callable[[Path], list[ManifestRow]]


SETS: tuple[LesionSet, ...] = (
    LesionSet("IDRiD", idrid.is_here, idrid.rows),
    LesionSet("DDR", ddr.is_here, ddr.rows),
    LesionSet("e-ophtha", e_ophtha.is_here, e_ophtha.rows),
    LesionSet("MAPLES-DR", maples_dr.is_here, maples_dr.rows),
    LesionSet("Messidor", messidor.is_here, messidor.rows),
)


def lesion_rows(root: Path) -> list[ManifestRow]:
    """Rows of a folder: of its ``manifest.csv``, else of every known set that lies in it as published.

    A folder may hold several sets, each as it was unpacked, or be one of them.

    Raises
    ------
    BadTable
        When it holds neither, or a table cannot be used.
    """
    if (root / MANIFEST).is_file():
        return read_manifest(root)
    folders = sorted(f for f in root.iterdir() if f.is_dir()) if root.is_dir() else []
    found: dict[Path, ManifestRow] = {}
    for one in SETS:
        places = [root] if one.is_here(root) else [folder for folder in folders if one.is_here(folder)]
        for place in places:
            for row in one.rows(place):
                found.setdefault(row.path, row)  # an image of two sets keeps the row that knows its masks
    if not found:
        names = ", ".join(one.name for one in SETS)
        raise BadTable(
            f"it holds no {MANIFEST} and none of {names}", root, "Choose the folder that was unpacked."
        )
    return list(found.values())
