"""Masks as PNG files: one lesion a file, grey, 8 bit, 0 or 255, in the stored frame of their image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadMask, UnreadableImage
from engine.io.files import write_whole
from engine.io.readers import info_of, load, pixels_of

_REMEDY = "Save it as an 8-bit grey PNG of 0 and 255."


def mask_name(stem: str, lesion: str) -> str:
    """File name of a mask: ``IDRiD_01`` and ``MA`` make ``IDRiD_01_MA.png``."""
    return f"{stem}_{lesion}.png"


def write_mask(path: Path | str, mask: NDArray[np.bool_] | NDArray[np.uint8]) -> None:
    """Write a mask; the file appears whole or not at all.

    Parameters
    ----------
    mask
        bool, or uint8 of 0 and 255, ``[rows, columns]``.

    Raises
    ------
    BadMask
        Another type, shape or value.
    StoreUnavailable
        It cannot be written.
    """
    import cv2

    if mask.ndim != 2 or mask.size == 0 or mask.dtype not in (np.bool_, np.uint8):
        raise BadMask(f"a mask is bool or uint8 of two axes, not {mask.dtype} of {mask.shape}", path)
    levels = mask.astype(np.uint8) * np.uint8(255 if mask.dtype == np.bool_ else 1)
    _check_values(levels, path)
    done, packed = cv2.imencode(".png", levels)
    if not done:
        raise BadMask("cannot be packed as PNG", path)
    write_whole(Path(path), packed.tobytes())


def read_mask(path: Path | str, rows: int | None = None, columns: int | None = None) -> NDArray[np.bool_]:
    """Read a mask.

    Parameters
    ----------
    rows, columns
        Stored size of the image that it belongs to; None: any.

    Returns
    -------
    bool ``[rows, columns]``.

    Raises
    ------
    BadMask
        It cannot be read, is coloured, of another size, or has other values than 0 and 255.
    """
    try:
        source = load(Path(path))
        info = info_of(source)
        if info.samples != 1 or info.frames != 1:
            raise BadMask("is a colour image", path, _REMEDY)
        if (rows is not None and rows != info.rows) or (columns is not None and columns != info.columns):
            raise BadMask(
                f"has {info.columns}×{info.rows} pixels, its image {columns}×{rows}",
                path,
                "Masks have the stored size of their image.",
            )
        levels = pixels_of(source)[0]
    except UnreadableImage as error:
        raise BadMask(error.what, path, error.remedy) from error
    _check_values(levels, path)
    return np.asarray(levels != 0)


def _check_values(levels: NDArray[np.uint8], path: Path | str) -> None:
    counts = np.bincount(levels.ravel(), minlength=256) if levels.dtype == np.uint8 else None
    if counts is None or counts[1:255].any():
        found = (
            "16-bit values" if counts is None else f"the value {int(np.flatnonzero(counts[1:255])[0]) + 1}"
        )
        raise BadMask(f"has {found}, not only 0 and 255", path, _REMEDY)
