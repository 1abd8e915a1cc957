"""The clusters of a stored lesion atlas: reading and naming them without torch, as the window does."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

from engine import systems
from engine.errors import WrongUsage
from engine.progress import Progress, silent
from engine.store.project import Project, open_project

KIND = "atlas"
SYSTEM = "zoom_in_net"
SHARE = 0.5
"""Of a cluster's patches: a new cluster that holds more of them has its name (ours)."""


def name_cluster(
    project: str,
    atlas: str,
    cluster: int,
    text: str,
    reader: str,
    url: str | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Give a cluster a name (microaneurysm, flame haemorrhage …); empty takes it away.

    Raises
    ------
    WrongUsage
        There is no such atlas or cluster, or nobody says who names it.
    """
    if not reader.strip():
        raise WrongUsage("nobody says who names the cluster", remedy="Set your name in the settings.")
    with open_project(Path(project), url) as store:
        found = atlas_of(store, atlas)
        chosen = cluster_of(found, atlas, cluster)
        chosen["name"] = " ".join(text.split())[:200]
        store.put_document(KIND, atlas, found, reader)
    return {"atlas": atlas, "cluster": cluster, "name": chosen["name"]}


def atlas_of(store: Project, name: str) -> dict[str, Any]:
    """The newest version of an atlas.

    Raises
    ------
    WrongUsage
        There is none of that name.
    """
    found = store.document(KIND, name)
    if found is None:
        known = ", ".join(store.documents(KIND)) or "none yet"
        raise WrongUsage(f"the project has no atlas {name!r}", remedy=f"Build it first; there are: {known}.")
    atlas: dict[str, Any] = found
    return atlas


def cluster_of(atlas: dict[str, Any], name: str, number: int) -> dict[str, Any]:
    """A cluster by its place.

    Raises
    ------
    WrongUsage
        There is no such cluster.
    """
    count = len(atlas["clusters"])
    if not 0 <= number < count:
        raise WrongUsage(f"the atlas {name!r} has no cluster {number}", remedy=f"Use 0–{count - 1}.")
    cluster: dict[str, Any] = atlas["clusters"][number]
    return cluster


def carried_names(old: dict[str, Any] | None, new: dict[str, Any]) -> tuple[int, list[str]]:
    """Give the clusters of a new atlas the names of an old one's, where they hold more than half its patches.

    Two patches are the same where they show the same place of an image. ``new`` is changed.

    Returns
    -------
    kept, lost
        How many names were given, and those that no new cluster answers to.
    """
    named = [c for c in (old or {}).get("clusters", ()) if c["name"]]
    held = {
        key: number for number, cluster in enumerate(new["clusters"]) for key in _places(cluster["patches"])
    }
    kept, lost = 0, []
    for cluster in named:
        keys = _places(cluster["patches"])
        counts = Counter(held[key] for key in keys if key in held)
        number, count = counts.most_common(1)[0] if counts else (-1, 0)
        if count > SHARE * len(keys) and not new["clusters"][number]["name"]:
            new["clusters"][number]["name"] = cluster["name"]
            kept += 1
        else:
            lost.append(cluster["name"])
    return kept, lost


def weights_now(store: Project) -> tuple[str, str]:
    """Version and SHA-256 of the weights that an atlas would be built with now.

    The version is empty for the shipped ones, and both are where there are none.
    """
    row = store.active_model(SYSTEM)
    if row is not None:
        return row.version, row.sha256
    path = systems.system(SYSTEM).shipped_weights
    if not path.is_file():
        return "", ""
    with path.open("rb") as file:
        return "", hashlib.file_digest(file, "sha256").hexdigest()


def _places(patches: list[dict[str, Any]]) -> list[tuple[int, tuple[int, ...]]]:
    """What names a patch across two atlases: its image and where in it, to a tenth of its side."""
    found: list[tuple[int, tuple[int, ...]]] = []
    for patch in patches:
        x0, y0, x1, y1 = patch["box"]
        step = max(x1 - x0, y1 - y0, 1.0) / 10
        found.append((patch["instance"], (round((x0 + x1) / 2 / step), round((y0 + y1) / 2 / step))))
    return found
