"""IDRiD: grades with oedema risk, and lesion masks for the regions (Porwal et al., Data 2018).

Layouts: that of the challenge (``B. Disease Grading/…``, ``A. Segmentation/…``), or a folder with a
``manifest.csv`` (`engine.data.manifest`). With ``--folds k`` k networks are trained from a recipe, each for
the patients that it has not seen; without, the weights are measured as they are, on images that may have
trained them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.data import idrid
from engine.data.fundus_grades import FundusSet, manifest_set
from engine.data.manifest import MANIFEST, ManifestRow, read_manifest, split_by_patient
from engine.data.set_files import GRADE_TASK, MASK_TASK
from engine.errors import BadTable, TooFewSamples, WrongUsage
from engine.evaluation import grading
from engine.evaluation.fundus_files import Answers, GradedFile, ask, models
from engine.evaluation.grading_localisation import as_predictor, boxes_of_masks, located
from engine.evaluation.localisation import Boxes, Located, recall_table
from engine.evaluation.protocols import Report, Request
from engine.evaluation.zoom_tables import recall_text
from engine.progress import Progress
from engine.records import ImageInfo
from engine.training.changes import changed
from engine.training.recipes import zoom_in_net as recipe


def run(request: Request, progress: Progress) -> Report:
    """Kappa, screening and oedema figures, and recall of lesions by the regions.

    Raises
    ------
    BadTable, TooFewSamples, MissingWeights, IncompatibleModel
    Cancelled
        With folds, the same call goes on after the last finished network.
    """
    graded, masked = read(request.data, str(request.options["part"]))
    if request.options["part"] == "held":
        graded = split_by_patient(graded, recipe.COMPACT.held_back, recipe.COMPACT.seed)[1]
    folds = int(request.options["folds"])
    if folds == 1 or folds < 0:
        raise WrongUsage(f"{folds} folds", remedy="Use 0, or at least 2.")
    if request.options["what"] == "regions":
        return _regions(request, masked, progress)
    answers, found, refused = (
        _cross_validated(request, graded, masked, folds, progress)
        if folds
        else _measured(request, graded, masked, request.weights, progress)
    )
    metrics = grading.grade_figures(answers)
    metrics["folds"] = folds
    metrics["localisation"] = recall_table(found)
    metrics["lesion images refused"] = refused
    report = grading.reported_with(metrics, answers, "idrid", request.out)
    text = f"{report.text}\n\nLocalisation: {recall_text(metrics['localisation'])}"
    return Report(report.metrics, text)


def _regions(request: Request, masked: Sequence[ManifestRow], progress: Progress) -> Report:
    """Recall of lesions alone, by the weights as they are."""
    predictor = as_predictor(models(request.weights, request.device)[0], request)
    found, refused = located(_lesions(masked), predictor, progress)
    table = recall_table(found) | {"refused": refused}
    return Report(table, "\n".join([recall_text(table), *(f"refused: {why}" for why in refused.values())]))


def _lesions(masked: Sequence[ManifestRow]) -> list[tuple[Path, str, Callable[[ImageInfo], Boxes]]]:
    return [(row.path, row.patient, boxes_of_masks(row)) for row in masked]


def _measured(
    request: Request,
    graded: Sequence[ManifestRow],
    masked: Sequence[ManifestRow],
    weights: Path | None,
    progress: Progress,
) -> tuple[Answers, list[Located], dict[str, str]]:
    predictors = [as_predictor(m, request) for m in models(weights, request.device)]
    answers = ask([as_file(row) for row in graded], predictors, progress)
    return answers, *located(_lesions(masked), predictors[0], progress)


def _cross_validated(
    request: Request,
    graded: Sequence[ManifestRow],
    masked: Sequence[ManifestRow],
    folds: int,
    progress: Progress,
) -> tuple[Answers, list[Located], dict[str, str]]:
    """Every image by the network that has seen nothing of its patient."""
    work = (request.out or request.data) / f"folds-{folds}"
    name = str(request.options["recipe"])
    if name not in recipe.CONFIGS:
        raise WrongUsage(
            f"zoom_in_net has no configuration {name!r}", remedy=f"Use {', '.join(recipe.CONFIGS)}."
        )
    config = replace(changed(recipe.CONFIGS[name], tuple(request.options["set"])), device=request.device)
    photographs: FundusSet | None = None
    parts = []
    for fold in range(folds):
        weights = work / f"fold-{fold}.safetensors"
        places = range(len(graded))
        training = [k for k in places if fold_of(graded[k].patient, folds) != fold]
        held = [k for k in places if fold_of(graded[k].patient, folds) == fold]
        if not training or not held:
            raise TooFewSamples(f"fold {fold} of {folds} is empty", request.data, "Use fewer folds.")
        if not weights.is_file():
            work.mkdir(parents=True, exist_ok=True)
            if photographs is None:  # decoded once for all folds
                photographs = manifest_set(graded, config.sizes, progress, config.squares)
            recipe.train_sets(photographs.part(training), photographs.part(held), weights, config, progress)
        lesions = [row for row in masked if fold_of(row.patient, folds) == fold]
        parts.append(_measured(request, [graded[k] for k in held], lesions, weights, progress))
    answers = joined([part[0] for part in parts])
    refused = {path: why for part in parts for path, why in part[2].items()}
    return answers, [image for part in parts for image in part[1]], refused


def fold_of(patient: str, folds: int) -> int:
    """Which fold holds a patient back, by a hash of the name alone."""
    return int.from_bytes(hashlib.sha256(f"fold|{patient}".encode()).digest()[:8], "big") % folds


def joined(parts: Sequence[Answers]) -> Answers:
    """Answers of several networks about images of their own as those of one."""
    names = ("final", "main", "attention", "dme")
    tables: dict[str, Any] = {n: np.concatenate([getattr(p, n) for p in parts], axis=1) for n in names}
    return Answers(
        files=tuple(file for part in parts for file in part.files),
        boxes=tuple(boxes for part in parts for boxes in part.boxes),
        ungradable=np.concatenate([part.ungradable for part in parts]),
        refused={path: why for part in parts for path, why in part.refused.items()},
        **tables,
    )


def as_file(row: ManifestRow) -> GradedFile:
    """A manifest row as one of a protocol; IDRiD does not tell which images are fellow eyes."""
    return GradedFile(row.path, row.patient, row.dr_grade or 0, dme=row.dme)


def read(root: Path, part: str) -> tuple[list[ManifestRow], list[ManifestRow]]:
    """Graded rows and rows with lesion masks.

    Raises
    ------
    BadTable
        No table of grades, or a grade that is none.
    """
    if (root / MANIFEST).is_file():
        rows = read_manifest(root)
    else:
        rows = [row for row in idrid.rows(root) if part in ("all", "held", row.split)]
    graded = [row for row in rows if row.task == GRADE_TASK and row.dr_grade is not None]
    wrong = [row for row in graded if row.dr_grade not in range(5) or row.dme not in (None, 0, 1, 2)]
    if wrong:
        raise BadTable(
            f"grade {wrong[0].dr_grade} or risk {wrong[0].dme} is none", wrong[0].path, "Mend the table."
        )
    if not graded:
        raise BadTable(f"there is neither {MANIFEST} nor 'B. Disease Grading'", root, "Unpack IDRiD there.")
    return graded, [row for row in rows if row.task == MASK_TASK]
