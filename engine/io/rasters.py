"""What the readers of PNG, BMP, TIFF and JPEG share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnreadableImage


def only_frame(frame: int | None, frames: int, where: object) -> None:
    """Refuse a frame that the file does not have.

    Raises
    ------
    UnreadableImage
    """
    if frame is not None and frame >= frames:
        raise UnreadableImage(f"has no frame {frame}: it has {frames}", where, "Frames count from 0.")


def decode_cv2(data: bytes, flags: int, where: object) -> NDArray[Any]:
    """Decode with OpenCV, without its turning by EXIF.

    Raises
    ------
    UnreadableImage
        OpenCV does not get through.
    """
    import cv2

    try:
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error as error:
        if error.code == cv2.Error.StsNoMem:
            raise MemoryError(error.err) from error
        raise UnreadableImage(
            f"is damaged ({error.err or 'decoder failed'})", where, "Export it again."
        ) from error
    if decoded is None:
        raise UnreadableImage("is damaged: its pixels cannot be decoded", where, "Export it again.")
    return np.asarray(decoded)


def bgr_to_rgb(array: NDArray[Any]) -> NDArray[Any]:
    """OpenCV's order to ours, alpha dropped, contiguous."""
    import cv2

    return np.asarray(cv2.cvtColor(array, cv2.COLOR_BGRA2RGB if array.shape[2] == 4 else cv2.COLOR_BGR2RGB))
