"""What an image may declare before anything is allocated for it; the figures are ours."""

from __future__ import annotations

from engine.errors import UnreadableImage

MAX_FILE_BYTES = 2 * 1024**3
MAX_PIXELS = 2**27
"""Rows times columns of one frame: 134 megapixels, eleven times a 12-megapixel fundus camera."""
MAX_ARRAY_BYTES = 1024**3
"""All frames that are decoded at once."""
DEFLATE_RATIO = 1032
"""Deflate cannot do better (zlib technical details: 1032 to 1)."""

REMEDY = "Export it again from its source, or leave it out."


def check_size(rows: int, columns: int, where: object) -> None:
    """Refuse an image whose declared frame is empty or larger than we read.

    Raises
    ------
    UnreadableImage
    """
    if rows <= 0 or columns <= 0:
        raise UnreadableImage(f"declares {columns}×{rows} pixels", where, REMEDY)
    if rows * columns > MAX_PIXELS:
        raise UnreadableImage(
            f"declares {columns}×{rows} pixels, more than {MAX_PIXELS // 10**6} megapixels",
            where,
            "Export it at a smaller size.",
        )


def check_bytes(needed: int, where: object) -> None:
    """Refuse frames that together would take more memory than we give them.

    Raises
    ------
    UnreadableImage
    """
    if needed > MAX_ARRAY_BYTES:
        raise UnreadableImage(
            f"its frames need {needed // 2**20} MB of memory, more than {MAX_ARRAY_BYTES // 2**20} MB",
            where,
            "Read it frame by frame, or export it at a smaller size.",
        )
