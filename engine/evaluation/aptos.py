"""APTOS 2019 Blindness Detection (Kaggle): ``train.csv`` (``id_code,diagnosis``) and ``train_images/ID.png``.

Patients and eyes are not stated, so each image stands for itself. The re-uploads that split it into
``train_1.csv``, ``valid.csv``, ``test.csv`` with ``train_images``, ``val_images``, ``test_images`` are read
too.
"""

from __future__ import annotations

from pathlib import Path

from engine.errors import BadTable
from engine.evaluation import grading
from engine.evaluation.fundus_files import GradedFile, Images, grade_in, rows_of, without_repeats
from engine.evaluation.protocols import Report, Request
from engine.progress import Progress

TABLES = ("train.csv", "train_1.csv", "valid.csv", "test.csv")
FOLDERS = ("train_images", "val_images", "test_images")


def run(request: Request, progress: Progress) -> Report:
    """Kappa and screening figures over every labelled image.

    Raises
    ------
    BadTable, TooFewSamples, MissingWeights, IncompatibleModel
    """
    return grading.run(request, read(request.data), "aptos", progress)


def read(root: Path) -> list[GradedFile]:
    """Graded images; a ``test.csv`` without diagnoses, as Kaggle gives it out, is passed over.

    Raises
    ------
    BadTable
        No table of labels, or a grade that is none.
    """
    tables = [root / name for name in TABLES if (root / name).is_file()]
    images, files = Images(root, *FOLDERS), []
    for table in tables:
        if table.name == "test.csv" and "diagnosis" not in table.read_text("utf-8-sig").split("\n", 1)[0]:
            continue
        for where, row in rows_of(table, ("id_code", "diagnosis")):
            grade = grade_in(row["diagnosis"], 4, where)
            files.append(GradedFile(images[row["id_code"]], row["id_code"], grade))
    if not files:
        raise BadTable("there is no train.csv with labels", root, "Unpack the labels of APTOS 2019 there.")
    return without_repeats(files, tables[0])
