"""Decoded images kept as one uint8 or uint16 memory map: decoded once, read in well under a millisecond.

A cache is named by its content: what it was made from, how, and at which size. The same request finds it;
another one never meets it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from engine.errors import StoreUnavailable
from engine.paths import cache_folder
from engine.progress import Progress, silent

SPARE_BYTES = 256 * 1024**2  # left free on the disk (ours)


@dataclass(frozen=True, slots=True)
class CacheSpec:
    """What a cache holds.

    Attributes
    ----------
    name
        For the file name and messages: ``fundus-960``.
    keys
        One an item: a hash of its source (a file's SHA-256, a phantom's seed) and of how it is made.
    shape
        Of one item, such as ``(960, 960, 3)``.
    """

    name: str
    keys: Sequence[str]
    shape: tuple[int, ...]
    dtype: DTypeLike = np.uint8

    @property
    def bytes(self) -> int:
        """Size on disk, and in memory when all of it is in use; known before anything is built."""
        return len(self.keys) * int(np.prod(self.shape)) * np.dtype(self.dtype).itemsize

    @property
    def file(self) -> Path:
        """Where it lies, whether or not it was built."""
        text = json.dumps([list(self.keys), list(self.shape), np.dtype(self.dtype).str])
        digest = hashlib.sha256(text.encode()).hexdigest()[:20]
        return cache_folder() / "images" / f"{self.name}-{digest}.npy"


def cached(spec: CacheSpec, make: Callable[[int], NDArray[Any]], progress: Progress = silent) -> NDArray[Any]:
    """All items as a read-only memory map ``[len(keys), *shape]``, built where it is not there yet.

    Parameters
    ----------
    make
        Index -> item of ``spec.shape``; called once an item, in order.

    Raises
    ------
    StoreUnavailable
        When the disk has no room for it, or cannot be written.
    """
    if not spec.keys:
        return np.empty((0, *spec.shape), spec.dtype)
    if not spec.file.is_file():
        try:
            _build(spec, make, progress)
        except OSError as error:
            raise StoreUnavailable(
                f"the image cache cannot be written ({error.strerror})",
                spec.file.parent,
                "Free some space, or set LYNCEUS_CACHE to another folder.",
            ) from error
    return np.load(spec.file, mmap_mode="r", allow_pickle=False)


def _build(spec: CacheSpec, make: Callable[[int], NDArray[Any]], progress: Progress) -> None:
    folder = spec.file.parent
    folder.mkdir(parents=True, exist_ok=True)
    text = f"caching {len(spec.keys)} images as {spec.name}, {spec.bytes / 1e6:.0f} MB"
    progress(0, len(spec.keys), text)
    if shutil.disk_usage(folder).free < spec.bytes + SPARE_BYTES:
        raise StoreUnavailable(
            f"{text} need more room than is left", folder, "Free some space, or set LYNCEUS_CACHE elsewhere."
        )
    unfinished = spec.file.with_suffix(f".{os.getpid()}.unfinished")
    try:
        shape = (len(spec.keys), *spec.shape)
        array = np.lib.format.open_memmap(unfinished, mode="w+", dtype=np.dtype(spec.dtype), shape=shape)
        for index in range(len(spec.keys)):
            array[index] = make(index)
            progress(index + 1, len(spec.keys), text)
        array.flush()
        unfinished.replace(spec.file)
    finally:
        unfinished.unlink(missing_ok=True)
