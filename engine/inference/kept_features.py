"""Features of reference images, kept in the cache folder: minutes to make, the same for the same models."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.io.files import write_whole
from engine.paths import cache_folder

Features = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Lesion areas ``[images, lesions]`` and features ``[images, size]``."""


def kept(key: Sequence[object], make: Callable[[], Features]) -> Features:
    """The features of that key, made at the first time.

    Parameters
    ----------
    key
        All that they depend on; another key never meets them.
    """
    name = hashlib.sha256(repr(tuple(key)).encode()).hexdigest()[:24]
    path = cache_folder() / "reference" / f"{name}.npz"
    try:
        with np.load(path, allow_pickle=False) as found:
            return found["areas"], found["features"]
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        areas, features = make()  # not there yet, or damaged: made (again)
    packed = io.BytesIO()
    np.savez(packed, areas=areas, features=features)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, packed.getvalue())
    return areas, features
