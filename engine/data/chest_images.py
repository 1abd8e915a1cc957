"""Decoded and standardised chest images of a data folder, kept as a memory map that is built once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.cache import CacheSpec, cached
from engine.data.chest_input import HIGH, LOW, bits_of, read_grey, standardise, to_uint8, to_uint16
from engine.data.image_rows import ImageRows
from engine.data.manifest import ManifestRow
from engine.progress import Progress, silent

LOADERS = 2
AHEAD = 32  # images decoded at once, so that a large set is never held in memory


def cached_images(rows: Sequence[ManifestRow], size: int, progress: Progress = silent) -> NDArray[Any]:
    """Images as a read-only memory map ``[N, size, size]``; the size on disk is said before it is built.

    uint16 where a source has more than 8 bits, else uint8.

    Raises
    ------
    UnreadableImage
        For the first file that is no image; the cache is then not written.
    StoreUnavailable, Cancelled
    """
    spec = _spec(rows, size)
    if spec.file.is_file() or not rows:
        return cached(spec, lambda _: np.empty(0), progress)
    with ThreadPoolExecutor(LOADERS, "chest") as pool:
        images = _decoded(pool, rows, size, np.dtype(spec.dtype))
        return cached(spec, lambda _: next(images), progress)


def image_rows(
    rows: Sequence[ManifestRow],
    size: int,
    progress: Progress = silent,
    among: Sequence[ManifestRow] = (),
    whole: bool = False,
) -> ImageRows:
    """Images of some rows of a folder, from the memory map of the whole folder where there is one.

    Parameters
    ----------
    among
        All rows of the folder.
    whole
        Build the map of the whole folder where it is not there yet, so that all its parts share it.

    Raises
    ------
    UnreadableImage, StoreUnavailable, Cancelled
    """
    if not among or not (whole or _spec(among, size).file.is_file()):
        return ImageRows((cached_images(rows, size, progress),))
    places = {row.path: place for place, row in enumerate(among)}
    every = ImageRows((cached_images(among, size, progress),))
    return every.picked(np.array([places[row.path] for row in rows], np.int64))


def _spec(rows: Sequence[ManifestRow], size: int) -> CacheSpec:
    dtype = np.uint16 if any(bits_of(row.path) > 8 for row in rows) else np.uint8
    return CacheSpec(f"chest-{size}", [_key(row) for row in rows], (size, size), dtype)


def _decoded(
    pool: ThreadPoolExecutor, rows: Sequence[ManifestRow], size: int, dtype: np.dtype[Any]
) -> Iterator[NDArray[Any]]:
    """Images in order, a few read ahead."""
    store = to_uint16 if dtype == np.uint16 else to_uint8

    def read(row: ManifestRow) -> NDArray[Any]:
        return store(standardise(read_grey(row.path), size))

    for start in range(0, len(rows), AHEAD):
        yield from pool.map(read, rows[start : start + AHEAD])


def _key(row: ManifestRow) -> str:
    """What the cached image was made of, and how: another file or another contrast is another image."""
    made = f"{LOW}-{HIGH}"
    if row.sha256:
        return f"{row.sha256}|{made}"
    stat = row.path.stat()
    text = f"{row.path.resolve()}|{stat.st_size}|{stat.st_mtime_ns}"
    return f"{hashlib.sha256(text.encode()).hexdigest()}|{made}"
