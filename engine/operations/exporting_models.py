"""A model out of a project: its weights, with the card in prose beside them. No torch."""

from __future__ import annotations

import shutil
from pathlib import Path

from engine.errors import MissingWeights, WrongUsage
from engine.progress import Progress, silent
from engine.store.database import translated
from engine.store.project import open_project
from engine.training.cards import write_markdown

SUFFIX = ".safetensors"


def export_model(
    project: str,
    system: str,
    version: str,
    out: str,
    url: str | None = None,
    progress: Progress = silent,
) -> dict[str, str]:
    """Copy a registered version to a file, and write its model card next to it as Markdown.

    Parameters
    ----------
    out
        The weights file to be made; ``.safetensors`` is added where it is missing.

    Returns
    -------
    dict
        ``weights`` and ``card``: the two files.

    Raises
    ------
    MissingWeights
        No such version is registered, or its file is gone.
    WrongUsage
        The file is the project's own.
    StoreUnavailable
        It cannot be written.
    """
    target = Path(out)
    if target.suffix != SUFFIX:
        target = target.with_name(target.name + SUFFIX)
    store = open_project(Path(project), url)
    try:
        row = next((r for r in store.models(system) if r.version == version), None)
        if row is None:
            raise MissingWeights(
                f"no version {version} of {system} is registered", project, "Choose one of its versions."
            )
        if not row.weights.is_file():
            raise MissingWeights("the weights are gone", row.weights, "Restore them from a copy.")
        if target.exists() and target.samefile(row.weights):
            raise WrongUsage("this would write over the project's own file", target, "Choose another file.")
        progress(0, 2, target.name)
        card = target.with_suffix(".md")
        with translated(target.parent):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(row.weights, target)
            write_markdown(row.card, card)
        progress(2, 2, card.name)
        return {"weights": str(target), "card": str(card)}
    finally:
        store.close()
