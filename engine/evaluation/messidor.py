"""Messidor: screening by an SVM over the five probabilities (paper 003, section 4, tables 3 and 4).

Layout: ``Annotation_Base11.xls`` … ``Annotation_Base34.xls`` (image name, department, retinopathy grade 0–3,
risk of macular edema) anywhere below the folder, and the images too. The grades are not those of the
international scale: referable is 2 or more.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import SVC

from engine.data import messidor
from engine.errors import BadTable, TooFewSamples
from engine.evaluation import eyepacs, grading
from engine.evaluation.fundus_files import Answers, GradedFile, ask, models
from engine.evaluation.protocols import Report, Request
from engine.inference.predictor import Predictor
from engine.metrics.bootstrap import interval
from engine.progress import Progress

FOLDS = 10  # paper 003, section 4
C, GAMMA = 1.0, "scale"  # the paper names an RBF kernel and no more: ours

DUPLICATES = frozenset(
    f"{name}_0400_PP"
    for name in (
        "20051202_54744", "20051202_40508", "20051202_41238", "20051202_41260", "20051202_54530",
        "20051205_33025", "20051202_55607", "20051202_41034", "20051205_35099", "20051202_54555",
        "20051205_35110", "20051202_54611", "20051202_55498",
    )
)  # fmt: skip
"""Second copies in Base33 (erratum of 16 August 2017; two pairs are graded differently): left out."""

CORRECTED = {
    "20051020_63045_0100_PP": 0,
    "20051020_64007_0100_PP": 3,
    "20051020_63936_0100_PP": 1,
    "20060523_48477_0100_PP": 3,
}
"""Right grades of rows that were wrong in the Excel files (errata of 31 August and 24 October 2016)."""

NOT_TRAINED = "Abnormal: 10-fold cross-validation on Messidor too, since no EyePACS was given (--eyepacs)."


def run(request: Request, progress: Progress) -> Report:
    """Referable by 10-fold cross-validation; abnormal by an SVM trained on EyePACS, where that is given.

    Raises
    ------
    BadTable, TooFewSamples, MissingWeights, IncompatibleModel
    """
    predictors = models(request.weights, request.device)
    files, said = read(request.data)
    answers = ask(files, predictors, progress)
    features, truth = answers.final.mean(axis=0), answers.grades
    notes = [said]
    metrics: dict[str, Any] = {
        "images": len(truth),
        "persons": len(truth),
        "refused": len(answers.refused),
        "called ungradable": int(answers.ungradable.sum()),
        "referable": figures(truth >= 2, *cross_validated(features, truth >= 2)),
    }
    root = str(request.options["eyepacs"])
    if root:
        abnormal = trained_elsewhere(Path(root), features, predictors, progress)
    else:
        notes.append(NOT_TRAINED)
        abnormal = cross_validated(features, truth >= 1)
    metrics["abnormal"] = figures(truth >= 1, *abnormal)
    metrics["notes"] = notes
    report = grading.reported_with(metrics, answers, "messidor", request.out)
    return Report(report.metrics, "\n".join([report.text, *notes]))


def cross_validated(
    features: NDArray[np.float64], truth: NDArray[np.bool_], seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Decision values and answers ``[n]``, each image by an SVM that has not seen it.

    Raises
    ------
    TooFewSamples
        With fewer than ten images of either kind.
    """
    if min(int(truth.sum()), int((~truth).sum())) < FOLDS:
        raise TooFewSamples(
            f"{int(truth.sum())} images with and {int((~truth).sum())} without the sign",
            remedy=f"Ten-fold cross-validation needs {FOLDS} of each.",
        )
    values, said = np.zeros(len(truth)), np.zeros(len(truth), np.bool_)
    for training, test in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(features, truth):
        machine = fitted(features[training], truth[training])
        values[test], said[test] = machine.decision_function(features[test]), machine.predict(features[test])
    return values, said


def trained_elsewhere(
    root: Path, features: NDArray[np.float64], predictors: Sequence[Predictor], progress: Progress
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Decision values and answers of an SVM trained on EyePACS' training images, abnormal against normal."""
    training: Answers = ask(eyepacs.read(root, "train"), predictors, progress)
    machine = fitted(training.final.mean(axis=0), training.grades >= 1)
    return machine.decision_function(features), np.asarray(machine.predict(features), np.bool_)


def fitted(features: NDArray[np.float64], truth: NDArray[np.bool_]) -> Any:
    """An SVM with an RBF kernel.

    Raises
    ------
    TooFewSamples
        When only one kind is there.
    """
    if truth.all() or not truth.any():
        raise TooFewSamples("the images to train on are all of one kind", remedy="Use the whole set.")
    return SVC(C=C, gamma=GAMMA, kernel="rbf").fit(features, truth)


def figures(truth: NDArray[np.bool_], values: NDArray[np.float64], said: NDArray[np.bool_]) -> dict[str, Any]:
    """AUC, sensitivity at specificity 0.5 by decision value, and the SVM's own accuracy."""
    images = range(len(truth))
    table = grading.screening(truth, values, lambda f: grading.as_values(interval(f, images)))
    table["accuracy"] = grading.as_values(interval(lambda k: float((truth[k] == said[k]).mean()), images))
    return table


def read(root: Path) -> tuple[list[GradedFile], str]:
    """Graded images without the known duplicates, with the known errors put right, and a sentence about both.

    Raises
    ------
    BadTable
        No table, one that cannot be used, or an image that two rows grade differently.
    """
    rows = messidor.rows(root)
    if not rows:
        raise BadTable(
            "there is no Annotation_Base*.xls with images", root, "Unpack the bases and their annotations."
        )
    found: dict[str, GradedFile] = {}
    left_out = corrected = 0
    for row in rows:
        stem, grade = row.path.stem.upper(), int(row.labels[0].split()[-1])
        if stem in DUPLICATES:
            left_out += 1
            continue
        right = CORRECTED.get(stem, grade)
        corrected += right != grade
        other = found.setdefault(stem, GradedFile(row.path, row.patient, right, dme=row.dme))
        if other.grade != right:
            raise BadTable(f"{row.path.name} is graded {other.grade} and {right}", root, "Mend the tables.")
    said = f"{left_out} duplicates of Base33 left out, {corrected} grades corrected by the published errata."
    return list(found.values()), said
