"""Frames of the compositor as images that a painter draws."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage


def as_image(frame: NDArray[np.uint32], form: QImage.Format = QImage.Format.Format_RGB32) -> QImage:
    """A QImage on the memory of a frame, which must outlive it."""
    rows, columns = frame.shape
    return QImage(frame.data, columns, rows, 4 * columns, form)
