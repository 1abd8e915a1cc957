"""Operating points of a chest model's labels, chosen on the reviewed cases of a project.

A threshold belongs to one version of one model: another version has other scores. No torch is imported here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine import systems, vocabulary
from engine.errors import UnknownLabel, WrongUsage
from engine.metrics.operating_points import RULES, choose, operating_curve
from engine.progress import Progress, silent
from engine.records import ReviewedImage
from engine.store.project import Project, open_project

KIND = "thresholds"


@dataclass(frozen=True, slots=True)
class ThresholdConfig:
    """How many reviewed cases a curve needs; ours.

    Attributes
    ----------
    positives, negatives
        At fewer than ten of either, one case more or less moves the figure by over ten points.
    """

    positives: int = 10
    negatives: int = 10


CONFIG = ThresholdConfig()


def threshold_curve(
    project: str,
    system: str,
    label: str,
    version: str = "",
    url: str | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """What reviewed cases say of a label's thresholds.

    Of a version that was retrained on this project's cases only the held-back patients count.

    Parameters
    ----------
    version
        Of the model; empty: the project's active one, or the one that spoke of most reviewed images.

    Returns
    -------
    dict
        ``label``, ``system``, ``version``, ``positives``, ``negatives``, ``needed`` (of each), ``held_back``
        (only those were taken), ``enough``, ``chosen`` (the stored threshold or None) and, where there are
        enough cases, ``curve``: ``thresholds``, ``sensitivity``, ``specificity``, ``ppv`` as lists, and
        ``suggested``: rule -> threshold or None, for Youden and for 0.9 of the others.

    Raises
    ------
    WrongUsage
        For a system that ranks no labels.
    """
    if systems.system(system).modality.value != "chest":
        raise WrongUsage(f"{system} ranks no labels", remedy="Choose a chest system.")
    name = _plain(label)
    with open_project(Path(project), url) as store:
        judged = _judged(store, system, name, progress)
        active = store.active_model(system)
        version = version or (active.version if active else _usual([one.version for one in judged]))
        retrained = any(row.version == version for row in store.models(system))
        stored = thresholds(store, system, version).get(name)
    kept = [one for one in judged if one.version == version and (one.held_back or not retrained)]
    pairs = [(one.present, one.score) for one in kept if one.present is not None and one.score is not None]
    truth, scores = [present for present, _ in pairs], [score for _, score in pairs]
    positives, negatives = sum(truth), len(truth) - sum(truth)
    found: dict[str, Any] = {
        "label": name,
        "system": system,
        "version": version,
        "positives": positives,
        "negatives": negatives,
        "needed": [CONFIG.positives, CONFIG.negatives],
        "held_back": retrained,
        "enough": positives >= CONFIG.positives and negatives >= CONFIG.negatives,
        "chosen": stored,
    }
    return found | (_curve(truth, scores) if found["enough"] else {})


def _curve(truth: list[bool], scores: list[float]) -> dict[str, Any]:
    curve = operating_curve(truth, scores)
    places = {rule: choose(curve, rule) for rule in RULES}
    lists = {
        key: np.asarray(getattr(curve, key)).tolist()
        for key in ("thresholds", "sensitivity", "specificity", "ppv")
    }
    suggested = {rule: None if k is None else float(curve.thresholds[k]) for rule, k in places.items()}
    return {"curve": lists, "suggested": suggested}


def thresholds(store: Project, system: str, version: str) -> dict[str, float]:
    """Label -> threshold as stored for that version of the model; empty where none was chosen."""
    said = store.document(KIND, f"{system}:{version}") or {}
    return {name: float(one["threshold"]) for name, one in said.items()}


def set_threshold(
    store: Project,
    system: str,
    version: str,
    label: str,
    threshold: float | None,
    reader: str = "",
    facts: Mapping[str, Any] | None = None,
) -> dict[str, float]:
    """Store a label's threshold with that version of the model; None takes it away.

    Parameters
    ----------
    facts
        What it was chosen on: positives, negatives, sensitivity … kept beside it.

    Returns
    -------
    dict
        All thresholds of that version.

    Raises
    ------
    WrongUsage
        When the threshold is no finite number.
    """
    name = f"{system}:{version}"
    said = dict(store.document(KIND, name) or {})
    if threshold is None:
        said.pop(_plain(label), None)
    elif not np.isfinite(threshold):
        raise WrongUsage("a threshold must be a finite number", label, "Choose another one.")
    else:
        said[_plain(label)] = {"threshold": float(threshold), "reader": reader, **(facts or {})}
    store.put_document(KIND, name, said or None, reader)
    return thresholds(store, system, version)


@dataclass(frozen=True, slots=True)
class _Judged:
    """Reviewers' word on a label in one image beside a model's score; None where there is none."""

    version: str
    present: bool | None
    score: float | None
    held_back: bool


def _judged(store: Project, system: str, label: str, progress: Progress) -> list[_Judged]:
    """Every reviewed image that the system has predicted for."""
    found = []
    reviewed = store.reviewed_images(systems.system(system).modality)
    for place, one in enumerate(reviewed):
        progress(place, len(reviewed), f"operating points of {label}")
        stored = store.predictions(one.instance.id).get(system)
        if stored is None:
            continue
        score = next((s.score for s in stored.prediction.labels if s.name == label), None)
        spoken = stored.prediction.model.version
        found.append(_Judged(spoken, _decided(one, label), score, one.held_back))
    return found


def _usual(versions: list[str]) -> str:
    """The version that spoke most often; empty where none did."""
    return max(set(versions), key=lambda one: (versions.count(one), one), default="")


def _decided(one: ReviewedImage, label: str) -> bool | None:
    return next((value for name, value in one.findings.items() if _plain(name) == label), None)


def _plain(name: str) -> str:
    try:
        return vocabulary.term(name).name
    except UnknownLabel:
        return name
