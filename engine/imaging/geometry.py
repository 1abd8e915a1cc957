"""Between the stored and the upright frame: EXIF orientation of arrays, boxes and points.

Orientation is the EXIF tag 274 (CIPA DC-008, table 6): 1 stored upright, 2 mirrored left to right,
3 turned by 180°, 4 mirrored top to bottom, 5 transposed, 6 to be turned 90° clockwise for display,
7 transposed along the other diagonal, 8 to be turned 90° counter-clockwise.

Positions are continuous: the origin is the top left *corner* of the top left pixel, so a mirrored x is
``columns - x``. ``rows`` and ``columns`` always are those of the **stored** image.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.errors import WrongUsage
from engine.records import Box

_D = TypeVar("_D", bound=np.generic)

_STEPS: dict[int, tuple[bool, bool, bool]] = {
    # orientation: transpose, then flip rows, then flip columns
    1: (False, False, False),
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}


def _steps(orientation: int) -> tuple[bool, bool, bool]:
    if orientation not in _STEPS:
        raise WrongUsage(f"EXIF orientation {orientation} is not one of 1 to 8")
    return _STEPS[orientation]


def upright(array: NDArray[_D], orientation: int) -> NDArray[_D]:
    """Turn a stored array upright, as a *view*: writing into it writes the stored array.

    Parameters
    ----------
    array
        ``[rows, columns, ...]``.

    Raises
    ------
    WrongUsage
        The orientation is not 1–8.
    """
    transpose, flip_rows, flip_columns = _steps(orientation)
    view = array.swapaxes(0, 1) if transpose else array
    return view[:: -1 if flip_rows else 1, :: -1 if flip_columns else 1]


def stored(array: NDArray[_D], orientation: int) -> NDArray[_D]:
    """Undo `upright`, as a view: ``stored(upright(a, o), o)`` is ``a``."""
    transpose, flip_rows, flip_columns = _steps(orientation)
    view = array[:: -1 if flip_rows else 1, :: -1 if flip_columns else 1]
    return view.swapaxes(0, 1) if transpose else view


def upright_size(orientation: int, rows: int, columns: int) -> tuple[int, int]:
    """(rows, columns) of the upright image of a stored one."""
    return (columns, rows) if _steps(orientation)[0] else (rows, columns)


def point_to_upright(x: float, y: float, orientation: int, rows: int, columns: int) -> tuple[float, float]:
    """Where a stored position (x, y) lies in the upright image."""
    transpose, flip_rows, flip_columns = _steps(orientation)
    if transpose:
        x, y = y, x
    upright_rows, upright_columns = upright_size(orientation, rows, columns)
    return (upright_columns - x if flip_columns else x, upright_rows - y if flip_rows else y)


def point_to_stored(x: float, y: float, orientation: int, rows: int, columns: int) -> tuple[float, float]:
    """Where an upright position (x, y) lies in the stored image."""
    transpose, flip_rows, flip_columns = _steps(orientation)
    upright_rows, upright_columns = upright_size(orientation, rows, columns)
    x = upright_columns - x if flip_columns else x
    y = upright_rows - y if flip_rows else y
    return (y, x) if transpose else (x, y)


def box_to_upright(box: Box, orientation: int, rows: int, columns: int) -> Box:
    """A stored box in the upright image; the score is kept."""
    first = point_to_upright(box.x0, box.y0, orientation, rows, columns)
    last = point_to_upright(box.x1, box.y1, orientation, rows, columns)
    return _spanned(first, last, box.score)


def box_to_stored(box: Box, orientation: int, rows: int, columns: int) -> Box:
    """An upright box in the stored image; the score is kept."""
    first = point_to_stored(box.x0, box.y0, orientation, rows, columns)
    last = point_to_stored(box.x1, box.y1, orientation, rows, columns)
    return _spanned(first, last, box.score)


def _spanned(first: tuple[float, float], last: tuple[float, float], score: float) -> Box:
    (x0, y0), (x1, y1) = first, last
    return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1), score)


def clipped(box: Box, rows: int, columns: int) -> Box:
    """The part of a box inside the image; its area is 0 when there is none."""
    x0, x1 = (min(max(x, 0.0), float(columns)) for x in (box.x0, box.x1))
    y0, y1 = (min(max(y, 0.0), float(rows)) for y in (box.y0, box.y1))
    return Box(x0, y0, x1, y1, box.score)


def scaled(box: Box, x_factor: float, y_factor: float) -> Box:
    """A box after its image was resized by these factors."""
    return Box(box.x0 * x_factor, box.y0 * y_factor, box.x1 * x_factor, box.y1 * y_factor, box.score)
