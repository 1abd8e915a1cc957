"""What every image format gives: recognise by content, describe, decode."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast

from numpy.typing import NDArray

from engine.records import ImageInfo


class Source(NamedTuple):
    """A file read into memory.

    Attributes
    ----------
    sha256
        Of ``data``, lower-case hex; empty where nobody asked for it.
    """

    path: Path
    data: bytes
    sha256: str


class FormatModule(Protocol):
    """The module of one format."""

    def info(self, source: Source) -> ImageInfo:
        """Describe the image without decoding its pixels. Raises UnreadableImage."""
        ...

    def pixels(self, source: Source, frame: int | None) -> NDArray[Any]:
        """Stored pixels ``[frames, rows, columns(, 3)]``; one frame, or all. Raises UnreadableImage."""
        ...


@dataclass(frozen=True, slots=True)
class Reader:
    """One row of the table of readers.

    Attributes
    ----------
    matches
        Whether the first bytes (all of the file, in fact) are of this format.
    module
        Imported on use: its decoders are heavy.
    """

    kind: str
    matches: Callable[[bytes], bool]
    module: str

    def load(self) -> FormatModule:
        """Import the format's module."""
        return cast(FormatModule, import_module(self.module))
