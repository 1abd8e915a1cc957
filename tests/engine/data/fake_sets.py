"""Files of tiny public sets, laid out exactly as these are published."""

from __future__ import annotations

import struct
from pathlib import Path

import cv2
import numpy as np

ROWS, COLUMNS = 48, 64


def photograph(path: Path, seed: int = 0) -> Path:
    """A round lit field on black."""
    rng = np.random.default_rng(seed)
    ys, xs = np.mgrid[:ROWS, :COLUMNS]
    lit = np.hypot(ys - ROWS / 2, xs - COLUMNS / 2) < ROWS * 0.45
    image = np.where(lit[..., None], rng.integers(60, 200, (ROWS, COLUMNS, 3)), 0).astype(np.uint8)
    return save(path, image)


def spot(y: int = 20, x: int = 30) -> np.ndarray:
    """A mask with one square lesion."""
    mask = np.zeros((ROWS, COLUMNS), np.uint8)
    mask[y : y + 6, x : x + 6] = 255
    return mask


def red(mask: np.ndarray) -> np.ndarray:
    """A mask in red on black, as IDRiD's are (OpenCV's order)."""
    return np.dstack([np.zeros_like(mask), np.zeros_like(mask), mask])


def save(path: Path, image: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image)
    return path


def xls(path: Path, rows: list[tuple]) -> Path:
    """A BIFF2 worksheet: the oldest form of Excel's ``.xls``, a plain stream of records."""
    stream = struct.pack("<HHHH", 0x0009, 4, 0x0002, 0x0010)
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            place = struct.pack("<HH3s", row, column, b"\0\0\0")
            if isinstance(value, str):
                text = value.encode("ascii")
                stream += struct.pack("<HH", 0x0004, 8 + len(text)) + place + bytes([len(text)]) + text
            else:
                stream += struct.pack("<HH", 0x0003, 15) + place + struct.pack("<d", value)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(stream + struct.pack("<HH", 0x000A, 0))
    return path
