"""Which known diseases a photograph resembles (paper 000, section 3.1)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from engine import devices, weights
from engine.data.fundus_square import fundus_square
from engine.errors import UnknownLabel, WrongModality
from engine.inference import gallery
from engine.inference.predictor import Options, Picture
from engine.models import siamese
from engine.progress import Progress, silent
from engine.records import Modality, ModelCard, ModelVersion, NamedScore, Prediction

SYSTEM = "disease_similarity"
PLAIN = Options()
UNPROVEN = "Disease similarity was trained on synthetic images only: unproven on photographs."


class SimilarityPredictor:
    """A loaded twin network with its gallery of known diseases."""

    least = 0

    def __init__(
        self,
        network: siamese.SiameseNetwork,
        known: gallery.Gallery,
        card: ModelCard,
        version: ModelVersion,
        device: torch.device,
    ) -> None:
        self.network, self.gallery = network.to(device).eval(), known
        self.card, self.version, self.device = card, version, device

    @classmethod
    def load(cls, weights_file: Path, device: str = "auto") -> Self:
        """Read verified weights (`engine.weights.load`)."""
        tensors, card = weights.load(weights_file, SYSTEM)
        network = siamese.build(card.config)
        network.load_state_dict(weights.of_network(tensors))
        known = gallery.read(tensors, card.labels)
        version = ModelVersion(SYSTEM, card.version, weights.file_sha256(weights_file))
        return cls(network, known, card, version, devices.pick(device))

    def predict(
        self, pictures: Sequence[Picture], options: Options = PLAIN, progress: Progress = silent
    ) -> list[Prediction]:
        """``similar`` ranked from the most similar disease, and the embedding of each picture.

        Raises
        ------
        WrongModality
            For an image that is not a fundus photograph.
        """
        notes = () if self.card.real_images else (UNPROVEN,)
        embedded = self.embed(pictures, progress)
        scores = self.gallery.similarities(self.network, embedded)
        return [
            Prediction(self.version, similar=self.ranked(row), embedding=vector, notes=notes)
            for row, vector in zip(scores, embedded, strict=True)
        ]

    def embed(self, pictures: Sequence[Picture], progress: Progress = silent) -> NDArray[np.float32]:
        """Unit embeddings float32 ``[N, E]``."""
        size = int(self.card.config["size"])
        vectors = []
        for done, picture in enumerate(pictures):
            progress(done, len(pictures), f"similar diseases of {picture.info.path.name}")
            if picture.info.modality is Modality.CHEST:
                raise WrongModality(
                    "fundus diseases are sought in fundus photographs only",
                    picture.info.path,
                    "Set its modality.",
                )
            square = fundus_square(picture.pixels, size).pixels[None]
            vectors.append(gallery.embed(self.network, square, self.device)[0])
        progress(len(pictures), len(pictures), "similar diseases")
        return np.stack(vectors) if vectors else np.zeros((0, self.network.config.embedding), np.float32)

    def ranked(self, scores: NDArray[np.float32]) -> tuple[NamedScore, ...]:
        """Diseases by falling similarity ``[K]``."""
        order = np.argsort(-scores, kind="stable")
        return tuple(NamedScore(self.gallery.names[i], float(scores[i])) for i in order)

    def most_similar(self, disease: str) -> tuple[NamedScore, ...]:
        """The other diseases by their similarity to one that the gallery knows.

        Raises
        ------
        UnknownLabel
            When the gallery does not know it.
        """
        if disease not in self.gallery.names:
            raise UnknownLabel(
                "the gallery has no images of this disease", disease, "Give example images instead."
            )
        place = self.gallery.names.index(disease)
        row = np.nan_to_num(self.gallery.matrix(self.network)[place], nan=-1.0)
        return tuple(score for score in self.ranked(row) if score.name != disease)
