"""Chest images of any layout that is known here: the one door of recipes and protocols to a data folder."""

from __future__ import annotations

from pathlib import Path

from engine.data import chest_reviewed, chexpert, nih, padchest
from engine.data.chest_tables import checked
from engine.data.manifest import MANIFEST, ManifestRow
from engine.errors import BadTable


def read_rows(root: Path, *, partial: bool = False, frontal: bool = True) -> list[ManifestRow]:
    """Rows of a folder: ``manifest.csv``, NIH ChestX-ray14, a project, CheXpert or PadChest.

    Labels, repeated rows and missing images are looked at before anything is decoded.

    Parameters
    ----------
    partial
        Leave out rows whose image is not there, instead of refusing them.
    frontal
        Leave out lateral views, which the systems do not know.

    Raises
    ------
    BadTable
        Naming row and label; also when the folder has no layout that is known.
    """
    if not root.is_dir():
        raise BadTable("there is no such folder", root, "Choose the data set's folder.")
    if (root / MANIFEST).is_file() or nih.is_here(root):
        rows = nih.read_rows(root, partial)
    elif chest_reviewed.is_here(root):
        rows = checked(chest_reviewed.read_rows(root), partial)
    elif chexpert.is_here(root):
        rows = checked(chexpert.read_rows(root), partial)
    elif padchest.is_here(root):
        rows = checked(padchest.read_rows(root), partial)
    else:
        raise BadTable(
            "it holds no chest data set that is known here",
            root,
            f"Choose a folder with {MANIFEST}, {nih.ENTRIES}, train.csv (CheXpert) or {padchest.TABLE}.",
        )
    nih.labels_of(rows)
    return [row for row in rows if not frontal or row.view != "LATERAL"]
