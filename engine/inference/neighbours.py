"""The most similar images among stored embeddings: exact, by scikit-learn's brute-force search."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import pairwise_distances_argmin_min

from engine.errors import WrongUsage


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """Embeddings of one model version, and whose they are.

    Attributes
    ----------
    ids
        int64 ``[N]``, ascending; several embeddings may be of one item.
    vectors
        float32 ``[N, E]``.
    """

    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]

    @classmethod
    def of(cls, embeddings: Iterable[tuple[int, NDArray[np.float32]]]) -> Self:
        """From pairs of id and embedding ``[E]``.

        Raises
        ------
        WrongUsage
            When they are not of one length, or not finite.
        """
        pairs = sorted(embeddings, key=lambda pair: pair[0])
        lengths = {len(vector) for _, vector in pairs}
        if len(lengths) > 1:
            raise WrongUsage(f"embeddings of lengths {sorted(lengths)} cannot be compared")
        vectors = np.stack([vector for _, vector in pairs]) if pairs else np.zeros((0, 0), np.float32)
        if not np.isfinite(vectors).all():
            raise WrongUsage("some embeddings are not finite", remedy="Run the system on those images again.")
        ids = np.array([number for number, _ in pairs], np.int64)
        return cls(ids, np.ascontiguousarray(vectors, np.float32))

    def of_items(self, ids: Collection[int]) -> NDArray[np.float32]:
        """Embeddings of some items, ``[M, E]``; items without one are left out."""
        return self.vectors[np.isin(self.ids, list(ids))]

    def nearest(
        self, queries: NDArray[np.float32], count: int, leave_out: Collection[int] = ()
    ) -> list[tuple[int, float]]:
        """Items by rising Euclidean distance to the nearest of the queries ``[Q, E]``.

        An item is as near as its nearest embedding to its nearest query (ours).

        Parameters
        ----------
        leave_out
            Items that are not to be found, such as those asked about.
        """
        if not len(self.ids) or not len(queries) or count < 1:
            return []
        _, distances = pairwise_distances_argmin_min(self.vectors, queries, metric="euclidean")
        items, place = np.unique(self.ids, return_inverse=True)
        nearest = np.full(len(items), np.inf)
        np.minimum.at(nearest, place, distances)
        nearest[np.isin(items, list(leave_out))] = np.inf
        few = np.argpartition(nearest, count - 1)[:count] if count < len(items) else np.arange(len(items))
        order = few[np.lexsort((items[few], nearest[few]))]
        return [(int(items[k]), float(nearest[k])) for k in order if np.isfinite(nearest[k])]
