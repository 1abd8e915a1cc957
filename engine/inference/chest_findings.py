"""Ranked chest findings of both zero-shot systems: trained labels, words of the vocabulary, typed ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from engine.errors import IncompatibleModel, UnknownLabel, WrongModality
from engine.inference.cell_grid import cell_grid
from engine.inference.chest_gate import GateModel, sentence
from engine.inference.evidence import EVIDENCE as EVIDENCE_MAP
from engine.inference.evidence import GRAD_CAM, evidence_maps, grad_cam, to_stored
from engine.inference.folding import fold
from engine.inference.predictor import Options, Picture, TypedLabel
from engine.models import zero_shot
from engine.progress import Progress, silent
from engine.records import LabelScore, Modality, ModelCard, ModelVersion, NamedScore, Prediction
from engine.semantics.labels import embed_typed, label_embeddings

BATCH = 8
EVIDENCE = 5  # labels at the top that get a map unasked
NEAREST = 5
VISUAL = ("aux.replay_features", "aux.gate.mean")  # vectors of the visual encoder


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Labels of one call: names with their marks, latent vectors ``[L, D]`` and shifts ``[L]``."""

    names: tuple[str, ...]
    seen: tuple[bool, ...]
    typed: tuple[bool, ...]
    latent: Tensor
    shift: Tensor


class ChestPredictor:
    """A loaded zero-shot model; see `engine.inference.predictor.Predictor`.

    Training lowers the scores of labels that are mostly absent and raises those of frequent ones, and leaves
    labels it never met where they were: by the bare scores one label would lead in nearly every image. Each
    label is therefore shifted by a constant, so that its mean score over the training images' stored features
    is the median of the trained labels' means (ours; after calibrated stacking, Chao et al., ECCV 2016): what
    leads stands out against other images. The order of images within a label, and its AUROC, stay as they
    are; `engine.evaluation` ranks by the bare scores, as the papers do.

    Attributes
    ----------
    labels
        Trained (seen) labels; the default ranking.
    network
        On its device, not training.
    gate
        None in weights without one.
    """

    least = 0

    def __init__(
        self,
        card: ModelCard,
        version: ModelVersion,
        network: zero_shot.ZeroShotNet,
        embeddings: Tensor,
        rehearsed: Tensor | None,
        device: torch.device,
        gate: GateModel | None = None,
    ) -> None:
        self.card, self.version, self.labels = card, version, card.labels
        self.network = network.to(device).to(memory_format=torch.channels_last).eval()  # faster convolutions
        self.gate = gate
        self._device = device
        self._embeddings = embeddings.to(device)
        self._size = int(card.config["image_size"])
        self.grid = cell_grid(self.network.encoder, self._size)
        with torch.inference_mode():
            self._rehearsed = None if rehearsed is None else self.network.visual(rehearsed.to(device))

    @classmethod
    def load(cls, path: Path, device: str = "auto") -> Self:
        """Read verified weights of either system.

        Raises
        ------
        MissingWeights, IncompatibleModel, WrongUsage
        """
        tensors, card = weights.load(path, ("cxr_ml_gzsl", "cm_dml_gzsl"))
        network = zero_shot.build(card.config)
        network.load_state_dict(weights.of_network(tensors))
        version = ModelVersion(card.system, card.version, weights.file_sha256(path))
        _check_sizes(tensors, card, network, path)
        fold(network.encoder)
        embeddings, rehearsed = tensors["aux.label_embeddings"], tensors.get("aux.replay_features")
        chosen, gate = devices.pick(device), GateModel.of(tensors)
        return cls(card, version, network, embeddings, rehearsed, chosen, gate)

    @torch.inference_mode()
    def predict(
        self, pictures: Sequence[Picture], options: Options = Options(), progress: Progress = silent
    ) -> list[Prediction]:
        """Rankings in the order of the pictures.

        ``options.labels`` adds words of the vocabulary to the trained labels, ``options.typed`` labels that a
        user typed. Maps ``evidence/<label>`` and ``gradcam/<label>`` come for the five labels at the top and
        for all that were asked for, unless ``options.evidence`` is False. An image out of scope is ranked all
        the same, with a note that says so.

        Raises
        ------
        WrongModality
            When a picture is none of the chest.
        UnknownLabel, MissingExtra, Cancelled
        """
        for picture in pictures:
            _check(picture)
        asked = self.asked(options)
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
        asked = self.asked(options)
        place = asked.names.index(_plain(label.name if isinstance(label, TypedLabel) else label))
        with torch.inference_mode():
            visual = torch.from_numpy(np.asarray(embeddings, np.float32)).to(self._device)
            scores = self.scores(visual, asked)[:, place]
        return np.asarray(scores.cpu().numpy(), np.float32)

    def nearest_labels(self, label: TypedLabel) -> tuple[NamedScore, ...]:
        """Labels of the vocabulary's chest part nearest to a typed one, by cosine in the latent space."""
        names = [term.name for term in vocabulary.terms(Modality.CHEST) if term.name != _plain(label.name)]
        asked = self.asked(Options(typed=(label,), labels=tuple(names)))
        unit = functional.normalize(asked.latent, dim=1)
        place = asked.names.index(_plain(label.name))
        cosines = (unit @ unit[place]).tolist()
        known = [NamedScore(name, c) for name, c in zip(asked.names, cosines, strict=True)]
        others = [one for one in known if one.name != asked.names[place]]
        return tuple(sorted(others, key=lambda one: -one.score)[:NEAREST])

    def asked(self, options: Options) -> Asked:
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
            latent = self.network.embed_labels(torch.cat(vectors)).float()
            return Asked(tuple(names), seen, tuple(typed), latent, self._shift(latent))

    def _shift(self, latent: Tensor) -> Tensor:
        """What is added to the scores of each label ``[L]``, of which the trained ones come first."""
        if self._rehearsed is None:
            return torch.zeros(len(latent), device=self._device)
        means = self.network.scores(self._rehearsed, latent).mean(0)
        return means[: len(self.labels)].median() - means

    def scores(self, visual: Tensor, asked: Asked) -> Tensor:
        """Relevance ``[B, L]`` of latent visual vectors ``[B, D]``, shifted."""
        return self.network.scores(visual, asked.latent) + asked.shift

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
        self, pictures: Sequence[Picture], asked: Asked, wanted: set[str], evidence: bool
    ) -> list[Prediction]:
        images = np.stack([standardise(picture.pixels, self._size) for picture in pictures])
        with devices.autocast(self._device):
            found = self.network.described(torch.from_numpy(images).unsqueeze(1).to(self._device))
        pooled, features = (part.float() for part in found)
        visual = self.network.visual(pooled)
        scores = self.scores(visual, asked).cpu().numpy()
        gates = (
            self.gate.judge(pooled, [p.info.view for p in pictures]) if self.gate else [None] * len(pictures)
        )
        return [
            Prediction(
                self.version,
                labels=_ranking(scores[k], asked),
                maps=self._maps(picture, features[k], scores[k], asked, wanted) if evidence else {},
                embedding=visual[k].cpu().numpy(),
                notes=(sentence(gate),) if gate and not gate.in_scope else (),
                gate=gate,
            )
            for k, (picture, gate) in enumerate(zip(pictures, gates, strict=True))
        ]

    def _maps(
        self, picture: Picture, features: Tensor, scores: NDArray[np.float32], asked: Asked, wanted: set[str]
    ) -> dict[str, NDArray[np.float32]]:
        """Both views of the labels at the top and of those that were asked for, in the stored frame."""
        order = np.argsort(-scores, kind="stable")
        shown = [int(k) for rank, k in enumerate(order) if rank < EVIDENCE or asked.names[k] in wanted]
        latent = asked.latent[shown]
        maps = {}
        for prefix, view in ((EVIDENCE_MAP, evidence_maps), (GRAD_CAM, grad_cam)):
            for k, upright in zip(shown, view(self.network, features, latent, self.grid), strict=True):
                maps[f"{prefix}/{asked.names[k]}"] = to_stored(upright, picture.info.orientation)
        return maps


def _ranking(scores: NDArray[np.float32], asked: Asked) -> tuple[LabelScore, ...]:
    """Labels by falling score."""
    order = np.argsort(-scores, kind="stable")
    return tuple(LabelScore(asked.names[k], float(scores[k]), asked.seen[k], asked.typed[k]) for k in order)


def _check_sizes(
    tensors: Mapping[str, Tensor], card: ModelCard, network: zero_shot.ZeroShotNet, path: Path
) -> None:
    """Refuse weights without label embeddings, or with stored vectors of another visual encoder.

    That the embeddings fit labels and text encoder is checked by `engine.weights.verify`.
    """
    size = network.encoder.channels[-1]
    found = {name: tensors[name].shape[-1] for name in VISUAL if name in tensors}
    odd = next((name for name, side in found.items() if side != size), "")
    if odd:
        raise IncompatibleModel(
            f"{odd} is of {found[odd]} features, its visual encoder gives {size}",
            path,
            "Get the file again, or train it anew.",
        )
    if "aux.label_embeddings" not in tensors:
        raise IncompatibleModel(
            f"aux.label_embeddings of its {len(card.labels)} labels is missing", path, "Get the file again."
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
