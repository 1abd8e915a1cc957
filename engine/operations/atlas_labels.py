"""A cluster of the lesion atlas becomes findings of its images, or seeds of lesion masks to be corrected."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import vocabulary
from engine.errors import EngineError, TooFewSamples, UnknownLabel, WrongUsage
from engine.imaging.masks import delta_between
from engine.operations.atlas_clusters import atlas_of, cluster_of
from engine.progress import Progress, silent
from engine.records import Correction, CorrectionKind, Instance
from engine.store.project import Project, open_project

SEGMENTATION = "lesion_unet"
SEED_SHARE = 0.5
"""Of the model's threshold: inside a box that a reader calls a lesion, half of it is enough (ours)."""
NO_MASK = "no lesion mask was predicted for this image"
NOTHING = "the model sees no such lesion in the boxes"


def cluster_findings(
    project: str,
    atlas: str,
    cluster: int,
    finding: str,
    reader: str,
    url: str | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Record a finding as present in every image of a cluster, as the reader's word.

    Returns
    -------
    dict
        ``images``: how many changed; ``refused``: pairs of file and reason; ``corrections``: pairs of
        case and event that say what was recorded.

    Raises
    ------
    WrongUsage
        There is no such atlas or cluster, no finding, or no reader.
    """
    finding = " ".join(finding.split())
    if not finding or not reader.strip():
        raise WrongUsage("a finding needs a name and a reader", remedy="Name both.")
    made: list[Correction] = []
    refused: list[tuple[str, str]] = []
    with open_project(Path(project), url) as store:
        boxes = _boxes_by_image(store, atlas, cluster)
        for done, instance in enumerate(store.instances(list(boxes))):
            progress(done, len(boxes), f"{finding}: {instance.info.path.name}")
            try:
                before = store.review(instance.case_id).instances[instance.id].findings.get(finding)
                if before is not True:
                    kind = CorrectionKind.FINDING
                    made += store.record(
                        [Correction(instance.case_id, instance.id, kind, finding, before, True, reader)]
                    )
            except EngineError as error:
                refused.append((str(instance.info.path), error.what))
    return {"images": len(made), "refused": refused, "corrections": _named(made)}


def cluster_masks(
    project: str,
    atlas: str,
    cluster: int,
    lesion: str,
    reader: str,
    url: str | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Begin, or add to, corrected masks of a lesion: what the U-Net half believes inside the cluster's boxes.

    Returns
    -------
    dict
        ``masks``: how many changed; ``refused`` and ``corrections`` as `cluster_findings` gives them.

    Raises
    ------
    UnknownLabel
        For a lesion that the vocabulary does not hold.
    WrongUsage
        There is no such atlas or cluster, or no reader.
    """
    codes = [term.code for term in vocabulary.lesions()]
    if lesion not in codes:
        raise UnknownLabel("no such lesion", lesion, f"Use one of {', '.join(codes)}.")
    if not reader.strip():
        raise WrongUsage("nobody says whose masks these are", remedy="Set your name in the settings.")
    made: list[Correction] = []
    refused: list[tuple[str, str]] = []
    with open_project(Path(project), url) as store:
        boxes = _boxes_by_image(store, atlas, cluster)
        for done, instance in enumerate(store.instances(list(boxes))):
            progress(done, len(boxes), f"{lesion}: {instance.info.path.name}")
            try:
                made.append(_seed(store, instance, lesion, boxes[instance.id], reader))
            except EngineError as error:
                refused.append((str(instance.info.path), error.what))
    return {"masks": len(made), "refused": refused, "corrections": _named(made)}


def _named(made: Sequence[Correction]) -> list[tuple[int, int]]:
    """Case and number of each event."""
    return [(event.case_id, event.id) for event in made]


def _boxes_by_image(store: Project, atlas: str, cluster: int) -> dict[int, list[Sequence[float]]]:
    """Instance id -> boxes of the cluster."""
    found: dict[int, list[Sequence[float]]] = {}
    for patch in cluster_of(atlas_of(store, atlas), atlas, cluster)["patches"]:
        found.setdefault(patch["instance"], []).append(patch["box"])
    return found


def _seed(
    store: Project, instance: Instance, lesion: str, boxes: Sequence[Sequence[float]], reader: str
) -> Correction:
    """Add seeds to the mask of one image.

    Raises
    ------
    TooFewSamples
        No mask was predicted, or nothing is added.
    """
    said, path = store.predictions(instance.id).get(SEGMENTATION), instance.info.path
    if said is None or lesion not in said.prediction.masks:
        raise TooFewSamples(NO_MASK, path, "Run the models on it first.")
    limit = said.prediction.thresholds.get(lesion, 0.5)
    probability = np.asarray(said.prediction.masks[lesion])
    old = store.mask(instance.id, lesion)
    base = probability >= max(1.0, np.ceil(limit * 255)) if old is None else old
    seeds = inside(boxes, base.shape) & (probability >= max(1.0, np.ceil(SEED_SHARE * limit * 255)))
    mask = base | seeds
    if not seeds.any() or (old is not None and not (seeds & ~old).any()):
        raise TooFewSamples(NOTHING, path, "Paint it by hand.")
    if old is None:
        return store.start_mask(instance.id, lesion, mask, reader, said.prediction.model.version)
    kind, counts = CorrectionKind.MASK, (int(old.sum()), int(mask.sum()))
    correction = Correction(instance.case_id, instance.id, kind, lesion, *counts, reader)
    return store.record_mask(correction, delta_between(old, mask))


def inside(boxes: Sequence[Sequence[float]], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Pixels that lie in one of the boxes (x0, y0, x1, y1), wholly or in part."""
    found = np.zeros(shape, np.bool_)
    for x0, y0, x1, y1 in boxes:
        rows = slice(max(int(y0), 0), int(np.ceil(y1)))
        found[rows, max(int(x0), 0) : int(np.ceil(x1))] = True
    return found
