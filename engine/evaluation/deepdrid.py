"""DeepDRiD (ISBI 2020), regular fundus images: two of each eye, macula- and disc-centred.

Layout: ``regular_fundus_images/regular-fundus-training/regular-fundus-training.csv`` and the same with
``validation``, columns ``patient_id, image_id, image_path, …, left_eye_DR_Level, right_eye_DR_Level,
patient_DR_Level``; images ``Images/PATIENT/PATIENT_l1.jpg`` (l1, l2 left; r1, r2 right). The level of the
other eye is often empty: that of the image's own eye counts.
"""

from __future__ import annotations

from pathlib import Path

from engine.errors import BadTable
from engine.evaluation import grading
from engine.evaluation.fundus_files import GradedFile, Images, grade_in, rows_of, without_repeats
from engine.evaluation.protocols import Report, Request
from engine.progress import Progress
from engine.records import Laterality

EYES = {"l": (Laterality.LEFT, "left_eye_dr_level"), "r": (Laterality.RIGHT, "right_eye_dr_level")}


def run(request: Request, progress: Progress) -> Report:
    """Kappa and screening figures over the images of both parts.

    Raises
    ------
    BadTable, TooFewSamples, MissingWeights, IncompatibleModel
    """
    return grading.run(request, read(request.data), "deepdrid", progress)


def read(root: Path) -> list[GradedFile]:
    """Graded images of every ``regular-fundus-*.csv`` below the folder.

    Raises
    ------
    BadTable
        No table, a name that tells no eye, a grade that is none.
    """
    tables = sorted(path for path in root.rglob("regular-fundus-*.csv") if path.is_file())
    if not tables:
        raise BadTable("there is no regular-fundus-training.csv", root, "Unpack DeepDRiD there.")
    files: list[GradedFile] = []
    for table in tables:
        images = Images(table.parent, "Images")
        for where, row in rows_of(table, ("patient_id", "image_id", *(level for _, level in EYES.values()))):
            name = row["image_id"]
            side = name.rpartition("_")[2][:1].lower()
            if side not in EYES:
                raise BadTable(f"{name!r} tells no eye", where, "Names are PATIENT_l1, PATIENT_r1 …")
            eye, level = EYES[side]
            grade = grade_in(row[level], 4, where)
            files.append(GradedFile(images[name], row["patient_id"], grade, eye))
    return without_repeats(files, tables[0])
