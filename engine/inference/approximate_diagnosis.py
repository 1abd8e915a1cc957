"""RURA-Net: the diagnosis of a disease that no label was learnt of (paper 000, fig. 2).

Target disease -> most similar known disease -> its lesions -> lesion masks -> features of what the masks
leave -> clusters -> approximate diagnosis. Nothing in the chain sees a label of the target disease.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engine import __version__
from engine.clustering import estimators, naming
from engine.data.disease_pairs import phantom_image
from engine.errors import TooFewSamples, WrongUsage
from engine.imaging import geometry
from engine.imaging.phantoms.fundus_diseases import DISEASES
from engine.inference import lesion_features
from engine.inference.kept_features import Features, kept
from engine.inference.predictor import Options, Picture, Predictor
from engine.inference.segmentation import SegmentationPredictor
from engine.inference.similarity import UNPROVEN, SimilarityPredictor
from engine.progress import Progress, silent
from engine.records import Diagnosis, ModelVersion, NamedScore, Prediction

SYSTEM = "rura_net"
PLAIN = Options()
HEALTHY = "normal"
ENOUGH = 16
"""Images from which on clusters may be fitted on the given images themselves (ours)."""
KEPT = 32
_REFERENCES: dict[tuple[object, ...], tuple[estimators.Clusters, int]] = {}
"""Reference clusters by model version, source, lesions and switches: they outlive one composition."""


@dataclass(frozen=True, slots=True)
class DiagnosisConfig:
    """Switches of the chain; each can be set by its name in `Options.extra`.

    Attributes
    ----------
    source
        Known disease to take instead of the most similar one.
    lesions
        Codes to cluster on instead of those of the source disease.
    features
        ``burden`` (ours: robust on a single image) or ``masked`` (the paper's masked image).
    clustering
        A name of `engine.clustering.estimators.ESTIMATORS`.
    fit
        ``source``: on synthetic images of the source disease and of healthy eyes; ``given``: on the images
        of the call.
    reference
        Synthetic images of each of the two that clusters are fitted on.
    """

    source: str = ""
    lesions: tuple[str, ...] = ()
    features: str = "burden"
    clustering: str = "AGG"
    fit: str = "source"
    reference: int = 16
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """What the chain decided before it looked at the masks of the images."""

    target: str
    similar: tuple[NamedScore, ...]
    source: str
    lesions: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(slots=True, eq=False)
class _Seen:
    """Lesion areas and features of images."""

    areas: list[NDArray[np.float64]] = field(default_factory=list)
    features: list[NDArray[np.float64]] = field(default_factory=list)

    def stacked(self) -> Features:
        """Both as arrays, an image a row."""
        return np.stack(self.areas), np.stack(self.features)


class RuraPredictor:
    """The chain over a loaded similarity network and a loaded lesion U-Net."""

    def __init__(self, similarity: SimilarityPredictor, segmentation: SegmentationPredictor) -> None:
        self.similarity, self.segmentation = similarity, segmentation
        self.card = segmentation.card
        self.version = ModelVersion(
            SYSTEM,
            f"{similarity.version.version}+{segmentation.version.version}",
            segmentation.version.weights_sha256,
        )

    @classmethod
    def compose(cls, predictors: Mapping[str, Predictor]) -> Self:
        """From the loaded predictors of ``disease_similarity`` and ``lesion_unet``.

        Raises
        ------
        WrongUsage
            When one is missing or of another kind.
        """
        similarity, segmentation = predictors.get("disease_similarity"), predictors.get("lesion_unet")
        if not isinstance(similarity, SimilarityPredictor) or not isinstance(
            segmentation, SegmentationPredictor
        ):
            raise WrongUsage("rura_net is composed of disease_similarity and lesion_unet")
        return cls(similarity, segmentation)

    @classmethod
    def load(cls, weights: Path, device: str = "auto") -> Self:
        """From a folder that holds ``disease_similarity.safetensors`` and ``lesion_unet.safetensors``."""
        return cls(
            SimilarityPredictor.load(weights / "disease_similarity.safetensors", device),
            SegmentationPredictor.load(weights / "lesion_unet.safetensors", device),
        )

    def predict(
        self, pictures: Sequence[Picture], options: Options = PLAIN, progress: Progress = silent
    ) -> list[Prediction]:
        """An approximate diagnosis of `Options.target` for each picture, with its masks and similarities.

        Raises
        ------
        WrongUsage
            Without a target disease, or for an unknown switch.
        TooFewSamples
            When clusters are to be fitted on too few of the given images.
        """
        if not options.target:
            raise WrongUsage("no target disease was given", remedy="Name one with --target.")
        if not pictures:
            return []
        config = switches(options)
        scores = self.similarity.predict(pictures, options, progress)
        chain = self.plan(options.target, scores, config)
        asked = Options(extra={"lesions": chain.lesions})
        segmented = self.segmentation.predict(pictures, asked, progress)
        seen = _Seen()
        for picture, prediction in zip(pictures, segmented, strict=True):
            maps = {c: geometry.upright(m, picture.info.orientation) for c, m in prediction.masks.items()}
            self._look(picture.pixels, maps, chain.lesions, config, seen)
        clusters, diseased, where = self._clusters(seen, chain, config, progress)
        margins = clusters.margin(np.stack(seen.features), diseased)
        return [
            Prediction(
                self.version,
                similar=chain.similar,
                diagnosis=Diagnosis(options.target, float(margin), bool(margin > 0), chain.source),
                masks={c: prediction.masks[c] for c in chain.lesions},
                thresholds={c: prediction.thresholds[c] for c in chain.lesions},
                embedding=score.embedding,
                notes=(*chain.notes, where),
            )
            for margin, prediction, score in zip(margins, segmented, scores, strict=True)
        ]

    def plan(self, target: str, scores: Sequence[Prediction], config: DiagnosisConfig) -> Chain:
        """The source disease and its lesions, before any mask is looked at.

        Where the gallery knows the target, its images are compared with those of the others; else the given
        images are, averaged.
        """
        known = self.similarity.gallery
        name = target.lower()
        notes = [] if self.similarity.card.real_images else [UNPROVEN]
        if name in known.names:
            similar = self.similarity.most_similar(name)
        else:
            table = [{s.name: s.score for s in score.similar} for score in scores]
            mean = np.array([np.mean([row[n] for row in table]) for n in known.names], np.float32)
            similar = tuple(s for s in self.similarity.ranked(mean) if s.name != name)
            notes.append(f"No images of {target} are known: the given images were compared instead.")
        similar = tuple(s for s in similar if s.name != HEALTHY)
        trained = set(self.segmentation.card.labels)
        candidates = [config.source] if config.source else [s.name for s in similar]
        for source in candidates:
            if source not in known.names:
                raise WrongUsage(f"the gallery does not know {source!r}", remedy="Choose a known disease.")
            lesions = config.lesions or tuple(c for c in known.shown(source) if c in trained)
            if set(lesions) - trained:
                raise WrongUsage(f"no mask is trained for {', '.join(sorted(set(lesions) - trained))}")
            if lesions:
                skipped = candidates[: candidates.index(source)]
                if skipped:
                    notes.append(f"{', '.join(skipped)} is more similar but shows no lesion with a mask.")
                return Chain(target, similar, source, lesions, tuple(notes))
        raise TooFewSamples(
            "no similar disease shows a lesion with a mask", target, "Choose the source and its lesions."
        )

    def _look(
        self,
        rgb: NDArray[np.uint8],
        maps: Mapping[str, NDArray[np.uint8]],
        lesions: Sequence[str],
        config: DiagnosisConfig,
        seen: _Seen,
    ) -> None:
        """Add an image's lesion areas and features."""
        thresholds = self.segmentation.card.config["thresholds"]
        area = lesion_features.areas(maps, thresholds, lesions)
        seen.areas.append(area)
        if config.features == "burden":
            seen.features.append(lesion_features.burden_features(area))
        else:
            network, device = self.segmentation.network, self.segmentation.device
            seen.features.append(
                lesion_features.masked_features(network, rgb, maps, thresholds, lesions, device)
            )

    def _clusters(
        self, given: _Seen, chain: Chain, config: DiagnosisConfig, progress: Progress
    ) -> tuple[estimators.Clusters, int, str]:
        """Clusters, the diseased one of them, and the sentence that says what they were fitted on."""
        if config.fit == "given":
            if len(given.features) < ENOUGH:
                raise TooFewSamples(
                    f"{len(given.features)} images are too few to cluster them",
                    remedy=f"Give {ENOUGH} or more, or cluster on the source disease.",
                )
            fitted, diseased = _fit(given, config)
            return fitted, diseased, f"Clusters were fitted on the {len(given.features)} given images."
        key = (self.version, chain.source, chain.lesions, config)
        if key not in _REFERENCES:
            if len(_REFERENCES) >= KEPT:
                _REFERENCES.pop(next(iter(_REFERENCES)))
            # phantoms may look otherwise in another version of the engine
            made = (*key, self.similarity.version, __version__)
            areas, features = kept(made, lambda: self._reference_images(chain, config, progress).stacked())
            _REFERENCES[key] = _fit(_Seen(list(areas), list(features)), config)
        fitted, diseased = _REFERENCES[key]
        said = f"{config.reference} synthetic images of {chain.source} and {config.reference} of healthy eyes"
        return fitted, diseased, f"Clusters were fitted on {said}."

    def _reference_images(self, chain: Chain, config: DiagnosisConfig, progress: Progress) -> _Seen:
        if chain.source not in DISEASES:
            raise WrongUsage(
                f"there are no synthetic images of {chain.source}", remedy="Fit on the given images."
            )
        seen = _Seen()
        for index in range(2 * config.reference):
            progress(index, 2 * config.reference, f"reference images of {chain.source}")
            disease = chain.source if index % 2 == 0 else HEALTHY
            rgb = phantom_image(disease, config.seed, index).rgb
            self._look(rgb, self.segmentation.maps(rgb), chain.lesions, config, seen)
        return seen


def switches(options: Options) -> DiagnosisConfig:
    """The chain's switches among `Options.extra`.

    Raises
    ------
    WrongUsage
        For a value that a switch does not take.
    """
    names = DiagnosisConfig.__dataclass_fields__
    values: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in options.extra.items() if k in names
    }
    config = DiagnosisConfig(**values)
    allowed: dict[str, tuple[str, tuple[str, ...]]] = {
        "features": (config.features, ("burden", "masked")),
        "clustering": (config.clustering, tuple(estimators.ESTIMATORS)),
        "fit": (config.fit, ("source", "given")),
    }
    for name, (value, choices) in allowed.items():
        if value not in choices:
            raise WrongUsage(f"{name} is {value!r}", remedy=f"Use {' or '.join(choices)}.")
    return config


def _fit(seen: _Seen, config: DiagnosisConfig) -> tuple[estimators.Clusters, int]:
    clusters = estimators.fit(np.stack(seen.features), 2, config.clustering, config.seed)
    return clusters, naming.by_burden(clusters.labels, np.array([area.sum() for area in seen.areas]))
