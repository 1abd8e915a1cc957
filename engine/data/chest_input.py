"""From a decoded chest radiograph to what the zero-shot networks see; shared by training and inference."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import UnreadableImage
from engine.imaging.rendering import radiograph
from engine.io.readers import read_info, read_stored

LOW, HIGH = 0.5, 99.5  # percentiles that become 0 and 1; ours


def standardise(pixels: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """The whole frame as a square with stretched contrast.

    The frame is resized edge to edge, as in the papers' loaders, so a map over the square covers the frame.
    Between the 0.5th and 99.5th percentile grey levels are stretched to 0–1, so that detectors and windows
    of different gain look alike.

    Parameters
    ----------
    pixels
        Float32 ``[H, W]``, bright means dense; any range.

    Returns
    -------
    NDArray
        Float32 ``[size, size]`` in 0–1; zeros for a constant image.
    """
    shrink = min(pixels.shape) >= size
    small = cv2.resize(
        pixels.astype(np.float32, copy=False),
        (size, size),
        interpolation=cv2.INTER_AREA if shrink else cv2.INTER_LINEAR,
    )
    low, high = np.percentile(small, (LOW, HIGH))
    if not high > low:
        return np.zeros_like(small)
    return np.asarray(np.clip((small - low) / (high - low), 0, 1), np.float32)


def read_grey(path: Path) -> NDArray[np.float32]:
    """A file as grey float32 ``[H, W]``: a raster in 0–1 of its bit depth, DICOM after its modality LUT.

    Raises
    ------
    UnreadableImage
    """
    if _is_dicom(path):
        info = read_info(path)
        return radiograph(read_stored(path), info)
    stored = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE | cv2.IMREAD_ANYDEPTH)
    if stored is None or stored.dtype not in (np.uint8, np.uint16):
        raise UnreadableImage("it cannot be decoded as a grey image", path, "Get the file again.")
    return stored.astype(np.float32) / float(np.iinfo(stored.dtype).max)


def bits_of(path: Path) -> int:
    """Bits of a grey value as the file's first bytes tell: a PNG's own word, 8 for JPEG and BMP, else 16.

    Raises
    ------
    UnreadableImage
    """
    head = _head(path)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return head[24] if len(head) > 24 else 8
    return 8 if head.startswith((b"\xff\xd8", b"BM")) else 16


def _is_dicom(path: Path) -> bool:
    return _head(path)[128:132] == b"DICM"


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(132)
    except OSError as error:
        raise UnreadableImage(f"it cannot be read ({error.strerror})", path, "Get the file again.") from error


def to_uint8(image: NDArray[np.float32]) -> NDArray[np.uint8]:
    """0–1 as 0–255, for caches of 8-bit sources."""
    return np.rint(image * 255).astype(np.uint8)


def to_uint16(image: NDArray[np.float32]) -> NDArray[np.uint16]:
    """0–1 as 0–65535, for caches."""
    return np.rint(image * 65535).astype(np.uint16)
