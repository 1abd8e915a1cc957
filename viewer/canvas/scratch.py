"""Memory for passing results, kept between frames.

A fresh array of some megabytes costs more in page faults than the work done on it, so what every frame
needs anew is written into the same memory again.
"""

from __future__ import annotations

import math
from typing import Any, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

_D = TypeVar("_D", bound=np.generic)


class Scratch:
    """Named arrays; one that is asked for again under its name overwrites the former."""

    def __init__(self) -> None:
        self._memory: dict[str, NDArray[np.uint8]] = {}

    def array(self, name: str, shape: tuple[int, ...], dtype: DTypeLike = np.uint8) -> NDArray[Any]:
        """A contiguous array with any content, valid until the name is asked for again."""
        size = math.prod(shape) * np.dtype(dtype).itemsize
        memory = self._memory.get(name)
        if memory is None or memory.size < size:
            memory = self._memory[name] = np.empty(size, np.uint8)
        return memory[:size].view(dtype).reshape(shape)

    @property
    def nbytes(self) -> int:
        """Memory held."""
        return sum(memory.nbytes for memory in self._memory.values())


def shifted(array: NDArray[_D], dx: int, dy: int, spare: NDArray[_D]) -> NDArray[_D]:
    """The array moved right and down by whole pixels; what comes in from outside has any content.

    The result is in ``spare`` when that has the right size.
    """
    out = spare if spare.shape == array.shape else np.empty_like(array)
    rows, columns = array.shape
    target = np.s_[max(dy, 0) : rows + min(dy, 0), max(dx, 0) : columns + min(dx, 0)]
    source = np.s_[max(-dy, 0) : rows + min(-dy, 0), max(-dx, 0) : columns + min(-dx, 0)]
    out[target] = array[source]
    return out
