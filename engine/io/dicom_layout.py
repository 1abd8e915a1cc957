"""How a DICOM header lays out its pixels (PS3.3, C.7.6.3), judged before anything is decoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.errors import UnreadableImage
from engine.io.dicom_file import value_of
from engine.io.limits import REMEDY, check_size

_ALLOCATED = (1, 8, 12, 16, 32)


@dataclass(frozen=True, slots=True)
class Layout:
    """The image pixel module of a file. ``planar``: planes of one colour each, not pixel by pixel."""

    rows: int
    columns: int
    frames: int
    samples: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    planar: bool
    photometric: str

    @property
    def palette(self) -> bool:
        """Whether values are numbers of colours in a table."""
        return self.photometric == "PALETTE COLOR"

    @property
    def subsampled(self) -> bool:
        """Whether uncompressed pixels share their colour with a neighbour."""
        return self.photometric in ("YBR_FULL_422", "YBR_PARTIAL_422")

    @property
    def dtype(self) -> np.dtype[Any]:
        """Smallest integer type that holds the stored values."""
        width = next(width for width in (8, 16, 32) if width >= self.bits_allocated)
        return np.dtype(f"{'i' if self.signed else 'u'}{width // 8}")

    @property
    def frame_bits(self) -> int:
        """Bits of one uncompressed frame."""
        samples = 2 if self.subsampled else self.samples
        return self.rows * self.columns * samples * self.bits_allocated


def _number(dataset: Any, name: str, default: int | None, where: object) -> int:
    value = value_of(dataset, name, damaged="damaged")
    try:
        if value is None or value == "":
            if default is None:
                raise UnreadableImage(f"holds no image (it lacks {name})", where, "Choose an image file.")
            return default
        return int(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise UnreadableImage(f"has a damaged header ({name})", where, REMEDY) from error


def layout_of(dataset: Any, where: object) -> Layout:
    """Read and check the image pixel module.

    Raises
    ------
    UnreadableImage
        It is missing, contradicts itself, or is of a kind that is no picture.
    """
    rows = _number(dataset, "Rows", None, where)
    columns = _number(dataset, "Columns", None, where)
    check_size(rows, columns, where)
    samples = _number(dataset, "SamplesPerPixel", 1, where)
    allocated = _number(dataset, "BitsAllocated", None, where)
    stored = _number(dataset, "BitsStored", allocated, where)
    high = _number(dataset, "HighBit", stored - 1, where)
    frames = _number(dataset, "NumberOfFrames", 1, where)
    photometric = str(value_of(dataset, "PhotometricInterpretation") or "").strip().upper()
    if not photometric:
        photometric = "RGB" if samples == 3 else "MONOCHROME2"
    layout = Layout(
        rows,
        columns,
        max(frames, 1),
        samples,
        allocated,
        stored,
        high,
        _number(dataset, "PixelRepresentation", 0, where) == 1,
        _number(dataset, "PlanarConfiguration", 0, where) == 1,
        photometric,
    )
    _check(layout, where)
    return layout


def _check(layout: Layout, where: object) -> None:
    if layout.samples not in (1, 3):
        raise UnreadableImage(f"has {layout.samples} samples a pixel", where, "Export it as grey or RGB.")
    if layout.bits_allocated not in _ALLOCATED:
        raise UnreadableImage(f"has {layout.bits_allocated} bits a sample", where, "Export it with 8 or 16.")
    if not 1 <= layout.bits_stored <= layout.bits_allocated:
        raise UnreadableImage(
            f"stores {layout.bits_stored} bits where {layout.bits_allocated} are allocated", where, REMEDY
        )
    if not layout.bits_stored - 1 <= layout.high_bit < layout.bits_allocated:
        raise UnreadableImage(f"has an impossible high bit {layout.high_bit}", where, REMEDY)
    grey = layout.photometric.startswith("MONOCHROME") or layout.palette
    if grey != (layout.samples == 1):
        raise UnreadableImage(
            f"calls {layout.samples} samples a pixel {layout.photometric[:16]}", where, REMEDY
        )
