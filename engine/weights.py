"""Weights on disk: safetensors with a model card in the header, checked before anything is loaded.

Plain loaders accept files with NaN, wrong shapes, missing and duplicate keys; `verify` does not.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file

from engine import systems
from engine.errors import IncompatibleModel, MissingWeights
from engine.records import ModelCard

CARD_KEY = "lynceus.card"
MAX_HEADER_BYTES = 100_000_000  # the safetensors format's own limit
DTYPES = {
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.float32: "F32",
    torch.int64: "I64",
    torch.uint8: "U8",
}


def save(path: Path, tensors: Mapping[str, torch.Tensor], card: ModelCard) -> ModelCard:
    """Write tensors and their card; atomic, so a half-written file never takes a good one's place.

    Returns
    -------
    ModelCard
        The card as written, with the tensor table, content hash and time filled in.
    """
    flat = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    table = {name: (DTYPES[t.dtype], tuple(t.shape)) for name, t in flat.items()}
    card = replace(
        card,
        tensors=table,
        content_sha256=content_hash(flat),
        created=card.created or datetime.now(UTC).isoformat(timespec="seconds"),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    save_file(flat, unfinished, metadata={CARD_KEY: json.dumps(asdict(card), sort_keys=True)})
    unfinished.replace(path)
    return card


def content_hash(tensors: Mapping[str, torch.Tensor]) -> str:
    """SHA-256 over name, dtype, shape and bytes of every tensor in name order."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].contiguous()
        digest.update(f"{name}|{DTYPES[tensor.dtype]}|{tuple(tensor.shape)}|".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, lower-case hex: the weights' hash that every prediction carries."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_card(path: Path) -> ModelCard:
    """The card of a weights file; reads the header only.

    Raises
    ------
    MissingWeights, IncompatibleModel
    """
    if not path.is_file():
        raise MissingWeights("no such weights file", path, "Train the system or choose another file.")
    header = _header(path)
    text = header.get("__metadata__", {}).get(CARD_KEY)
    if text is None:
        raise IncompatibleModel("it has no Lynceus model card", path, "Choose a file that Lynceus wrote.")
    return parse_card(text, path)


def parse_card(text: str, path: Path) -> ModelCard:
    """A card from its JSON text."""
    try:
        fields = json.loads(text)
        fields["labels"] = tuple(fields["labels"])
        fields["tensors"] = {k: (d, tuple(s)) for k, (d, s) in fields["tensors"].items()}
        return ModelCard(**fields)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise IncompatibleModel(
            f"its model card cannot be read ({error})", path, "Get the file again."
        ) from error


def load(
    path: Path, system: str | tuple[str, ...] | None = None
) -> tuple[dict[str, torch.Tensor], ModelCard]:
    """Verified tensors and card of a weights file; float16 tensors come back as float32.

    Raises
    ------
    MissingWeights, IncompatibleModel
        See `verify`; also when the file belongs to another system.
    """
    card = verify(path)
    wanted = (system,) if isinstance(system, str) else system
    if wanted and card.system not in wanted:
        raise IncompatibleModel(
            f"it is a {card.system} model, not {' or '.join(wanted)}", path, "Choose another file."
        )
    tensors = load_file(path)
    return {k: v.float() if v.dtype == torch.float16 else v for k, v in tensors.items()}, card


def of_network(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Tensors of the network itself, for ``load_state_dict``: without what is kept beside it as ``aux.``."""
    return {name: tensor for name, tensor in tensors.items() if not name.startswith("aux.")}


def verify(path: Path) -> ModelCard:
    """Check a weights file wholly before anything of it reaches a model.

    Header sane and without duplicate keys; names, dtypes and shapes as in the card and as the network
    that the card's config describes; every value finite; the content hash right.

    Raises
    ------
    MissingWeights
        When there is no file.
    IncompatibleModel
        With the first thing found wrong.
    """
    card = read_card(path)
    try:
        with safe_open(path, framework="pt") as stream:
            names = set(stream.keys())
            _same_names(names, set(card.tensors), "its card", path)
            tensors = {name: stream.get_tensor(name) for name in sorted(names)}
    except (SafetensorError, OSError, ValueError, RuntimeError) as error:
        raise IncompatibleModel(
            f"not a sound safetensors file ({error})", path, "Get the file again."
        ) from error
    for name, tensor in tensors.items():
        _check_tensor(name, tensor, card.tensors[name], path)
    if content_hash(tensors) != card.content_sha256:
        raise IncompatibleModel("its values do not match the hash in its card", path, "Get the file again.")
    _check_network(tensors, card, path)
    _check_labels(tensors, card, path)
    return card


def _header(path: Path) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        if len(names) != len(set(names)):
            raise ValueError("a key stands twice")
        return dict(pairs)

    size = path.stat().st_size
    try:
        with path.open("rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
            if size < 8 or not 2 <= length <= min(size - 8, MAX_HEADER_BYTES):
                raise ValueError("the header's length is wrong")
            header = json.loads(stream.read(length), object_pairs_hook=unique)
        if not isinstance(header, dict) or not isinstance(header.get("__metadata__", {}), dict):
            raise ValueError("the header is no table")
    except (ValueError, RecursionError) as error:
        raise IncompatibleModel(
            f"not a sound safetensors file ({error})", path, "Get the file again."
        ) from error
    return header


def _same_names(found: set[str], wanted: set[str], whose: str, path: Path) -> None:
    for names, verb in ((wanted - found, "lacks"), (found - wanted, "has the foreign")):
        if names:
            raise IncompatibleModel(
                f"it {verb} tensor {min(names)!r} of {whose}", path, "Get the file again."
            )


def _check_tensor(name: str, tensor: torch.Tensor, spec: tuple[str, tuple[int, ...]], path: Path) -> None:
    dtype = DTYPES.get(tensor.dtype, str(tensor.dtype))
    if (dtype, tuple(tensor.shape)) != (spec[0], tuple(spec[1])):
        raise IncompatibleModel(
            f"tensor {name!r} is {dtype} {tuple(tensor.shape)}, its card says {spec}", path
        )
    if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
        raise IncompatibleModel(
            f"tensor {name!r} has values that are not finite", path, "Get the file again."
        )


def _check_network(tensors: Mapping[str, torch.Tensor], card: ModelCard, path: Path) -> None:
    """Compare with the network that the card describes, built without memory on the meta device.

    Tensors whose names start with ``aux.`` (galleries, label embeddings) belong to no network.
    """
    if card.system not in systems.SYSTEMS:
        raise IncompatibleModel(f"it is of an unknown system {card.system!r}", path)
    try:
        with torch.device("meta"):
            network = systems.load_part(systems.SYSTEMS[card.system].network)(dict(card.config))
    except Exception as error:  # any config that does not build a network makes the file unusable
        raise IncompatibleModel(f"its config builds no network ({error})", path) from error
    expected = network.state_dict()
    _same_names(set(of_network(tensors)), set(expected), "its network", path)
    for name, value in expected.items():
        found, wanted = tensors[name], tuple(value.shape)
        if tuple(found.shape) != wanted or found.is_floating_point() != value.is_floating_point():
            raise IncompatibleModel(
                f"tensor {name!r} is {DTYPES[found.dtype]} {tuple(found.shape)}, its network needs {wanted}",
                path,
            )


def _check_labels(tensors: Mapping[str, torch.Tensor], card: ModelCard, path: Path) -> None:
    """Refuse embeddings of another label set, or of an encoder of another width, than the card's."""
    found = tensors.get("aux.label_embeddings")
    if found is None:
        return
    wanted = (len(card.labels), int(card.config["semantic_size"]))
    if tuple(found.shape) != wanted:
        raise IncompatibleModel(
            f"its label embeddings are {tuple(found.shape)}; its labels and text encoder need {wanted}",
            path,
            "Get the file again, or train anew with these labels.",
        )


def half(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Floating tensors as float16 for shipping; clamped, since batch-norm variances can exceed its range."""
    limit = math.floor(torch.finfo(torch.float16).max)
    return {k: v.clamp(-limit, limit).half() if v.dtype == torch.float32 else v for k, v in tensors.items()}
