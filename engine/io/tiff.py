"""TIFF: grey, colour and palette, 1 to 16 bit, any compression of libtiff; pages of one size are frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnreadableImage
from engine.io import tiff_tags
from engine.io.limits import REMEDY, check_bytes, check_size
from engine.io.rasters import only_frame
from engine.io.reader import Source
from engine.io.tiff_tags import Directory
from engine.records import ImageInfo

_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _YCBCR = 0, 1, 2, 3, 6
_REFUSED = {
    4: "a transparency mask",
    5: "CMYK",
    8: "CIELab",
    9: "CIELab",
    10: "CIELab",
    32803: "raw camera data",
}


@dataclass(frozen=True, slots=True)
class _Page:
    number: int
    rows: int
    columns: int
    bits: int
    stored_samples: int
    photometric: int
    orientation: int
    palette: tuple[int, ...]

    @property
    def samples(self) -> int:
        return 1 if self.photometric in (_WHITE_IS_ZERO, _BLACK_IS_ZERO) else 3

    @property
    def shape(self) -> tuple[int, int, int, int]:
        return self.rows, self.columns, self.samples, self.bits


def _page(number: int, directory: Directory, source: Source) -> _Page:
    rows, columns = directory.first(tiff_tags.ROWS, 0), directory.first(tiff_tags.COLUMNS, 0)
    check_size(rows, columns, source.path)
    bits = directory.tags.get(tiff_tags.BITS, (1,))
    photometric = directory.first(tiff_tags.PHOTOMETRIC, _BLACK_IS_ZERO)
    if (
        directory.first(tiff_tags.FORMAT, 1) not in (1, 4)
        or len(set(bits)) > 1
        or bits[0] not in (1, 4, 8, 16)
    ):
        raise UnreadableImage(
            "is a TIFF of floating-point, signed or unusual values",
            source.path,
            "Export it with 8 or 16 bit.",
        )
    if photometric not in (_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _YCBCR):
        kind = _REFUSED.get(photometric, f"photometric kind {photometric}")
        raise UnreadableImage(f"is a TIFF of {kind}", source.path, "Export it as grey or RGB.")
    turned = directory.first(tiff_tags.ORIENTATION, 1)
    _check_parts(directory, source)
    return _Page(
        number,
        rows,
        columns,
        bits[0],
        directory.first(tiff_tags.SAMPLES, 1),
        photometric,
        turned if 1 <= turned <= 8 else 1,
        directory.tags.get(tiff_tags.PALETTE, ()),
    )


def _check_parts(directory: Directory, source: Source) -> None:
    """Refuse a page whose strips or tiles lie behind the end of the file."""
    for offsets, sizes in (
        (tiff_tags.STRIP_OFFSETS, tiff_tags.STRIP_BYTES),
        (tiff_tags.TILE_OFFSETS, tiff_tags.TILE_BYTES),
    ):
        pairs = zip(directory.tags.get(offsets, ()), directory.tags.get(sizes, ()), strict=False)
        if any(start + size > len(source.data) for start, size in pairs):
            raise UnreadableImage("is a truncated TIFF", source.path, "Copy or export it again.")


def _pages(source: Source) -> tuple[_Page, ...]:
    """The first page and all that are like it; thumbnails and masks are not frames."""
    found = tiff_tags.directories(source.data, source.path)
    if not found:
        raise UnreadableImage("is a TIFF without a page", source.path, REMEDY)
    first = _page(0, found[0], source)
    others = []
    for number, directory in enumerate(found[1:], 1):
        size = (directory.first(tiff_tags.ROWS, 0), directory.first(tiff_tags.COLUMNS, 0))
        if size == (first.rows, first.columns) and directory.first(tiff_tags.SUBFILE, 0) in (0, 2):
            page = _page(number, directory, source)
            others += [page] if page.shape == first.shape else []
    return (first, *others)


def info(source: Source) -> ImageInfo:
    """Describe a TIFF file; values of 1 and 4 bit are scaled to 8 as they are read."""
    pages = _pages(source)
    page = pages[0]
    grey = "MONOCHROME1" if page.photometric == _WHITE_IS_ZERO else "MONOCHROME2"
    return ImageInfo(
        source.path,
        source.sha256,
        "tiff",
        page.rows,
        page.columns,
        frames=len(pages),
        samples=page.samples,
        bits=max(page.bits, 8),
        photometric="RGB" if page.samples == 3 else grey,
        orientation=page.orientation,
    )


def pixels(source: Source, frame: int | None) -> NDArray[Any]:
    """Stored pixels ``[frames, rows, columns(, 3)]``; palette looked up, alpha dropped, not turned."""
    pages = _pages(source)
    only_frame(frame, len(pages), source.path)
    chosen = pages if frame is None else pages[frame : frame + 1]
    first = pages[0]
    check_bytes(len(chosen) * first.rows * first.columns * first.samples * (first.bits + 7) // 8, source.path)
    return np.stack([_decoded(page, source) for page in chosen])


def _decoded(page: _Page, source: Source) -> NDArray[Any]:
    import imagecodecs

    try:
        values = np.asarray(
            imagecodecs.tiff_decode(source.data, index=page.number, asrgb=page.photometric == _YCBCR)
        )
    except (RuntimeError, ValueError, IndexError, TypeError) as error:
        text = " ".join(str(error).split())[:120]
        raise UnreadableImage(f"is a damaged TIFF ({text})", source.path, REMEDY) from error
    if (
        values.ndim == 3
        and values.shape[0] == page.stored_samples
        and values.shape[1:] == (page.rows, page.columns)
    ):
        values = values.transpose(1, 2, 0)  # planes of one sample each
    if values.shape[:2] != (page.rows, page.columns):
        raise UnreadableImage(f"is a TIFF whose page has the shape {values.shape}", source.path, REMEDY)
    return np.ascontiguousarray(_coloured(page, values, source))


def _coloured(page: _Page, values: NDArray[Any], source: Source) -> NDArray[Any]:
    if page.photometric == _PALETTE:
        entries = 2**page.bits
        if len(page.palette) != 3 * entries:
            raise UnreadableImage("is a TIFF with a damaged palette", source.path, REMEDY)
        table = np.array(page.palette, np.uint16).reshape(3, entries).T
        # entries have 16 bits (TIFF 6.0, section 5); old writers left 8-bit ones
        table = (table >> 8 if table.max() > 255 else table).astype(np.uint8)
        looked_up: NDArray[Any] = table[values.reshape(page.rows, page.columns).astype(np.intp)]
        return looked_up
    if page.samples == 3:
        return np.asarray(values[..., :3])
    grey: NDArray[Any] = values[..., 0] if values.ndim == 3 else values
    if page.bits in (1, 4):
        return np.asarray(grey * (255 // (2**page.bits - 1)), np.uint8)
    return grey
