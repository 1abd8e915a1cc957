"""The lesion atlas: places that Zoom-in-Net looks at, clustered over a whole project (paper 003, section 3).

An atlas is a document of the project (``Project.document("atlas", name)``)::

    {"model": version, "weights_sha256": …, "preference": 0.2, "seed": 0,
     "sample": {"images": looked at, "of": all fundus images, "patches": clustered, "refused": [[file, why]]},
     "clusters": [{"name": "", "patches": [{"instance", "case", "box": [x0, y0, x1, y1], "response"}]}]}

Boxes are in stored pixels; the first patch of a cluster is its exemplar, the others follow by closeness to
it, and the largest cluster comes first. `engine.operations.atlas_clusters` reads it without torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.clustering.affinity import affinity
from engine.errors import EngineError, TooFewSamples, WrongUsage
from engine.inference import loading
from engine.inference.region_features import region_features
from engine.io.sandbox import Sandbox
from engine.operations.atlas_clusters import KIND, SYSTEM, carried_names
from engine.operations.pictures import picture_of
from engine.operations.predicting import weights_of
from engine.progress import Progress, silent
from engine.records import Instance, Modality
from engine.store.project import open_project

MOST_PATCHES = 1500  # clustered at once (ours)
REGIONS = 4
BATCH = 8


def build_atlas(
    project: str,
    name: str = "lesions",
    most: int = MOST_PATCHES,
    preference: float = 0.2,
    seed: int = 0,
    device: str = "auto",
    url: str | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Cluster what the model looks at in a project; a large one is sampled, and the document says so.

    Parameters
    ----------
    most
        Patches to cluster: a project with more images than a quarter of it is sampled by ``seed``.
    preference
        `engine.clustering.affinity`: lower gives fewer clusters (0.2 is ours).

    Returns
    -------
    dict
        ``name``, ``clusters`` (sizes), ``sample``; ``names``: how many names of the atlas before were
        ``kept``, and those ``lost``.

    Raises
    ------
    TooFewSamples
        No fundus image that can be graded shows a region.
    MissingWeights, IncompatibleModel, WrongUsage
    """
    if most < REGIONS:
        raise WrongUsage(f"{most} patches are no sample", remedy=f"Ask for at least {REGIONS}.")
    with open_project(Path(project), url) as store:
        predictor: Any = loading.load(SYSTEM, weights_of(store), device)
        images = [i for i in store.instances_of(store.case_ids()) if i.info.modality is Modality.FUNDUS]
        chosen = sampled(images, most // REGIONS, seed)
        patches, vectors, refused = _looked_at(predictor, chosen, progress)
        if not patches:
            raise TooFewSamples(
                "no region of a gradable photograph was found", project, "Import fundus photographs."
            )
        progress(len(chosen), len(chosen), f"clustering {len(patches)} patches")
        atlas = {
            "model": predictor.version.version,
            "weights_sha256": predictor.version.weights_sha256,
            "preference": preference,
            "seed": seed,
            "sample": {
                "images": len(chosen),
                "of": len(images),
                "patches": len(patches),
                "refused": refused,
            },
            "clusters": clustered(patches, vectors, preference, seed),
        }
        kept, lost = carried_names(store.document(KIND, name), atlas)
        store.put_document(KIND, name, atlas)
    sizes = [len(cluster["patches"]) for cluster in atlas["clusters"]]
    return {"name": name, "clusters": sizes, "sample": atlas["sample"], "names": {"kept": kept, "lost": lost}}


def sampled(images: Sequence[Instance], most: int, seed: int) -> list[Instance]:
    """At most so many of the images, by chance of the seed, in their order."""
    if len(images) <= most:
        return list(images)
    places = np.sort(np.random.default_rng(seed).choice(len(images), most, replace=False))
    return [images[k] for k in places]


def clustered(
    patches: Sequence[dict[str, Any]], vectors: NDArray[np.float32], preference: float, seed: int
) -> list[dict[str, Any]]:
    """Clusters of patches, the largest first; in each the exemplar, then the others by closeness to it."""
    parts = affinity(vectors, preference, seed)
    clusters = []
    for number, exemplar in enumerate(parts.exemplars):
        members = np.flatnonzero(parts.labels == number)
        distance = np.linalg.norm(vectors[members] - vectors[exemplar], axis=1)
        distance[members == exemplar] = -1
        order = members[np.argsort(distance, kind="stable")]
        clusters.append({"name": "", "patches": [patches[k] for k in order]})
    return sorted(clusters, key=lambda cluster: -len(cluster["patches"]))


def _looked_at(
    predictor: Any, images: Sequence[Instance], progress: Progress
) -> tuple[list[dict[str, Any]], NDArray[np.float32], list[tuple[str, str]]]:
    """Patches with their features, a batch of images at a time; files that cannot be read are named."""
    patches: list[dict[str, Any]] = []
    vectors: list[NDArray[np.float32]] = []
    refused: list[tuple[str, str]] = []
    with Sandbox() as sandbox:
        for start in range(0, len(images), BATCH):
            progress(start, len(images), "looking at the regions")
            batch, pictures = [], []
            for instance in images[start : start + BATCH]:
                try:
                    pictures.append(picture_of(instance.info, sandbox))
                    batch.append(instance)
                except EngineError as error:
                    refused.append((str(instance.info.path), str(error)))
            for instance, seen in zip(batch, region_features(predictor, pictures), strict=True):
                if not seen.gradable:
                    continue
                vectors.append(seen.vectors)
                patches += [
                    {
                        "instance": instance.id,
                        "case": instance.case_id,
                        "box": [round(v, 2) for v in (box.x0, box.y0, box.x1, box.y1)],
                        "response": round(box.score, 6),
                    }
                    for box in seen.boxes
                ]
    return patches, np.concatenate(vectors) if vectors else np.empty((0, 0), np.float32), refused
