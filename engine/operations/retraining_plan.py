"""What a retraining would learn from, what it would be measured on, and how long it might take. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine import systems
from engine.progress import Progress, silent
from engine.records import ReviewedImage
from engine.store.project import Project, open_project

PACE = "retraining pace"
"""Kind of the document, by system, that keeps how long the last retraining took: images, seconds."""


def retraining_plan(
    project: str, system: str, url: str | None = None, progress: Progress = silent
) -> dict[str, Any]:
    """What a retraining started now would do.

    Returns
    -------
    dict
        ``since``: version that counts, "" for the shipped one; ``changes``: cases, labels, masks since then;
        ``train``, ``held_back``: images and patients; ``missing``: images whose file is gone; ``seconds``:
        expected time, from the last retraining here, None before the first.
    """
    row = systems.system(system)
    store = open_project(Path(project), url)
    try:
        active = store.active_model(system)
        since = active.version if active else ""
        examples = [e for e in store.reviewed_images(row.modality) if teaches(system, e)]
        there = [e for e in examples if e.instance.info.path.is_file()]
        train = [e for e in there if not e.held_back]
        return {
            "since": since,
            "changes": asdict(store.changes_since(system, since)),
            "train": _counts(train),
            "held_back": _counts([e for e in there if e.held_back]),
            "missing": len(examples) - len(there),
            "seconds": expected_seconds(store, system, len(train)),
        }
    finally:
        store.close()


def teaches(system: str, example: ReviewedImage) -> bool:
    """Whether a reviewed image holds labels that the system learns from."""
    if system == "zoom_in_net":
        return example.grade is not None
    if system == "lesion_unet":
        return bool(example.masks)
    if system == "disease_similarity":
        return example.grade is not None or bool(example.findings)
    return bool(example.findings)


def expected_seconds(store: Project, system: str, images: int) -> float | None:
    """The last retraining's time, scaled by the number of images; None before the first."""
    pace = store.document(PACE, system)
    if not pace or not pace.get("images"):
        return None
    return float(pace["seconds"]) * images / float(pace["images"])


def keep_pace(store: Project, system: str, images: int, seconds: float) -> None:
    """Remember how long a retraining took."""
    store.put_document(PACE, system, {"images": images, "seconds": round(seconds, 1)})


def _counts(examples: Sequence[ReviewedImage]) -> dict[str, int]:
    return {"images": len(examples), "patients": len({e.patient_key for e in examples})}
