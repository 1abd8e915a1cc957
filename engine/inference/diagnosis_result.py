"""What RURA-Net's chain found on its way: nothing is thrown away, so that each step can be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.clustering.estimators import Clusters
from engine.clustering.projection import Plane
from engine.records import Diagnosis, ModelVersion, NamedScore, Prediction
from engine.store.blobs import LazyArrays, decode_mask, encode_mask


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """What was decided before any mask was looked at.

    Attributes
    ----------
    similar
        Known diseases by falling similarity to the target; empty where similarity was switched off.
    sources
        Disease, or diseases, whose synthetic images the clusters are fitted on.
    lesions
        Codes that are clustered on.
    """

    target: str
    similar: tuple[NamedScore, ...]
    sources: tuple[str, ...]
    lesions: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """The chosen disease as a person reads it."""
        return self.sources[0] if len(self.sources) == 1 else "all known diseases"


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """One image after segmentation.

    Attributes
    ----------
    area
        float64 ``[L]``, lesion area in millionths of the image, in the order of `Chain.lesions`.
    features
        float64 ``[F]``, what is clustered.
    masks
        Code -> uint8 probability map in the stored frame; packed, unpacked on each access.
    """

    area: NDArray[np.float64]
    features: NDArray[np.float64]
    masks: Mapping[str, NDArray[np.uint8]]
    thresholds: Mapping[str, float]
    embedding: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Diagnosed:
    """The chain with every intermediate result.

    Attributes
    ----------
    looked
        The images, in the order given.
    clusters, diseased
        Clusters and the one that is called diseased.
    named_by
        How that one was told, without a label of the target disease.
    plane
        The map in two dimensions.
    fitted
        float64 ``[M, F]``, features of the images that the clusters were fitted on.
    """

    chain: Chain
    looked: tuple[Looked, ...]
    clusters: Clusters
    diseased: int
    named_by: str
    plane: Plane
    fitted: NDArray[np.float64]
    notes: tuple[str, ...]

    @property
    def features(self) -> NDArray[np.float64]:
        """Features of the given images, ``[N, F]``."""
        return np.stack([one.features for one in self.looked])

    def margins(self) -> NDArray[np.float64]:
        """Score of each image, -1 to 1: how much nearer the diseased cluster is than the other."""
        return self.clusters.margin(self.features, self.diseased)

    def predictions(self, model: ModelVersion) -> list[Prediction]:
        """One record an image, in the stored frame."""
        return [
            Prediction(
                model,
                similar=self.chain.similar,
                diagnosis=Diagnosis(self.chain.target, float(margin), bool(margin > 0), self.chain.source),
                masks=one.masks,
                thresholds=one.thresholds,
                embedding=one.embedding,
                notes=(*self.chain.notes, *self.notes),
            )
            for one, margin in zip(self.looked, self.margins(), strict=True)
        ]

    def table(self, names: Sequence[Any]) -> dict[str, Any]:
        """The chain as JSON values, for a page that shows it.

        Parameters
        ----------
        names
            One JSON value an image, such as its id in a project.

        Returns
        -------
        dict
            ``target``, ``similar`` (pairs of name and score), ``source``, ``lesions``, ``named_by``,
            ``notes``; ``images``: ``name``, ``point`` (x, y on the map), ``cluster``, ``score``,
            ``positive``, ``areas`` (millionths of the image, by code); ``reference``: points and clusters of
            the images that were fitted on; ``centres``, ``diseased`` (a cluster's number), ``explained``.
        """
        points, labels = self.plane.points(self.features), self.clusters.predict(self.features)
        images = [
            {
                "name": name,
                "point": [float(v) for v in point],
                "cluster": int(label),
                "score": float(margin),
                "positive": bool(margin > 0),
                "areas": dict(zip(self.chain.lesions, (float(a) for a in one.area), strict=False)),
            }
            for name, point, label, margin, one in zip(
                names, points, labels, self.margins(), self.looked, strict=True
            )
        ]
        reference = zip(self.plane.points(self.fitted), self.clusters.labels, strict=True)
        return {
            "target": self.chain.target,
            "similar": [[s.name, s.score] for s in self.chain.similar],
            "source": self.chain.source,
            "lesions": list(self.chain.lesions),
            "named_by": self.named_by,
            "notes": [*self.chain.notes, *self.notes],
            "images": images,
            "reference": [{"point": [float(v) for v in p], "cluster": int(c)} for p, c in reference],
            "centres": self.plane.centres().tolist(),
            "diseased": self.diseased,
            "explained": list(self.plane.explained),
        }


def packed(maps: Mapping[str, NDArray[np.uint8]]) -> LazyArrays:
    """Probability maps compressed in memory: mostly zeros, they shrink a hundredfold."""
    files = {code: encode_mask(values) for code, values in maps.items()}
    return LazyArrays(tuple(files), lambda code: decode_mask(files[code]))
