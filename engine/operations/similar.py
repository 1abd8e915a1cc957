"""Cases like these, and the diseases that they resemble: answers from what is stored, in under a second."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from engine import weights
from engine.errors import MissingWeights, TooFewSamples, WrongUsage
from engine.inference.neighbours import Neighbours
from engine.operations.predicting import weights_of
from engine.progress import Progress, silent
from engine.store.project import Project, open_project

ORDER = ("disease_similarity", "zoom_in_net", "cxr_ml_gzsl", "cm_dml_gzsl")
"""Systems whose embeddings are searched, the first that has some of the cases."""
KEPT = 4
_INDEXES: dict[tuple[str, str, str], tuple[int, Neighbours]] = {}
"""Project, system and version -> newest prediction, and the embeddings up to it."""


def similar_cases(
    project: str,
    case_ids: Sequence[int],
    count: int = 12,
    system: str = "",
    url: str | None = None,
    progress: Progress = silent,
) -> list[list[float]]:
    """The cases that look most like some others: ``[case id, distance]`` by rising distance.

    A case is as near as its nearest image is to any image asked about. Only embeddings of the version that
    counts now are compared: those of another one lie elsewhere.

    Parameters
    ----------
    case_ids
        Cases asked about; they are not in the answer.
    count
        How many to give at most.
    system
        Whose embeddings; empty: the first of `ORDER` that has looked at the cases.

    Raises
    ------
    WrongUsage
        Without a case, or for a count below one.
    TooFewSamples
        When no system has looked at the cases, or at no other one.
    """
    if not case_ids or count < 1:
        raise WrongUsage("no case or no answer is asked for", remedy="Choose a case and a count.")
    store = open_project(Path(project), url)
    try:
        progress(0, 1, "similar cases")
        asked = [instance.id for instance in store.instances_of(list(case_ids))]
        index = _index_with(store, asked, (system,) if system else ORDER, url)
        found = _cases(store, index, asked, count)
        if not found:
            raise TooFewSamples("no other case was looked at", remedy="Run the systems on the project first.")
        progress(1, 1, "similar cases")
        return [[case, distance] for case, distance in found.items()]
    finally:
        store.close()


def similar_diseases(
    project: str,
    case_ids: Sequence[int],
    url: str | None = None,
    progress: Progress = silent,
) -> list[list[str | float]]:
    """The known diseases that cases resemble: ``[name, similarity 0–1]`` by falling mean over their images.

    Raises
    ------
    TooFewSamples
        When the system of disease similarity has looked at none of them.
    """
    store = open_project(Path(project), url)
    try:
        table: dict[str, list[float]] = {}
        for instance in store.instances_of(list(case_ids)):
            said = store.predictions(instance.id).get("disease_similarity")
            for one in said.prediction.similar if said else ():
                table.setdefault(one.name, []).append(one.score)
        if not table:
            raise TooFewSamples(
                "disease similarity has not looked at these cases",
                remedy="Run disease_similarity on them first.",
            )
        means = {name: float(np.mean(scores)) for name, scores in table.items()}
        progress(1, 1, "similar diseases")
        return [[name, means[name]] for name in sorted(means, key=lambda name: (-means[name], name))]
    finally:
        store.close()


def _cases(store: Project, index: Neighbours, asked: Sequence[int], count: int) -> dict[int, float]:
    """Case id -> distance of its nearest image; asks for more images until there are cases enough."""
    queries, wanted = index.of_items(asked), 2 * count
    while True:
        near = index.nearest(queries, wanted, leave_out=asked)
        owners = {i.id: i.case_id for i in store.instances([number for number, _ in near])}
        found: dict[int, float] = {}
        for number, distance in near:
            if number in owners:
                found.setdefault(owners[number], distance)
        if len(found) >= count or len(near) < wanted:
            return dict(list(found.items())[:count])
        wanted *= 2


def _index_with(
    store: Project, asked: Collection[int], systems: Sequence[str], url: str | None
) -> Neighbours:
    """Embeddings by image of the first system that has some of these images."""
    for system in systems:
        try:
            version = weights.read_card(weights_of(store)(system)).version
        except MissingWeights:
            continue  # a system without weights has looked at nothing that could be compared
        index = _index(store, system, version, url)
        if len(index.of_items(asked)):
            return index
    raise TooFewSamples(
        "no system has looked at these cases yet", remedy=f"Run {' or '.join(systems[:2])} on them first."
    )


def _index(store: Project, system: str, version: str, url: str | None) -> Neighbours:
    """Embeddings of a version by image; read again only when there are new predictions."""
    key = (f"{store.root.absolute()} {url or ''}", system, version)
    newest = store.newest_prediction(system)
    known = _INDEXES.get(key)
    if known is None or known[0] != newest:
        if len(_INDEXES) >= KEPT and key not in _INDEXES:
            _INDEXES.pop(next(iter(_INDEXES)))
        known = (newest, Neighbours.of(store.embeddings(system, version)))
        _INDEXES[key] = known
    return known[1]
