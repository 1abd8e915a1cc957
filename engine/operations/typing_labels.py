"""A disease typed a moment ago joins the ranking of the whole worklist, from stored embeddings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from engine import systems
from engine.errors import TooFewSamples, WrongUsage
from engine.inference import loading
from engine.operations.files import typed_label
from engine.operations.predicting import weights_of
from engine.progress import Progress, silent
from engine.records import Modality
from engine.store.project import Project, open_project

CHUNK = 2048


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
    label = typed_label(f"{name}: {description}" if description else name)
    store = open_project(Path(project), url)
    try:
        predictor: Any = loading.load(system, weights_of(store), device)
        nearest = predictor.nearest_labels(label)
        ranked = 0
        for chunk in _embedded(store, system, predictor.version.weights_sha256):
            scores = predictor.rank_embeddings(np.stack([e for _, e in chunk]), label)
            store.add_typed_scores(
                system, label.name, {p: float(s) for (p, _), s in zip(chunk, scores, strict=True)}
            )
            ranked += len(chunk)
            progress(ranked, 0, f"ranking {label.name}")
        if not ranked:
            raise TooFewSamples("nothing was predicted yet", system, "Run the models first.")
        return {"name": label.name, "nearest": [[n.name, n.score] for n in nearest], "ranked": ranked}
    finally:
        store.close()


def _embedded(
    store: Project, system: str, weights_sha256: str
) -> Iterator[list[tuple[int, np.ndarray[Any, Any]]]]:
    """Chunks of (prediction id, embedding) made by exactly these weights."""
    chunk: list[tuple[int, np.ndarray[Any, Any]]] = []
    for item in store.embeddings(system, weights_sha256):
        chunk.append(item)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
