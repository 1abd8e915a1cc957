"""e-ophtha (Decencière et al. 2013): microaneurysms in one part, hard exudates in the other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.data.manifest import ManifestRow
from engine.data.set_files import MASK_TASK, images_below, images_in, part_of

LICENCE = "e-ophtha: for research (ADCIS)"
PARTS = {"MA": ("e_optha_MA", "e_ophtha_MA"), "EX": ("e_optha_EX", "e_ophtha_EX")}
"""Folder of each part, as published (misspelt) and as some mirrors spell it."""


def is_here(root: Path) -> bool:
    """Whether the folder holds one of the parts."""
    return any((root / name).is_dir() for names in PARTS.values() for name in names)


def rows(root: Path) -> list[ManifestRow]:
    """Images of both parts; a part speaks of its own lesion only, the other stays unlabelled.

    The folders are examinations: images of one stay on one side of a split. An image that both parts show
    is one row that speaks of both lesions.
    """
    found: dict[tuple[str, str], ManifestRow] = {}
    for code, names in PARTS.items():
        part = part_of(root, *names)
        if part == root:
            continue
        for folder in (part / code, part / "healthy"):
            for image in images_below(folder):
                key = (image.parent.name, image.stem)
                row = found.get(key) or ManifestRow(
                    MASK_TASK,
                    image,
                    f"e-ophtha-{image.parent.name}",
                    labelled=frozenset(),
                    two_colours=True,
                    licence=LICENCE,
                )
                mask = _mask(part / f"Annotation_{code}" / image.parent.name, image.stem, code)
                found[key] = replace(
                    row,
                    labelled=(row.labelled or frozenset()) | {code},
                    masks=dict(row.masks) | ({code: mask} if mask else {}),
                )
    return list(found.values())


def _mask(folder: Path, stem: str, code: str) -> Path | None:
    """``C0001273.png`` of the microaneurysms, ``C0001273_EX.png`` of the exudates; None: no lesion."""
    stems = (stem.casefold(), f"{stem}_{code}".casefold())
    return next((file for file in images_in(folder) if file.stem.casefold() in stems), None)
