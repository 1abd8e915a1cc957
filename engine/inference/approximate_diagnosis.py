"""RURA-Net: the diagnosis of a disease that no label was learnt of (paper 000, fig. 2).

Target disease -> most similar known disease -> its lesions -> lesion masks -> features of what the masks
leave -> clusters -> approximate diagnosis. Nothing in the chain sees a label of the target disease.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine import __version__
from engine.clustering import estimators, naming
from engine.clustering.projection import plane
from engine.data.disease_pairs import phantom_image
from engine.errors import TooFewSamples, WrongUsage
from engine.imaging import geometry
from engine.imaging.phantoms.fundus_diseases import DISEASES
from engine.inference import lesion_features
from engine.inference.diagnosis_config import DiagnosisConfig, diagnosis_config
from engine.inference.diagnosis_result import Chain, Diagnosed, Looked, packed
from engine.inference.kept_features import Features, kept
from engine.inference.predictor import Options, Picture, Predictor
from engine.inference.segmentation import SegmentationPredictor
from engine.inference.similarity import UNPROVEN, SimilarityPredictor
from engine.progress import Progress, silent
from engine.records import ModelVersion, NamedScore, Prediction

SYSTEM = "rura_net"
PLAIN = Options()
DEFAULT = DiagnosisConfig()
HEALTHY = "normal"
ENOUGH = 16
"""Images from which on clusters may be fitted on the given images themselves (ours)."""
KEPT = 32
_REFERENCES: dict[tuple[object, ...], Features] = {}
"""Reference features by model version, source, lesions and switches: they outlive one composition."""
BURDEN = "The diseased cluster is the one with more lesion area; no label of the target was used."
OWN_LABELS = (
    "The diseased cluster is the one with more images of the source disease; the target has no label."
)


class RuraPredictor:
    """The chain over a loaded similarity network and a loaded lesion U-Net."""

    least = 0

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
        config = diagnosis_config(options.extra)
        if not options.target:
            raise WrongUsage("no target disease was given", remedy="Name one with --target.")
        if not pictures:
            return []
        return self.diagnose(options.target, pictures, config, progress).predictions(self.version)

    def diagnose(
        self,
        target: str,
        pictures: Sequence[Picture],
        config: DiagnosisConfig = DEFAULT,
        progress: Progress = silent,
    ) -> Diagnosed:
        """The whole chain with every intermediate result; pictures that come in parts take its steps in turn.

        Raises
        ------
        WrongUsage, TooFewSamples
        """
        chain = self.chain(target, pictures if self.needs_images(target, config) else (), config, progress)
        looked = self.look(pictures, chain, config, progress)
        return self.decide(looked, chain, config, progress)

    def needs_images(self, target: str, config: DiagnosisConfig) -> bool:
        """Whether the source disease can only be found by looking at images of the target."""
        known = target.lower() in self.similarity.gallery.names
        return config.similarity and not known

    def chain(
        self,
        target: str,
        images: Sequence[Picture],
        config: DiagnosisConfig = DEFAULT,
        progress: Progress = silent,
    ) -> Chain:
        """Step 1, similar diseases, source and lesions.

        Parameters
        ----------
        images
            Of the target disease, without labels; none where the gallery knows it (`needs_images`).
        """
        scores = self.similarity.predict(images, PLAIN, progress) if images else []
        return self.plan(target, scores, config)

    def plan(self, target: str, scores: Sequence[Prediction], config: DiagnosisConfig) -> Chain:
        """The source disease and its lesions, before any mask is looked at.

        Known diseases are ranked by their mean similarity to the given images; without any, by those of the
        target that the gallery knows.

        Raises
        ------
        WrongUsage
            For a source that the gallery does not know, or a lesion without masks.
        TooFewSamples
            When no similar disease shows a lesion with a mask.
        """
        if not config.similarity:
            return self._without_similarity(target, config)
        known = self.similarity.gallery
        name = target.lower()
        notes = [] if self.similarity.card.real_images else [UNPROVEN]
        if name in known.names and not scores:
            similar = self.similarity.most_similar(name)
        else:
            similar = self._ranked(name, scores)
            notes.append(f"Known diseases were ranked by {len(scores)} given images of {target}.")
        similar = tuple(s for s in similar if s.name != HEALTHY)
        candidates = [config.source] if config.source else [s.name for s in similar]
        for source in candidates:
            if source not in known.names:
                raise WrongUsage(f"the gallery does not know {source!r}", remedy="Choose a known disease.")
            trained = self.segmentation.card.labels
            lesions = self._lesions(config, [c for c in known.shown(source) if c in trained])
            if lesions:
                skipped = candidates[: candidates.index(source)]
                if skipped:
                    notes.append(f"{', '.join(skipped)} is more similar but shows no lesion with a mask.")
                return Chain(target, similar, (source,), lesions, tuple(notes))
        raise TooFewSamples(
            "no similar disease shows a lesion with a mask", target, "Choose the source and its lesions."
        )

    def look(
        self,
        pictures: Sequence[Picture],
        chain: Chain,
        config: DiagnosisConfig = DEFAULT,
        progress: Progress = silent,
    ) -> list[Looked]:
        """Step 2, masks and features of each picture; what it gives holds no pixels of them."""
        return self.look_for(pictures, [(chain, config)], progress)[0]

    def look_for(
        self,
        pictures: Sequence[Picture],
        plans: Sequence[tuple[Chain, DiagnosisConfig]],
        progress: Progress = silent,
    ) -> list[list[Looked]]:
        """`look` for several chains at once: each picture is segmented once."""
        codes = tuple(dict.fromkeys(c for chain, _ in plans for c in chain.lesions))
        scores = self.similarity.predict(pictures, PLAIN, progress)
        looked: list[list[Looked]] = [[] for _ in plans]
        for done, (picture, score) in enumerate(zip(pictures, scores, strict=True)):
            progress(done, len(pictures), f"lesions of {picture.info.path.name}")
            (prediction,) = self.segmentation.predict([picture], Options(extra={"lesions": codes}))
            orientation = picture.info.orientation
            upright = {c: geometry.upright(prediction.masks[c], orientation) for c in codes}
            for (chain, config), found in zip(plans, looked, strict=True):
                area, features = self._seen(picture.pixels, upright, chain.lesions, config)
                thresholds = {c: prediction.thresholds[c] for c in chain.lesions}
                masks = packed({c: prediction.masks[c] for c in chain.lesions})
                found.append(Looked(area, features, masks, thresholds, score.embedding))
        return looked

    def decide(
        self,
        looked: Sequence[Looked],
        chain: Chain,
        config: DiagnosisConfig = DEFAULT,
        progress: Progress = silent,
    ) -> Diagnosed:
        """Step 3, clusters, which of them is the diseased one, and the map.

        Raises
        ------
        TooFewSamples
            When clusters are to be fitted on fewer than `ENOUGH` given images, or cannot be told apart.
        """
        if not looked:
            raise TooFewSamples("no image is left to diagnose", chain.target, "Choose fundus photographs.")
        if config.fit == "given":
            if len(looked) < ENOUGH:
                raise TooFewSamples(
                    f"{len(looked)} images are too few to cluster them",
                    remedy=f"Give {ENOUGH} or more, or cluster on the source disease.",
                )
            areas = np.stack([one.area for one in looked])
            features = np.stack([one.features for one in looked])
            said = f"Clusters were fitted on the {len(looked)} given images."
        else:
            areas, features = self._reference(chain, config, progress)
            each = f"{config.reference} synthetic images of"
            said = f"Clusters were fitted on {each} {chain.source} and {config.reference} of healthy eyes."
        clusters = estimators.fit(features, 2, config.clustering, config.seed)
        burden = areas.sum(axis=1) if config.segmentation else _is_source(len(features)).astype(np.float64)
        diseased = naming.by_burden(clusters.labels, burden)
        named_by = BURDEN if config.segmentation else OWN_LABELS
        _, encoder = lesion_features.encoder(self.segmentation.network, config.backbone)
        notes = (said,) if _burden(config) else (said, encoder)
        return Diagnosed(
            chain,
            tuple(looked),
            clusters,
            diseased,
            named_by,
            plane(clusters, features),
            features,
            notes,
        )

    def _ranked(self, name: str, scores: Sequence[Prediction]) -> tuple[NamedScore, ...]:
        """Known diseases by their mean similarity to images of the target; none without images."""
        if not scores:
            return ()
        known = self.similarity.gallery
        table = [{s.name: s.score for s in score.similar} for score in scores]
        mean = np.array([np.mean([row[n] for row in table]) for n in known.names], np.float32)
        return tuple(s for s in self.similarity.ranked(mean) if s.name != name)

    def _lesions(self, config: DiagnosisConfig, shown: Sequence[str]) -> tuple[str, ...]:
        """Codes to cluster on: those asked for, else those shown."""
        unknown = set(config.lesions) - set(self.segmentation.card.labels)
        if unknown:
            raise WrongUsage(
                f"no mask is trained for {', '.join(sorted(unknown))}",
                remedy=f"Use {', '.join(self.segmentation.card.labels)}.",
            )
        return config.lesions or tuple(shown)

    def _without_similarity(self, target: str, config: DiagnosisConfig) -> Chain:
        """The ablation: every known disease but the target, every lesion that photographs have taught."""
        known = self.similarity.gallery.names
        sources = tuple(n for n in known if n not in (HEALTHY, target.lower()) and n in DISEASES)
        phantom_only = self.segmentation.card.config["phantom_only"]
        shown = [c for c in self.segmentation.card.labels if c not in phantom_only]
        notes = ("Ablation: no disease similarity, every known disease is the source.",)
        return Chain(target, (), sources, self._lesions(config, shown), notes)

    def _seen(
        self,
        rgb: NDArray[np.uint8],
        maps: Mapping[str, NDArray[np.uint8]],
        lesions: Sequence[str],
        config: DiagnosisConfig,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """An upright image's lesion areas and features."""
        thresholds = self.segmentation.card.config["thresholds"]
        shown = [code for code in lesions if code in maps]
        area = lesion_features.areas(maps, thresholds, shown) if shown else np.zeros(len(lesions))
        if _burden(config):
            return area, lesion_features.burden_features(area)
        if config.segmentation:
            square = lesion_features.masked_square(rgb, maps, thresholds, lesions)
        else:
            square = lesion_features.whole_square(rgb)
        encode, _ = lesion_features.encoder(self.segmentation.network, config.backbone)
        return area, lesion_features.encoded(square[None], encode, self.segmentation.device)[0]

    def _reference(self, chain: Chain, config: DiagnosisConfig, progress: Progress) -> Features:
        """Areas and features of the synthetic images, made once for each model and look."""
        look = replace(config, clustering="", fit="", source="", lesions=())
        key = (self.version, chain.sources, chain.lesions, look)
        if key not in _REFERENCES:
            if len(_REFERENCES) >= KEPT:
                _REFERENCES.pop(next(iter(_REFERENCES)))
            # phantoms may look otherwise in another version of the engine
            made = (*key, self.similarity.version, __version__)
            _REFERENCES[key] = kept(made, lambda: self._reference_images(chain, config, progress))
        return _REFERENCES[key]

    def _reference_images(self, chain: Chain, config: DiagnosisConfig, progress: Progress) -> Features:
        """Of synthetic images: of the source diseases and of healthy eyes in turn."""
        for source in chain.sources:
            if source not in DISEASES:
                raise WrongUsage(
                    f"there are no synthetic images of {source}", remedy="Fit on the given images."
                )
        areas, features = [], []
        for index in range(2 * config.reference):
            progress(index, 2 * config.reference, f"reference images of {chain.source}")
            source = chain.sources[index // 2 % len(chain.sources)]
            disease = source if _is_source(index + 1)[index] else HEALTHY
            rgb = phantom_image(disease, config.seed, index, config.side).rgb
            maps = self.segmentation.maps(rgb) if config.segmentation else {}
            area, seen = self._seen(rgb, maps, chain.lesions, config)
            areas.append(area)
            features.append(seen)
        return np.stack(areas), np.stack(features)


def _burden(config: DiagnosisConfig) -> bool:
    return config.segmentation and config.features == "burden"


def _is_source(count: int) -> NDArray[np.bool_]:
    """Which of the reference images show a source disease: every second one."""
    return np.arange(count) % 2 == 0
