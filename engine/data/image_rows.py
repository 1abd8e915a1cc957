"""Images of one size that lie in several arrays, memory maps among them: picked and joined without a copy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


class ImageRows:
    """Rows of one or more arrays ``[n, h, w]``, as if they were one array.

    A full data set stays in its memory map: only the rows that are read come into memory.

    Parameters
    ----------
    arrays
        uint8 or uint16; 0 to the type's largest value stand for 0–1.
    array, row
        For each image the array that it lies in and its row there; by default all rows in order.
    """

    def __init__(
        self,
        arrays: Sequence[NDArray[Any]],
        array: NDArray[np.int64] | None = None,
        row: NDArray[np.int64] | None = None,
    ) -> None:
        self.arrays = tuple(arrays)
        sizes = [len(one) for one in self.arrays]
        self._array = np.repeat(np.arange(len(sizes)), sizes) if array is None else array
        self._row = np.concatenate([np.arange(n) for n in (0, *sizes)]) if row is None else row

    def __len__(self) -> int:
        return len(self._row)

    @property
    def shape(self) -> tuple[int, ...]:
        """``(N, h, w)``."""
        return (len(self), *self.arrays[0].shape[1:])

    def __getitem__(self, place: int | np.integer[Any]) -> NDArray[Any]:
        """One image as stored, ``[h, w]``."""
        index = int(place)
        return np.asarray(self.arrays[int(self._array[index])][int(self._row[index])])

    def __iter__(self) -> Iterator[NDArray[Any]]:
        return (self[place] for place in range(len(self)))

    def picked(self, chosen: NDArray[Any] | Sequence[int]) -> ImageRows:
        """Those rows, by a mask or by places; nothing is read."""
        index = np.asarray(chosen)
        index = index if index.dtype == np.bool_ else index.astype(np.int64)
        return ImageRows(self.arrays, self._array[index], self._row[index])

    def joined(self, other: ImageRows) -> ImageRows:
        """These rows, then those of another of the same size; nothing is read."""
        return ImageRows(
            (*self.arrays, *other.arrays),
            np.concatenate([self._array, other._array + len(self.arrays)]),
            np.concatenate([self._row, other._row]),
        )

    def grey(self, chosen: NDArray[Any] | Sequence[int]) -> NDArray[np.float32]:
        """Images of those places as float32 ``[B, h, w]`` in 0–1."""
        places = np.asarray(chosen, np.int64).reshape(-1)
        out = np.empty((len(places), *self.shape[1:]), np.float32)
        for line, place in enumerate(places):
            out[line] = unit(self[place])
        return out


def unit(image: NDArray[Any]) -> NDArray[np.float32]:
    """A uint8 or uint16 image as float32 in 0–1."""
    return image.astype(np.float32) / np.float32(np.iinfo(image.dtype).max)


def as_rows(images: NDArray[Any] | ImageRows) -> ImageRows:
    """An array of images as rows."""
    return images if isinstance(images, ImageRows) else ImageRows((images,))
