"""A folder of images described by a ``manifest.csv``, and splits of it that never part a patient.

One row a file. Only ``file`` (relative to the folder) is required; ``patient`` tells what must stay on one
side of a split and defaults to the file itself.
"""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TypeVar

from engine.errors import BadTable

MANIFEST = "manifest.csv"
MASK_PREFIX = "mask_"
T = TypeVar("T", int, float)


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One file of a manifest.

    Attributes
    ----------
    task
        What the row is meant for (``dr_grade``, ``fundus_lesion_seg``, ``cxr_multilabel`` …).
    path
        The file, below the manifest's folder; not looked for when the manifest is read.
    patient
        Patient or group of duplicates: rows that share it stay together in every split.
    dr_grade
        International Clinical DR grade 0–4, None when not graded.
    dme
        Risk of macular oedema 0–2 (IDRiD's scale), None when not graded.
    labels
        Names of what the image shows, as the source spells them.
    masks
        Lesion code (MA, HE, SE, EX, OD …) -> mask file. A missing code means no such lesion where the task
        is lesion segmentation and somebody looked for it.
    labelled
        Lesion codes that somebody looked for in this image; None where the set as a whole says so. Others
        are unlabelled: neither there nor absent.
    unlabelled
        Mask files of regions in which nobody has decided what is there.
    two_colours
        Its mask files are black and one colour instead of 0 and 255.
    split
        ``train``, ``valid`` or ``test`` where the set's authors have parted it.
    known
        Vocabulary names of the findings that the source speaks of for this image, present or absent; None
        where it looked for all of its findings.
    where
        Table and line, for messages.
    """

    task: str
    path: Path
    patient: str
    dr_grade: int | None = None
    dme: int | None = None
    labels: tuple[str, ...] = ()
    masks: Mapping[str, Path] = field(default_factory=dict)
    labelled: frozenset[str] | None = None
    unlabelled: tuple[Path, ...] = ()
    two_colours: bool = False
    split: str = ""
    view: str = ""
    sex: str = ""
    age: float | None = None
    sha256: str = ""
    source_repo: str = ""
    licence: str = ""
    known: frozenset[str] | None = None
    where: str = field(default="", compare=False)


def read_manifest(root: Path, task: str | None = None) -> list[ManifestRow]:
    """Rows of ``root/manifest.csv`` in file order, those of one task when it is named.

    Raises
    ------
    BadTable
        When there is no manifest, or a row cannot be used; `where` names file and line.
    """
    table = root / MANIFEST
    try:
        with table.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream, strict=True)
            if "file" not in (reader.fieldnames or ()):
                raise BadTable(
                    "it has no column 'file'", table, "Add one row a file, with its path in 'file'."
                )
            rows = [_row(root, cells, f"{table}, line {reader.line_num}") for cells in reader]
    except OSError as error:
        raise BadTable(
            f"the manifest cannot be read ({error.strerror})", table, "Choose a folder with a manifest.csv."
        ) from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise BadTable(f"not a sound csv file ({error})", table, "Save it as UTF-8 csv.") from error
    return [row for row in rows if task is None or row.task == task]


def split_by_patient(
    rows: Sequence[ManifestRow], share: float, seed: int = 0
) -> tuple[list[ManifestRow], list[ManifestRow]]:
    """Training rows and held-back rows; no patient is on both sides.

    Whether a patient is held back follows from a hash of seed and patient alone, so that every system which
    uses the same seed holds the same patients back, and rows that are added later move nobody.

    Parameters
    ----------
    share
        Expected share of the patients that is held back, 0–1.

    Returns
    -------
    training, held_back
        Both in the order of ``rows``.
    """
    held = [is_held_back(row.patient, share, seed) for row in rows]
    training = [row for row, kept in zip(rows, held, strict=True) if not kept]
    return training, [row for row, kept in zip(rows, held, strict=True) if kept]


def is_held_back(patient: str, share: float, seed: int = 0) -> bool:
    """Whether that patient's hash, uniform in [0, 1), lies below ``share``."""
    digest = hashlib.sha256(f"{seed}|{patient}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def _row(root: Path, cells: Mapping[str | None, str | None], where: str) -> ManifestRow:
    if None in cells or None in cells.values():
        raise BadTable("it has more or fewer cells than the header", where, "Mend the row.")
    text = {str(name): str(value).strip() for name, value in cells.items()}
    masks = {
        name.removeprefix(MASK_PREFIX): _file(root, value, where)
        for name, value in text.items()
        if name.startswith(MASK_PREFIX) and value
    }
    return ManifestRow(
        task=text.get("task", ""),
        path=_file(root, text["file"], where),
        patient=text.get("patient") or text["file"],
        dr_grade=_number(text, "dr_grade", where, _grade(4)),
        dme=_number(text, "dme_risk", where, _grade(2)),
        labels=_words(text.get("labels", "")),
        masks=masks,
        labelled=frozenset(_words(text["labelled"])) if text.get("labelled") else None,
        unlabelled=tuple(_file(root, value, where) for value in _words(text.get("unlabelled", ""))),
        split=text.get("split", ""),
        view=text.get("view", ""),
        sex=text.get("sex", ""),
        age=_number(text, "age", where, float),
        sha256=text.get("sha256", ""),
        source_repo=text.get("source_repo", ""),
        licence=text.get("licence", ""),
        where=where,
    )


def _words(text: str) -> tuple[str, ...]:
    """What a cell lists, parted by ``|``."""
    return tuple(part for part in text.split("|") if part)


def _file(root: Path, value: str, where: str) -> Path:
    parts = PurePosixPath(value)
    if not value or parts.is_absolute() or ".." in parts.parts:
        raise BadTable(f"{value!r} is no path below the manifest's folder", where, "Use a relative path.")
    return root / parts


def _grade(highest: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        value = float(text)
        if value not in range(highest + 1):
            raise ValueError(f"not one of 0–{highest}")
        return int(value)

    return parse


def _number(cells: Mapping[str, str], name: str, where: str, parse: Callable[[str], T]) -> T | None:
    if not cells.get(name):
        return None
    try:
        value = parse(cells[name])
    except ValueError as error:
        raise BadTable(
            f"{name} is {cells[name]!r} ({error})", where, "Mend the cell or leave it empty."
        ) from error
    if not math.isfinite(value):
        raise BadTable(f"{name} is {cells[name]!r}", where, "Mend the cell or leave it empty.")
    return value
