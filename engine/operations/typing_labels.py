"""A disease typed a moment ago joins the ranking of the whole worklist, from stored embeddings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from engine import systems, vocabulary
from engine.errors import TooFewSamples, UnknownLabel, WrongUsage
from engine.inference import loading
from engine.inference.predictor import TypedLabel
from engine.operations.files import typed_label
from engine.operations.predicting import weights_of
from engine.operations.typed_labels import remember
from engine.progress import Progress, silent
from engine.records import LabelScore, Modality, ModelVersion, Prediction
from engine.store.project import Project, open_project
from engine.store.rows import CaseQuery

CHUNK = 256


def type_label(
    project: str,
    system: str,
    name: str,
    description: str = "",
    device: str = "auto",
    url: str | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Rank a typed disease over every chest image that the system has predicted for.

    Returns
    -------
    dict
        ``name``; ``nearest``: known labels with their similarity in the model's space; ``ranked``: count.

    Raises
    ------
    UnknownLabel
        An empty or endless name.
    MissingExtra
        The text encoder that the model was trained with is not installed.
    TooFewSamples
        When nothing was predicted yet.
    """
    if systems.system(system).modality is not Modality.CHEST:
        raise WrongUsage(f"{system} ranks no labels", remedy="Type a label for a chest system.")
    label = _known_name(typed_label(f"{name}: {description}" if description else name))
    store = open_project(Path(project), url)
    try:
        predictor: Any = loading.load(system, weights_of(store), device)
        nearest = predictor.nearest_labels(label)
        ranked = 0
        for chunk in _predicted(store, system, predictor.version):
            embeddings = np.stack([np.asarray(prediction.embedding) for _, prediction in chunk])
            scores = predictor.rank_embeddings(embeddings, label)
            joined = [(i, _joined(p, label.name, float(s))) for (i, p), s in zip(chunk, scores, strict=True)]
            store.add_predictions(joined)
            ranked += len(chunk)
            progress(ranked, 0, f"ranking {label.name}")
        if not ranked:
            raise TooFewSamples("nothing was predicted yet", system, "Run the models first.")
        remember(store, label)
        return {"name": label.name, "nearest": [[n.name, n.score] for n in nearest], "ranked": ranked}
    finally:
        store.close()


def _predicted(store: Project, system: str, version: ModelVersion) -> Iterator[list[tuple[int, Prediction]]]:
    """Chunks of instance ids with their newest predictions, as far as this model made them."""
    chunk: list[tuple[int, Prediction]] = []
    for case_id in store.case_ids(CaseQuery(modality=Modality.CHEST)):
        for instance in store.case(case_id).instances:
            stored = store.predictions(instance.id).get(system)
            if stored and stored.prediction.model == version and stored.prediction.embedding is not None:
                chunk.append((instance.id, stored.prediction))
        if len(chunk) >= CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _known_name(label: TypedLabel) -> TypedLabel:
    """The label under the name that predictions give it: the vocabulary's where it knows the word."""
    try:
        return replace(label, name=vocabulary.term(label.name).name)
    except UnknownLabel:
        return label


def _joined(prediction: Prediction, name: str, score: float) -> Prediction:
    """The ranking with one more label, which takes the place of an older one of the same name."""
    seen = any(s.seen for s in prediction.labels if s.name == name)
    labels = [s for s in prediction.labels if s.name != name]
    labels.append(LabelScore(name, score, seen=seen, typed=True))
    return replace(prediction, labels=tuple(sorted(labels, key=lambda s: -s.score)))
