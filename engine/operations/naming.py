"""Names of files that an operation writes: never twice the same, never an image's own."""

from __future__ import annotations

from pathlib import Path

from engine.errors import WrongUsage


class Stems:
    """Stems for what is written beside several images, numbered where folders hold images of one name."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, file: Path) -> str:
        """A stem that no other image of this run got, also where case does not count."""
        stem, number = file.stem, 1
        while stem.casefold() in self._taken:
            number += 1
            stem = f"{file.stem}-{number}"
        self._taken.add(stem.casefold())
        return stem


def spare(out: Path, image: Path) -> None:
    """Refuse to write over an image that is read.

    Raises
    ------
    WrongUsage
    """
    if out.exists() and image.exists() and out.samefile(image):
        raise WrongUsage("this would write over the image itself", out, "Choose another file.")
