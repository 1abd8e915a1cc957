"""Ranked chest findings of both zero-shot systems: trained labels, words of the vocabulary, typed ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from engine import devices, systems, vocabulary, weights
from engine.data.chest_input import standardise
from engine.errors import UnknownLabel, WrongModality
from engine.inference.evidence import evidence_maps, to_stored
from engine.inference.predictor import Options, Picture, TypedLabel
from engine.models import zero_shot
from engine.progress import Progress, silent
from engine.records import LabelScore, Modality, ModelCard, ModelVersion, NamedScore, Prediction
from engine.semantics.labels import embed_typed, label_embeddings

BATCH = 8
EVIDENCE = 5  # labels at the top that get a map unasked
NEAREST = 5


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """Labels of one call: names with their marks, latent vectors ``[L, D]`` and shifts ``[L]``."""

    names: tuple[str, ...]
    seen: tuple[bool, ...]
    typed: tuple[bool, ...]
    latent: Tensor
    shift: Tensor


class ChestPredictor:
    """A loaded zero-shot model; see `engine.inference.predictor.Predictor`.

    Training lowers the scores of labels that are mostly absent, but not those of labels it never met, which
    would so outrank all others in every image. Each untrained label is therefore shifted by a constant, so
    that its mean score over the training images' stored features is the median of the trained labels' means
    (ours; after calibrated stacking, Chao et al., ECCV 2016). The order of images within a label, and its
    AUROC, stay as they are.

    Attributes
    ----------
    labels
        Trained (seen) labels; the default ranking.
    """

    def __init__(
        self,
        card: ModelCard,
        version: ModelVersion,
        network: zero_shot.ZeroShotNet,
        embeddings: Tensor,
        rehearsed: Tensor | None,
        device: torch.device,
    ) -> None:
        self.card, self.version, self.labels = card, version, card.labels
        self._network = network.to(device).eval()
        self._device = device
        self._embeddings = embeddings.to(device)
        self._size = int(card.config["image_size"])
        with torch.inference_mode():
            self._rehearsed = None if rehearsed is None else self._network.visual(rehearsed.to(device))

    @classmethod
    def load(cls, path: Path, device: str = "auto") -> Self:
        """Read verified weights of either system.

        Raises
        ------
        MissingWeights, IncompatibleModel, WrongUsage
        """
        tensors, card = weights.load(path, ("cxr_ml_gzsl", "cm_dml_gzsl"))
        network = zero_shot.build(card.config)
        network.load_state_dict({k: v for k, v in tensors.items() if not k.startswith("aux.")})
        version = ModelVersion(card.system, card.version, weights.file_sha256(path))
        embeddings, rehearsed = tensors["aux.label_embeddings"], tensors.get("aux.replay_features")
        return cls(card, version, network, embeddings, rehearsed, devices.pick(device))

    @torch.inference_mode()
    def predict(
        self, pictures: Sequence[Picture], options: Options = Options(), progress: Progress = silent
    ) -> list[Prediction]:
        """Rankings in the order of the pictures.

        ``options.labels`` adds words of the vocabulary to the trained labels, ``options.typed`` labels that a
        user typed. Maps ``evidence/<label>`` come for the five labels at the top and for all that were asked
        for, unless ``options.evidence`` is False.

        Raises
        ------
        WrongModality
            When a picture is none of the chest.
        UnknownLabel, MissingExtra, Cancelled
        """
        for picture in pictures:
            _check(picture)
        asked = self._asked(options)
        wanted = set(asked.names[len(self.labels) :])
        found: list[Prediction] = []
        for start in range(0, len(pictures), BATCH):
            progress(start, len(pictures), systems.system(self.version.system).title)
            found += self._predict(pictures[start : start + BATCH], asked, wanted, options.evidence)
        progress(len(pictures), len(pictures), systems.system(self.version.system).title)
        return found

    def rank_embeddings(
        self, embeddings: NDArray[np.float32], label: TypedLabel | str
    ) -> NDArray[np.float32]:
        """Relevance ``[N]`` of one label to images by their stored ``Prediction.embedding`` ``[N, D]``.

        Ranks a whole worklist at once: no image is read again.
        """
        options = Options(typed=(label,)) if isinstance(label, TypedLabel) else Options(labels=(label,))
        asked = self._asked(options)
        place = asked.names.index(_plain(label.name if isinstance(label, TypedLabel) else label))
        with torch.inference_mode():
            visual = torch.from_numpy(np.asarray(embeddings, np.float32)).to(self._device)
            scores = self._scores(visual, asked)[:, place]
        return np.asarray(scores.cpu().numpy(), np.float32)

    def nearest_labels(self, label: TypedLabel) -> tuple[NamedScore, ...]:
        """Labels of the vocabulary's chest part nearest to a typed one, by cosine in the latent space."""
        names = [term.name for term in vocabulary.terms(Modality.CHEST) if term.name != _plain(label.name)]
        asked = self._asked(Options(typed=(label,), labels=tuple(names)))
        unit = functional.normalize(asked.latent, dim=1)
        place = asked.names.index(_plain(label.name))
        cosines = (unit @ unit[place]).tolist()
        known = [NamedScore(name, c) for name, c in zip(asked.names, cosines, strict=True)]
        others = [one for one in known if one.name != asked.names[place]]
        return tuple(sorted(others, key=lambda one: -one.score)[:NEAREST])

    def _asked(self, options: Options) -> _Asked:
        """Trained labels, then what the options add, each once; a typed word for a known one is that one."""
        names, typed = list(self.labels), [False] * len(self.labels)
        vectors = [self._embeddings]
        extra = [vocabulary.term(name).name for name in options.labels if name not in names]
        for name in dict.fromkeys(extra):
            if name not in names:
                names.append(name)
                typed.append(False)
                vectors.append(self._embed_known(name))
        for label in options.typed:
            name = _plain(label.name)
            if name in names:
                typed[names.index(name)] = True
                continue
            names.append(name)
            typed.append(True)
            vectors.append(self._embed_typed(label))
        seen = tuple(name in self.labels for name in names)
        with torch.inference_mode():
            latent = self._network.embed_labels(torch.cat(vectors)).float()
            return _Asked(tuple(names), seen, tuple(typed), latent, self._shift(latent))

    def _shift(self, latent: Tensor) -> Tensor:
        """What is added to the scores of each label ``[L]``: 0 for the trained ones, which come first."""
        shift = torch.zeros(len(latent), device=self._device)
        if self._rehearsed is not None:
            means = self._network.scores(self._rehearsed, latent).mean(0)
            trained = len(self.labels)
            shift[trained:] = means[:trained].median() - means[trained:]
        return shift

    def _scores(self, visual: Tensor, asked: _Asked) -> Tensor:
        return self._network.scores(visual, asked.latent) + asked.shift

    def _embed_known(self, name: str) -> Tensor:
        found = label_embeddings([name], self.card.config["encoder"], self.card.config["prompt_style"])
        found.require(self.card.config["encoder"], self.card.config["prompt_style"])
        return found.vectors.to(self._device)

    def _embed_typed(self, label: TypedLabel) -> Tensor:
        if not label.description and _plain(label.name) in _chest_names():
            return self._embed_known(_plain(label.name))
        config = self.card.config
        vector = embed_typed(label.name, label.description, config["encoder"], config["prompt_style"])
        return vector.unsqueeze(0).to(self._device)

    def _predict(
        self, pictures: Sequence[Picture], asked: _Asked, wanted: set[str], evidence: bool
    ) -> list[Prediction]:
        images = np.stack([standardise(picture.pixels, self._size) for picture in pictures])
        with devices.autocast(self._device):
            features = self._network.features(torch.from_numpy(images).unsqueeze(1).to(self._device))
        features = features.float()
        visual = self._network.visual(features.mean((2, 3)))
        scores = self._scores(visual, asked).cpu().numpy()
        return [
            self._prediction(picture, features[k], visual[k], scores[k], asked, wanted, evidence)
            for k, picture in enumerate(pictures)
        ]

    def _prediction(
        self,
        picture: Picture,
        features: Tensor,
        visual: Tensor,
        scores: NDArray[np.float32],
        asked: _Asked,
        wanted: set[str],
        evidence: bool,
    ) -> Prediction:
        order = np.argsort(-scores, kind="stable")
        shown = [k for rank, k in enumerate(order) if rank < EVIDENCE or asked.names[k] in wanted]
        maps = {}
        if evidence:
            upright = evidence_maps(self._network, features, asked.latent[shown])
            maps = {
                f"evidence/{asked.names[k]}": to_stored(one, picture.info.orientation)
                for k, one in zip(shown, upright, strict=True)
            }
        return Prediction(
            self.version,
            labels=tuple(
                LabelScore(asked.names[k], float(scores[k]), asked.seen[k], asked.typed[k]) for k in order
            ),
            maps=maps,
            embedding=visual.cpu().numpy(),
        )


def _check(picture: Picture) -> None:
    if picture.info.modality is Modality.FUNDUS or picture.pixels.ndim != 2:
        raise WrongModality(
            "it is no chest radiograph", picture.info.path, "Set its modality, or choose a fundus system."
        )


def _chest_names() -> set[str]:
    return {term.name for term in vocabulary.terms(Modality.CHEST)}


def _plain(name: str) -> str:
    """The vocabulary's name of a word, or the word itself."""
    try:
        return vocabulary.term(name).name
    except UnknownLabel:
        return name
