"""The protocol of papers 001 and 004 on NIH ChestX-ray14: ``lynceus-engine evaluate nih DATA_ROOT``.

Per-class AUROC, its means over seen and unseen labels, their harmonic mean, precision, recall and F1 at 2 and
3, all with 95 % intervals that resample patients, beside the papers' figures; within each source where the
folder names several, beside a baseline that predicts from the source alone; maps against radiologists' boxes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import vocabulary, weights
from engine.data import nih
from engine.data.chest_labels import partial_targets
from engine.data.chest_rows import read_rows
from engine.data.chest_set import ChestSet, from_rows
from engine.data.manifest import ManifestRow
from engine.errors import UnknownLabel
from engine.evaluation.multilabel import Scored, by_source, figures, ranked, source_alone
from engine.evaluation.nih_boxes import BoxCase, box_cases, localisation
from engine.evaluation.nih_files import write_tables
from engine.evaluation.nih_parts import chosen
from engine.evaluation.nih_scores import Said, predicted_scores, zero_shot_scores
from engine.evaluation.nih_text import table
from engine.evaluation.papers import reported
from engine.evaluation.protocols import Report, Request
from engine.inference import loading
from engine.inference.chest_findings import ChestPredictor
from engine.inference.predictor import Predictor
from engine.progress import Progress, silent
from engine.systems import system


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Everything that tables and plots are made of; ``chest`` and ``boxes`` only of zero-shot networks."""

    rows: Sequence[ManifestRow]
    scored: Scored
    said: Said
    chest: ChestSet | None
    boxes: Sequence[BoxCase]


def run(request: Request, progress: Progress = silent) -> Report:
    """Measure a chest system; options as in the row of `engine.evaluation.protocols`.

    Raises
    ------
    BadTable
        Naming the row: an unknown label, a missing image, a row that stands twice.
    TooFewSamples
        When no label has both kinds of images, or no image is left.
    IncompatibleModel, MissingWeights, UnknownLabel, UnreadableImage, Cancelled
    """
    options = request.options
    path = request.weights or loading.shipped(request.system)
    ours = bool(system(request.system).recipe)  # what a foreign model has met nobody here knows
    tensors = weights.load(path, request.system)[0] if ours else {}
    predictor = loading.load(request.system, lambda _: path, request.device)
    trained = predictor.card.labels if ours else ()
    rows = read_rows(request.data, partial=options["partial"])
    labels = _labels(trained, options["unseen"])
    seen = np.array([name in trained for name in labels])
    kept, why = chosen(rows, request.data, predictor.card, tensors, options)
    test = [row for row, k in zip(rows, kept, strict=True) if k]
    scored = _truth(test, labels, seen)
    measured = _measure(predictor, request.data, rows, test, scored, options, progress)
    others = [row for row, k in zip(rows, kept, strict=True) if not k]
    metrics = _metrics(measured, _truth(others, labels, seen), options)
    head = {
        "protocol": "nih",
        "system": request.system,
        "model": predictor.version.version,
        "weights_sha256": predictor.version.weights_sha256,
        "images": len(test),
        "patients": len({row.patient for row in test}),
        "measured_on": why,
        "crops": options["crops"],
        "seen_labels": [name for name, s in zip(labels, seen, strict=True) if s],
        "unseen_labels": [name for name, s in zip(labels, seen, strict=True) if not s],
    }
    metrics = head | metrics | {"papers": reported("nih")}
    notes = write_tables(measured, metrics, request.out) if request.out else ()
    return Report(metrics, "\n".join([table(metrics), *notes]))


def _labels(trained: Sequence[str], unseen: Sequence[str]) -> tuple[str, ...]:
    """The 14 findings, trained ones first; with ``unseen`` further labels of the vocabulary."""
    names = [term.name for term in vocabulary.nih_findings()]
    extra = []
    for word in unseen:
        name = vocabulary.term(word).name
        if name in trained:
            raise UnknownLabel(
                "the model was trained with it, so it is not unseen", repr(name), "Leave it out."
            )
        extra.append(name)
    every = dict.fromkeys([*names, *extra])
    return tuple(sorted(every, key=lambda name: name not in trained))


def _measure(
    predictor: Predictor,
    root: Path,
    every: Sequence[ManifestRow],
    rows: Sequence[ManifestRow],
    scored: Scored,
    options: Any,
    progress: Progress,
) -> Measured:
    """Ask the system about the rows that are measured, some of every one of the folder."""
    labels = scored.labels
    if not isinstance(predictor, ChestPredictor):
        said = predicted_scores(predictor, rows, labels, progress)
        return Measured(rows, replace(scored, scores=said.scores), said, None, ())
    config = predictor.card.config
    size = int(config["image_size"])
    side = int(config.get("training", {}).get("augmentation", {}).get("crop", size * 7 // 8))
    chest = from_rows(rows, labels, size, progress, every)
    said = zero_shot_scores(predictor, chest, labels, options["crops"], side, progress)
    boxes = nih.boxes_of(root)
    cases = box_cases(predictor, chest, [boxes.get(row.path.stem, []) for row in rows])
    return Measured(rows, replace(scored, scores=said.scores), said, chest, cases)


def _truth(rows: Sequence[ManifestRow], labels: tuple[str, ...], seen: NDArray[np.bool_]) -> Scored:
    """The images' labels without scores."""
    targets, known = partial_targets(nih.labels_of(rows), [row.known for row in rows], labels)
    none = np.zeros(targets.shape, np.float32)
    patients, sources = tuple(row.patient for row in rows), tuple(row.source_repo for row in rows)
    return Scored(labels, seen, none, targets, known, patients, sources)


def _metrics(measured: Measured, others: Scored, options: Any) -> dict[str, Any]:
    scored, rounds, seed = measured.scored, options["rounds"], options["seed"]
    found = figures(scored, rounds=rounds, seed=seed)
    if not scored.seen.all():
        as_shown = replace(scored, scores=measured.said.shown)
        found["at_k_as_shown"] = ranked(as_shown, rounds=rounds, seed=seed)
    within = by_source(scored, rounds=rounds, seed=seed)
    if within:
        found["within_source"] = within
        found["source_alone"] = source_alone(scored, others)
    if measured.boxes:
        found["boxes"] = localisation(measured.boxes)
    return found
