"""Chest findings ranked by a CLIP-type vision-language model that a site holds; not trained by us.

Any `transformers` model with image and text features serves: CLIP, SigLIP and what was made of them for
radiographs. It is read from a folder, or from the Hugging Face cache by its name, as safetensors, and nothing
is downloaded.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from huggingface_hub import try_to_load_from_cache
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from engine import devices, vocabulary, weights
from engine.data.chest_input import standardise
from engine.errors import EngineError, IncompatibleModel, MissingWeights, UnknownLabel, WrongModality
from engine.inference.clip_prompts import PromptEnsemble, ensemble, sentences
from engine.inference.predictor import Options, Picture, TypedLabel
from engine.progress import Progress, silent
from engine.records import LabelScore, Modality, ModelCard, ModelVersion, Prediction
from engine.semantics.prompts import check_typed

SYSTEM = "clip"
BATCH = 8
PROMPTS = "chest"
WEIGHTS = "model.safetensors"
TOKENS = 77  # CLIP's longest text, where a config names none
CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)  # of CLIP's own training; a folder may name others
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)
LIMITS = (
    "Not for clinical use. A foreign model: its maker says what it was trained on. "
    "Relevance scores are no probabilities."
)


def weights_file(named: Path) -> Path:
    """The safetensors file of a folder, or of a model in the Hugging Face cache by its name.

    Raises
    ------
    MissingWeights
        When neither is there; pickled weights do not count.
    """
    if named.is_file():
        return named
    if named.is_dir():
        found: Any = named / WEIGHTS
    else:
        parts = named.parts
        found = try_to_load_from_cache("/".join(parts), WEIGHTS) if len(parts) == 2 else None
    if not isinstance(found, (str, Path)) or not Path(found).is_file():
        raise MissingWeights(
            f"there is no {WEIGHTS} of a vision-language model",
            named,
            "Name its folder, or its name in the Hugging Face cache, by --weights.",
        )
    return Path(found)


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """Labels of one call with unit vectors ``[L, D]`` of their presence, and of their absence or None."""

    names: tuple[str, ...]
    typed: tuple[bool, ...]
    present: Tensor
    absent: Tensor | None


class ClipPredictor:
    """A loaded vision-language model; see `engine.inference.predictor.Predictor`.

    The frame is resized edge to edge, as for our own chest systems, so that no part of the lung is cut off
    (ours; CLIP crops the centre). No label is *seen*: what such a model has met nobody here knows.

    Attributes
    ----------
    labels
        The 14 findings of NIH; the default ranking.
    """

    least = 0

    def __init__(self, file: Path, device: torch.device) -> None:
        folder = file.parent
        self._model, self._tokenizer = _loaded(folder)
        self._model.to(device).eval()
        self._device = device
        self._size = _image_size(self._model.config, folder)
        self._mean, self._std = _normalisation(folder)
        text = getattr(self._model.config, "text_config", None)
        positions = getattr(text, "max_position_embeddings", TOKENS)
        self._longest = min(int(positions), int(self._tokenizer.model_max_length))
        self.labels = tuple(term.name for term in vocabulary.nih_findings())
        self.version = ModelVersion(SYSTEM, self._model.config.model_type, weights.file_sha256(file))
        config = {"model_type": self._model.config.model_type, "image_size": self._size, "prompts": PROMPTS}
        self.card = ModelCard(SYSTEM, self.version.version, config, self.labels, limits=LIMITS)
        self._vectors: dict[tuple[PromptEnsemble, str, str], tuple[Tensor, Tensor | None]] = {}

    @classmethod
    def load(cls, path: Path, device: str = "auto") -> Self:
        """Read a model from its folder, its safetensors file, or the cache.

        Raises
        ------
        MissingWeights, IncompatibleModel, WrongUsage
        """
        return cls(weights_file(path), devices.pick(device))

    @torch.inference_mode()
    def predict(
        self, pictures: Sequence[Picture], options: Options = Options(), progress: Progress = silent
    ) -> list[Prediction]:
        """Rankings in the order of the pictures.

        ``options.labels`` and ``options.typed`` add labels; ``options.extra["prompts"]`` names an ensemble of
        `engine.inference.clip_prompts.ENSEMBLES`.

        Raises
        ------
        WrongModality, WrongUsage, UnknownLabel, Cancelled
        """
        for picture in pictures:
            if picture.info.modality is Modality.FUNDUS or picture.pixels.ndim != 2:
                raise WrongModality(
                    "it is no chest radiograph",
                    picture.info.path,
                    "Set its modality, or choose a fundus system.",
                )
        asked = self._asked(options)
        found: list[Prediction] = []
        for start in range(0, len(pictures), BATCH):
            progress(start, len(pictures), "vision-language model")
            visual = self._embed_images(pictures[start : start + BATCH])
            scores = visual @ asked.present.T
            if asked.absent is not None:
                scores = scores - visual @ asked.absent.T
            found += [self._prediction(s, v, asked) for s, v in zip(scores.cpu(), visual.cpu(), strict=True)]
        progress(len(pictures), len(pictures), "vision-language model")
        return found

    def _prediction(self, scores: Tensor, visual: Tensor, asked: _Asked) -> Prediction:
        order = np.argsort(-scores.numpy(), kind="stable")
        ranked = tuple(LabelScore(asked.names[k], float(scores[k]), False, asked.typed[k]) for k in order)
        return Prediction(self.version, labels=ranked, embedding=visual.numpy())

    def _asked(self, options: Options) -> _Asked:
        chosen = ensemble(str(options.extra.get("prompts", PROMPTS)))
        asked = {name: TypedLabel(name) for name in (*self.labels, *map(_known, options.labels))}
        typed = {_plain(label.name): label for label in options.typed}
        for name, label in typed.items():
            check_typed(label.name, label.description)
            asked[name] = TypedLabel(name, label.description)
        both = [self._embed_label(chosen, label) for label in asked.values()]
        absent = [vector for _, vector in both if vector is not None]
        return _Asked(
            tuple(asked),
            tuple(name in typed for name in asked),
            torch.stack([vector for vector, _ in both]),
            torch.stack(absent) if absent else None,
        )

    def _embed_label(self, chosen: PromptEnsemble, label: TypedLabel) -> tuple[Tensor, Tensor | None]:
        """Unit vectors ``[D]`` of a label's presence and absence; kept for the next images."""
        key = chosen, label.name, label.description
        if key not in self._vectors:
            present, absent = sentences(chosen, label.name, label.description)
            self._vectors[key] = self._embed_texts(present), self._embed_texts(absent) if absent else None
        return self._vectors[key]

    def _embed_texts(self, texts: Sequence[str]) -> Tensor:
        """Mean of the texts' unit vectors, of length 1, ``[D]``."""
        tokens = self._tokenizer(
            list(texts),
            padding="max_length" if "siglip" in self._model.config.model_type else True,  # as it was trained
            truncation=True,
            max_length=self._longest,
            return_tensors="pt",
        )
        wanted = {k: v.to(self._device) for k, v in tokens.items() if k in ("input_ids", "attention_mask")}
        features = _features(self._model.get_text_features(**wanted))
        return functional.normalize(functional.normalize(features, dim=1).mean(0), dim=0)

    def _embed_images(self, pictures: Sequence[Picture]) -> Tensor:
        """Unit vectors ``[B, D]``."""
        grey = np.stack([standardise(picture.pixels, self._size) for picture in pictures])
        images = torch.from_numpy(grey).unsqueeze(1).to(self._device)
        pixels = (images - _channels(self._mean, images)) / _channels(self._std, images)
        with devices.autocast(self._device):
            features = _features(self._model.get_image_features(pixel_values=pixels))
        return functional.normalize(features, dim=1)


def _loaded(folder: Path) -> tuple[Any, Any]:
    """Model and tokenizer of a folder; a model that lacks weights is refused, not filled with random ones."""
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    try:
        model, told = AutoModel.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, output_loading_info=True
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except EngineError:
        raise
    except Exception as error:  # transformers raises many kinds for folders that hold something else
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise IncompatibleModel(
            f"no vision-language model can be read here ({first})", folder, "Choose its folder."
        ) from error
    if not hasattr(model, "get_text_features") or not hasattr(model, "get_image_features"):
        raise IncompatibleModel(
            f"a {model.config.model_type} model does not compare images with texts",
            folder,
            "Choose a CLIP-type model.",
        )
    missing = sorted(map(str, told["missing_keys"]))
    if missing:
        raise IncompatibleModel(f"its weights lack {missing[0]!r}", folder, "Get the model again.")
    for name, tensor in model.state_dict().items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise IncompatibleModel(
                f"tensor {name!r} has values that are not finite", folder, "Get it again."
            )
    return model.float(), tokenizer


def _features(found: Any) -> Tensor:
    """Projected features ``[N, D]``: transformers 5 wraps them."""
    return (found if isinstance(found, Tensor) else found.pooler_output).float()


def _image_size(config: Any, folder: Path) -> int:
    size = getattr(getattr(config, "vision_config", None), "image_size", None)
    if not isinstance(size, int) or size < 1:
        raise IncompatibleModel("its config names no image size", folder, "Choose a CLIP-type model.")
    return size


def _normalisation(folder: Path) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean and deviation of each channel, from the folder's preprocessor where it names them."""
    file = folder / "preprocessor_config.json"
    try:
        said = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        mean = np.asarray(said.get("image_mean", CLIP_MEAN), np.float32)
        std = np.asarray(said.get("image_std", CLIP_STD), np.float32)
        if mean.shape != (3,) or std.shape != (3,) or not (std > 0).all():
            raise ValueError("mean and deviation need three channels")
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise IncompatibleModel(
            f"its preprocessor cannot be read ({error})", file, "Get the model again."
        ) from error
    return mean, std


def _channels(values: NDArray[np.float32], like: Tensor) -> Tensor:
    return torch.from_numpy(values).to(like.device).view(1, 3, 1, 1)


def _known(name: str) -> str:
    return vocabulary.term(name).name


def _plain(name: str) -> str:
    """The vocabulary's name of a word, or the word itself."""
    try:
        return vocabulary.term(name).name
    except UnknownLabel:
        return name
