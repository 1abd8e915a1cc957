"""``lynceus-engine evaluate similarity``: pairs, retrieval, disease × disease matrix (paper 000, 3.1)."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.disease_pairs import DiseaseSet, manifest_diseases, phantom_diseases
from engine.data.manifest import read_manifest, split_by_patient
from engine.errors import TooFewSamples
from engine.evaluation import rura_paper
from engine.evaluation.protocols import Report, Request
from engine.imaging.phantoms.fundus_diseases import DISEASES
from engine.inference import gallery, loading
from engine.inference.similarity import SimilarityPredictor
from engine.io.files import write_whole
from engine.progress import Progress, silent
from engine.training.recipes import disease_similarity

PHANTOMS = "phantoms"
UNSEEN = 5_000_000  # added to the seed: phantoms of no training and of no card
MATRIX = "similarity.csv"


def run(request: Request, progress: Progress = silent) -> Report:
    """The protocol; the matrix is written as `MATRIX` where a folder for results is given.

    Raises
    ------
    TooFewSamples
        With fewer than two diseases of two patients.
    """
    weights = request.weights
    predictor = loading.load(
        "disease_similarity", (lambda _: weights) if weights else loading.shipped, request.device
    )
    assert isinstance(predictor, SimilarityPredictor)  # the table of systems says so
    images = _images(request, predictor, progress)
    if len(np.unique(images.labels)) < 2:
        raise TooFewSamples("pairs need photographs of two diseases", request.data, "Add another disease.")
    pairs, seed = int(request.options["pairs"]), int(request.options["seed"])
    scores = disease_similarity.evaluate(predictor.network, images, predictor.device, seed, pairs)
    unseen = gallery.build(predictor.network, images, len(images.labels), predictor.device)
    matrix = unseen.matrix(predictor.network)
    if request.out is not None:
        write_whole(request.out / MATRIX, matrix_csv(unseen.names, matrix).encode())
    metrics = {"scores": scores, "names": list(unseen.names), "matrix": matrix.tolist()}
    return Report(metrics, _text(scores, unseen.names, matrix, len(images.labels)))


def matrix_csv(names: Sequence[str], matrix: NDArray[np.float32]) -> str:
    """The matrix as csv with names on both sides; empty cells where two images were never compared."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["disease", *names])
    for name, row in zip(names, matrix, strict=True):
        writer.writerow([name, *("" if np.isnan(v) else f"{v:.4f}" for v in row)])
    return out.getvalue()


def _images(request: Request, predictor: SimilarityPredictor, progress: Progress) -> DiseaseSet:
    """Unseen phantoms of the known diseases, or the patients of a manifest that training held back."""
    size = int(predictor.card.config["size"])
    if str(request.data) == PHANTOMS:
        known = [name for name in predictor.gallery.names if name in DISEASES]
        each, seed = int(request.options["each"]), int(request.options["seed"]) + UNSEEN
        return phantom_diseases(known, each, size, seed, progress)
    training = dict(predictor.card.config).get("training", {})
    share, seed = float(training.get("held_back", 0.2)), int(training.get("seed", 0))
    return manifest_diseases(split_by_patient(read_manifest(request.data), share, seed)[1], size, progress)


def _text(scores: dict[str, Any], names: Sequence[str], matrix: NDArray[np.float32], images: int) -> str:
    paper = rura_paper.SIAMESE["VGG19"]
    lines = [
        f"{images} photographs of {len(names)} diseases that no training has seen, {scores['pairs']} pairs.",
        "",
        f"accuracy {scores['accuracy']:.4f} (paper 000, VGG19: {paper['accuracy']})",
        f"recall {scores['recall']:.4f} ({paper['recall']})",
        f"F1 {scores['f1']:.4f} ({paper['f1']})",
        *(f"precision at {k} {scores[f'precision_at_{k}']:.4f}" for k in disease_similarity.RETRIEVED),
        "",
        "Mean P(same disease) of two images of the classes:",
        "",
        "| | " + " | ".join(str(k + 1) for k in range(len(names))) + " |",
        "|---" * (len(names) + 1) + "|",
    ]
    for place, (name, row) in enumerate(zip(names, matrix, strict=True)):
        lines.append(f"| {place + 1} {name} | " + " | ".join(f"{v:.2f}" for v in row) + " |")
    return "\n".join(lines)
