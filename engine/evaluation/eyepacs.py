"""EyePACS (Kaggle Diabetic Retinopathy Detection, 2015): the paper's table 2.

Layout: ``trainLabels.csv`` (``image,level``) beside ``train/``; the test labels, published after the
challenge, as ``retinopathy_solution.csv`` (``image,level,Usage``) or ``testLabels.csv`` beside ``test/``.
Images are ``10_left.jpeg`` and ``10_right.jpeg`` of patient 10; ``Usage`` is Public (the paper's val) or
Private (its test).
"""

from __future__ import annotations

from pathlib import Path

from engine.errors import BadTable, WrongUsage
from engine.evaluation import grading
from engine.evaluation.fundus_files import GradedFile, Images, grade_in, rows_of, without_repeats
from engine.evaluation.protocols import Report, Request
from engine.progress import Progress
from engine.records import Laterality

TABLES = {
    "train": ("trainLabels.csv",),
    "test": ("retinopathy_solution.csv", "testLabels.csv"),
    "public": ("retinopathy_solution.csv",),
    "private": ("retinopathy_solution.csv",),
}
PARTS = tuple(TABLES)
SIDES = {"left": Laterality.LEFT, "right": Laterality.RIGHT}


def run(request: Request, progress: Progress) -> Report:
    """Quadratic kappa of M, M + A, the whole and an ensemble, both eyes of each patient together.

    Raises
    ------
    BadTable, TooFewSamples, MissingWeights, IncompatibleModel
    """
    files = read(request.data, str(request.options["part"]))
    return grading.run(request, files, "eyepacs", progress)


def read(root: Path, part: str) -> list[GradedFile]:
    """Graded images of a part of the set.

    Raises
    ------
    BadTable
        No table of labels, a name that is no ``ID_left`` or ``ID_right``, a grade that is none.
    WrongUsage
        For another part.
    """
    if part not in TABLES:
        raise WrongUsage(f"EyePACS has no part {part!r}", remedy=f"Use one of {', '.join(PARTS)}.")
    table = next((root / name for name in TABLES[part] if (root / name).is_file()), None)
    if table is None:
        raise BadTable(
            f"there is no {' or '.join(TABLES[part])}", root, "Unpack the labels of the challenge there."
        )
    usage = part if part in ("public", "private") else ""
    images = Images(root, "train" if part == "train" else "test")
    files = []
    for where, row in rows_of(table, ("image", "level", *(("usage",) if usage else ()))):
        if usage and row["usage"].lower() != usage:
            continue
        patient, _, side = row["image"].rpartition("_")
        if not patient or side not in SIDES:
            raise BadTable(f"{row['image']!r} names no eye", where, "Names are ID_left and ID_right.")
        grade = grade_in(row["level"], 4, where)
        files.append(GradedFile(images[row["image"]], patient, grade, SIDES[side]))
    return without_repeats(files, table)
