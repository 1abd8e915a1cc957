"""Embeddings of the vocabulary's labels: made once by a command, shipped, and read without a language model.

``python -m engine.semantics`` writes ``resources/labels/embeddings_minilm.safetensors`` again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from engine import vocabulary
from engine.errors import IncompatibleModel, UnknownLabel
from engine.semantics.encoders import MINILM, text_encoder
from engine.semantics.prompts import term_prompts, typed_prompts

SHIPPED_STYLE = "ensemble"


@dataclass(frozen=True, slots=True, eq=False)
class LabelEmbeddings:
    """Vectors of labels, all of one encoder and prompt style.

    Attributes
    ----------
    vectors
        float32 ``[len(names), size]``.
    """

    encoder: str
    style: str
    names: tuple[str, ...]
    vectors: Tensor

    def of(self, names: Sequence[str]) -> Tensor:
        """Vectors ``[len(names), size]`` in that order.

        Raises
        ------
        UnknownLabel
            When one is missing.
        """
        places = {name: place for place, name in enumerate(self.names)}
        missing = [name for name in names if name not in places]
        if missing:
            raise UnknownLabel("no embedding is stored for it", repr(missing[0]), "Type it as a new label.")
        return self.vectors[[places[name] for name in names]]

    def require(self, encoder: str, style: str) -> None:
        """Refuse vectors of another encoder or prompt style: their cosines would mean nothing.

        Raises
        ------
        IncompatibleModel
        """
        if (self.encoder, self.style) != (encoder, style):
            raise IncompatibleModel(
                f"labels embedded by {self.encoder} ({self.style}) do not fit a model that was trained with "
                f"{encoder} ({style})",
                remedy="Embed the labels with the model's own encoder.",
            )


def shipped_path(encoder: str = MINILM) -> Path:
    """Where the shipped embeddings of an encoder lie."""
    return vocabulary.LABELS / f"embeddings_{encoder}.safetensors"


def label_embeddings(
    names: Sequence[str], encoder: str = MINILM, style: str = SHIPPED_STYLE, folder: str = ""
) -> LabelEmbeddings:
    """Embeddings of labels of the vocabulary: the shipped ones where they fit, else made now.

    Raises
    ------
    UnknownLabel
        When the vocabulary has no such label.
    MissingExtra
        When they are not shipped and the encoder is not on this machine.
    """
    terms = [vocabulary.term(name) for name in names]
    plain = tuple(term.name for term in terms)
    path = shipped_path(encoder)
    if path.is_file() and not folder:
        found = read(path)
        if found.style == style and set(plain) <= set(found.names):
            return LabelEmbeddings(encoder, style, plain, found.of(plain))
    model = text_encoder(encoder, folder)
    vectors = torch.stack([model.embed_label(term_prompts(term, style)) for term in terms])
    return LabelEmbeddings(encoder, style, plain, vectors)


def embed_typed(name: str, description: str, encoder: str, style: str, folder: str = "") -> Tensor:
    """Vector ``[size]`` of a label that a user typed.

    Raises
    ------
    MissingExtra
        When the encoder is not on this machine.
    WrongUsage
        When the name is empty.
    """
    texts = typed_prompts(name, description, style)
    return text_encoder(encoder, folder).embed_label(texts)


def write(path: Path, embeddings: LabelEmbeddings) -> None:
    """Store embeddings as safetensors with their encoder, style, names and the hash of their texts."""
    metadata = {
        "encoder": embeddings.encoder,
        "style": embeddings.style,
        "names": json.dumps(embeddings.names),
        "texts_sha256": texts_sha256(embeddings.names, embeddings.style),
    }
    save_file({"embeddings": embeddings.vectors.contiguous()}, path, metadata=metadata)


def read(path: Path) -> LabelEmbeddings:
    """Embeddings written by `write`.

    Raises
    ------
    IncompatibleModel
        When the file is damaged or something else.
    """
    try:
        with safe_open(path, framework="pt") as stream:
            notes = stream.metadata()
            vectors = stream.get_tensor("embeddings").float()
        names = tuple(json.loads(notes["names"]))
        if vectors.shape[:1] != (len(names),) or not bool(torch.isfinite(vectors).all()):
            raise ValueError("names and vectors do not agree")
        return LabelEmbeddings(notes["encoder"], notes["style"], names, vectors)
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise IncompatibleModel(
            f"not a file of label embeddings ({error})", path, "Write it again: python -m engine.semantics."
        ) from error


def texts_sha256(names: Sequence[str], style: str) -> str:
    """Hash over all texts that stand for these labels: tells when a definition changed since."""
    texts = [list(term_prompts(vocabulary.term(name), style)) for name in names]
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()
