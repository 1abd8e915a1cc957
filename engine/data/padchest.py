"""PadChest (Bustos et al., Medical Image Analysis 2020) and tables of its shape.

Layout: ``PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv`` (any ``*chest_x_ray_images_labels*.csv``)
beside folders ``0`` to ``54`` of 16-bit PNG, or all images in one folder.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Mapping
from pathlib import Path

from engine import vocabulary
from engine.data.chest_labels import NO_FINDING
from engine.data.chest_tables import read_cells
from engine.data.manifest import ManifestRow
from engine.errors import BadTable, UnknownLabel

TASK = "cxr_multilabel"
SOURCE = "PadChest"
TABLE = "*chest_x_ray_images_labels*.csv"
NORMAL = "normal"
UNREAD = frozenset({"", "nan", "exclude", "suboptimal study", "unchanged"})
"""Words that say nothing of findings: such an image's labels are unknown."""
SPELT = {
    "pulmonary mass": "Mass",
    "infiltrates": "Infiltration",
    "pulmonary edema": "Edema",
    "pulmonary fibrosis": "Fibrosis",
    "hiatal hernia": "Hernia",
    "copd signs": "Chronic Obstructive Pulmonary Disease",
    "heart insufficiency": "Congestive Heart Failure",
}
FRONTAL = frozenset({"PA", "AP", "AP_horizontal"})


def is_here(root: Path) -> bool:
    """Whether a folder has PadChest's table."""
    return any(root.glob(TABLE))


def read_rows(root: Path) -> list[ManifestRow]:
    """Rows of the table.

    A finding of the vocabulary that stands anywhere in the table was looked for in every image that was read;
    blank, excluded and suboptimal images are unknown. A word that the vocabulary does not hold is another
    finding: its image is not free of findings, and no more is learnt from it.

    Raises
    ------
    BadTable
        When ``Labels`` is no list of words, naming the row.
    """
    columns = ("ImageID", "ImageDir", "PatientID", "Projection", "Labels")
    table = next(root.glob(TABLE))
    read = [(where, cells, _words(cells["Labels"], where)) for where, cells in read_cells(table, columns)]
    spoken = frozenset(n for _, _, words in read for n in map(_name, words) if n)
    return [_row(cells, words, spoken, root, where) for where, cells, words in read]


def _row(
    cells: Mapping[str, str], words: frozenset[str], spoken: frozenset[str], root: Path, where: str
) -> ManifestRow:
    names = sorted(n for n in map(_name, words) if n)
    if names and NORMAL in words:
        raise BadTable(f"it says normal and {names[0]}", where, "Mend the row.")
    unread = not words or bool(words & UNREAD)
    name = cells["ImageID"]
    if not name or Path(name).name != name:
        raise BadTable(f"{name[:40]!r} is no image name", where, "Mend the row.")
    nested = root / cells["ImageDir"].removesuffix(".0") / name
    projection = cells["Projection"]
    return ManifestRow(
        task=TASK,
        path=nested if nested.is_file() else root / name,
        patient=f"{SOURCE}-{cells['PatientID'] or name}",
        labels=tuple(names) or ((NO_FINDING,) if words == {NORMAL} else ()),
        known=frozenset() if unread else spoken,
        view=projection if projection in FRONTAL or not projection else "LATERAL",
        sex=cells.get("PatientSex_DICOM", "")[:1],
        source_repo=SOURCE,
        where=where,
    )


def _words(text: str, where: str) -> frozenset[str]:
    """The words of a cell such as ``['pleural effusion', 'cardiomegaly']``."""
    if text.casefold() in UNREAD:
        return frozenset()
    try:
        words = ast.literal_eval(text)
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise ValueError("not a list of words")
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise BadTable(f"its labels are {text[:40]!r} ({error})", where, "Mend the row.") from error
    return frozenset(word.strip().casefold() for word in words if word.strip())


@functools.lru_cache(4096)
def _name(word: str) -> str:
    """The vocabulary's name of a word, empty when it has none."""
    try:
        return vocabulary.term(SPELT.get(word, word)).name
    except UnknownLabel:
        return ""
