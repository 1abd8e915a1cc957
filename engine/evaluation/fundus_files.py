"""Graded fundus photographs of a public set, and what Zoom-in-Net says of them, a few persons at a time."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadTable, EngineError, TooFewSamples
from engine.imaging import rendering
from engine.inference import loading
from engine.inference.predictor import Options, Picture, Predictor
from engine.io.sandbox import Sandbox
from engine.progress import Progress
from engine.records import Box, GradeScores, Laterality, Modality, ModalitySource

SYSTEM = "zoom_in_net"
BATCH = 8  # images decoded at once: bounds memory at any size of the set
SUFFIXES = (".jpeg", ".jpg", ".png", ".tif", ".tiff")


@dataclass(frozen=True, slots=True)
class GradedFile:
    """One photograph of a set.

    Attributes
    ----------
    person
        Images of one person are the two eyes where `laterality` tells them apart, and one group in intervals.
    grade
        As the set grades: 0–4 on the international scale, 0–3 in Messidor.
    dme
        Risk of macular oedema 0–2; None where the set has none.
    """

    path: Path
    person: str
    grade: int
    laterality: Laterality = Laterality.UNKNOWN
    dme: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What ``m`` models say of ``n`` readable images.

    Attributes
    ----------
    final, main, attention
        Probabilities ``[m, n, 5]`` of the whole, of M-Net alone and of A-Net.
    dme
        ``[m, n, 3]``; NaN from models without that head.
    boxes
        Regions of the first model, stored pixels, best first.
    ungradable
        bool ``[n]``: what the quality gate withholds the grade of (it is measured all the same).
    refused
        Why an image could not be read, by file.
    """

    files: tuple[GradedFile, ...]
    final: NDArray[np.float64]
    main: NDArray[np.float64]
    attention: NDArray[np.float64]
    dme: NDArray[np.float64]
    boxes: tuple[tuple[Box, ...], ...]
    ungradable: NDArray[np.bool_]
    refused: Mapping[str, str]

    @property
    def grades(self) -> NDArray[np.int64]:
        """Truth ``[n]``."""
        return np.array([f.grade for f in self.files], np.int64)

    @property
    def persons(self) -> list[str]:
        """Person of each image."""
        return [f.person for f in self.files]


def models(weights: Path | None, device: str) -> list[Predictor]:
    """The shipped network, that of a file, or all of a folder: an ensemble.

    Raises
    ------
    MissingWeights, IncompatibleModel
    """
    if weights is None:
        return [loading.load(SYSTEM, device=device)]
    files = sorted(weights.glob("*.safetensors")) if weights.is_dir() else [weights]
    if not files:
        raise TooFewSamples("there are no weights in this folder", weights, "Name a .safetensors file.")
    return [loading.load(SYSTEM, lambda _, file=file: file, device) for file in files]  # type: ignore[misc]


def ask(files: Sequence[GradedFile], predictors: Sequence[Predictor], progress: Progress) -> Answers:
    """Ask every model about every image; one that cannot be read is left out and named.

    Raises
    ------
    TooFewSamples
        When no image could be read.
    """
    kept: list[GradedFile] = []
    rows: list[list[GradeScores]] = []
    boxes: list[tuple[Box, ...]] = []
    ungradable: list[bool] = []
    refused: dict[str, str] = {}
    with Sandbox() as sandbox:
        for done, batch in enumerate(_batches(files)):
            progress(done * BATCH, len(files), "grading")
            read = [(file, _read(file, sandbox)) for file in batch]
            refused |= {str(f.path): str(p) for f, p in read if isinstance(p, EngineError)}
            good = [(f, p) for f, p in read if isinstance(p, Picture)]
            said = [m.predict([p for _, p in good], Options(evidence=False)) for m in predictors]
            for place, (file, _) in enumerate(good):
                scores = [answers[place].grade or answers[place].withheld for answers in said]
                rows.append([s for s in scores if s is not None])
                kept.append(file)
                boxes.append(said[0][place].boxes)
                ungradable.append(said[0][place].grade is None)
    progress(len(files), len(files), "graded")
    if not kept:
        first = next(iter(refused.items()), ("", "the set is empty"))
        raise TooFewSamples(f"no image could be read: {first[1]}", first[0], "Check the folder.")
    return _collected(tuple(kept), rows, tuple(boxes), np.array(ungradable), refused)


def _collected(
    files: tuple[GradedFile, ...],
    rows: list[list[GradeScores]],
    boxes: tuple[tuple[Box, ...], ...],
    ungradable: NDArray[np.bool_],
    refused: Mapping[str, str],
) -> Answers:
    def table(of: Callable[[GradeScores], tuple[float, ...]], width: int) -> NDArray[np.float64]:
        filled = [[of(s) or (np.nan,) * width for s in row] for row in rows]
        return np.array(filled, np.float64).transpose(1, 0, 2)

    return Answers(
        files,
        table(lambda s: s.probabilities, 5),
        table(lambda s: s.main_probabilities, 5),
        table(lambda s: s.attention_probabilities, 5),
        table(lambda s: s.dme_probabilities, 3),
        boxes,
        ungradable,
        refused,
    )


def _batches(files: Sequence[GradedFile]) -> Iterator[list[GradedFile]]:
    """Whole persons, up to the batch size."""
    persons: dict[str, list[GradedFile]] = {}
    for file in files:
        persons.setdefault(file.person, []).append(file)
    batch: list[GradedFile] = []
    for eyes in persons.values():
        if batch and len(batch) + len(eyes) > BATCH:
            yield batch
            batch = []
        batch += eyes
    if batch:
        yield batch


def _read(file: GradedFile, sandbox: Sandbox) -> Picture | EngineError:
    try:
        info, stored = sandbox.read(file.path, 0)
        info = replace(
            info,
            laterality=file.laterality or info.laterality,
            modality=Modality.FUNDUS,
            modality_source=ModalitySource.READER,
        )
        return Picture(info, rendering.fundus_rgb(stored, info), file.person)
    except EngineError as error:
        return error


def rows_of(table: Path, columns: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Rows of a csv with their place for messages; column names are matched without case and blanks.

    Raises
    ------
    BadTable
        Unreadable, or a column missing.
    """
    try:
        text = table.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadTable(f"the table cannot be read ({error})", table, "Check the folder.") from error
    reader = csv.reader(text.splitlines())
    head = [name.strip().lower() for name in next(reader, [])]
    missing = [name for name in columns if name.lower() not in head]
    if missing:
        raise BadTable(f"it has no column {missing[0]!r}", table, f"Columns needed: {', '.join(columns)}.")
    for cells in reader:
        where = f"{table}, line {reader.line_num}"
        if any(cell.strip() for cell in cells):
            padded = [
                *cells,
                *[""] * (len(head) - len(cells)),
            ]  # spreadsheets leave empty cells at the end out
            yield where, {name: cell.strip() for name, cell in zip(head, padded, strict=False)}


def grade_in(text: str, highest: int, where: str) -> int:
    """A whole grade 0 … ``highest``.

    Raises
    ------
    BadTable
        Naming the row, for anything else.
    """
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if value not in range(highest + 1):
        raise BadTable(f"the grade {text!r} is not one of 0–{highest}", where, "Mend the row.")
    return int(value)


class Images:
    """Image files by stem, wherever they lie below those folders of a root that are there, else below it."""

    def __init__(self, root: Path, *folders: str) -> None:
        found = [root / name for name in folders if (root / name).is_dir()]
        self.root = root
        places = found or [root]
        self._files = {
            path.stem: path
            for place in places
            for path in sorted(place.rglob("*"))
            if path.suffix.lower() in SUFFIXES
        }

    def __getitem__(self, stem: str) -> Path:
        """The file; one that is missing is named so that reading it says that it is gone."""
        return self._files.get(stem, self.root / f"{stem}{SUFFIXES[0]}")

    def __iter__(self) -> Iterator[str]:
        """Stems of the files that are there."""
        return iter(self._files)


def without_repeats(files: Sequence[GradedFile], table: Path) -> list[GradedFile]:
    """The files, unless one stands twice with different grades.

    Raises
    ------
    BadTable
        Naming the image.
    """
    seen: dict[Path, GradedFile] = {}
    for file in files:
        other = seen.setdefault(file.path, file)
        if other.grade != file.grade:
            raise BadTable(f"{file.path.stem} stands there twice, as {other.grade} and {file.grade}", table)
    return list(seen.values())
