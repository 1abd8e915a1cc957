"""Which fragments of encapsulated pixels make a frame (PS3.5, A.4)."""

from __future__ import annotations

from engine.errors import UnreadableImage
from engine.io.dicom_file import DicomFile, PixelElement
from engine.io.limits import REMEDY

_STARTS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP  ")


def encapsulated_frame(file: DicomFile, element: PixelElement, frames: int, number: int) -> bytes:
    """Compressed bytes of one frame.

    In order: one frame takes all fragments; as many fragments as frames are one each; then the basic
    offset table; then the fragments that begin like a codestream.

    Raises
    ------
    UnreadableImage
        The fragments cannot be told apart.
    """
    fragments = element.fragments
    if frames == 1:
        return b"".join(fragments)
    if len(fragments) == frames:
        return bytes(fragments[number])
    firsts = _by_table(element, frames) or _by_start(element, frames)
    if not firsts:
        raise UnreadableImage(
            f"holds {len(fragments)} fragments for {frames} frames, and no table of them", file.where, REMEDY
        )
    bounds = [*firsts, len(fragments)]
    return b"".join(fragments[bounds[number] : bounds[number + 1]])


def _by_table(element: PixelElement, frames: int) -> list[int]:
    places = {start: index for index, start in enumerate(element.starts)}
    if len(element.offsets) != frames or any(offset not in places for offset in element.offsets):
        return []
    return sorted(places[offset] for offset in element.offsets)


def _by_start(element: PixelElement, frames: int) -> list[int]:
    firsts = [i for i, part in enumerate(element.fragments) if bytes(part[:8]).startswith(_STARTS)]
    return firsts if len(firsts) == frames else []
