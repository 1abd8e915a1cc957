"""Weights files that plain loaders accept and `verify` must not; round trips; hashes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from engine import weights
from engine.errors import IncompatibleModel, MissingWeights
from engine.models import unet
from engine.records import ModelCard

Tensors = dict[str, torch.Tensor]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Tensors, ModelCard]:
    from dataclasses import asdict

    torch.manual_seed(0)
    network = unet.build(asdict(unet.COMPACT))
    tensors = dict(network.state_dict())
    path = tmp_path_factory.mktemp("weights") / "good.safetensors"
    card = ModelCard("lesion_unet", "1", asdict(unet.COMPACT), labels=("MA",), licence="Apache-2.0")
    return path, tensors, weights.save(path, tensors, card)


def rewritten(path: Path, values: Tensors, card: ModelCard, **changes: Any) -> Path:
    """The file with its card's fields changed by hand, as a forger or a bug would."""
    from dataclasses import asdict

    fields = asdict(card) | changes
    save_file(
        {k: v.contiguous() for k, v in values.items()}, path, metadata={weights.CARD_KEY: json.dumps(fields)}
    )
    return path


def test_good_file_passes_and_round_trips(good: tuple[Path, Tensors, ModelCard]) -> None:
    path, tensors, card = good
    assert weights.verify(path) == weights.read_card(path)
    loaded, again = weights.load(path, "lesion_unet")
    assert again.content_sha256 == card.content_sha256
    assert all(torch.equal(loaded[name], tensors[name]) for name in tensors)


def test_half_precision_comes_back_as_float32(good: tuple[Path, Tensors, ModelCard], tmp_path: Path) -> None:
    _, tensors, card = good
    big = dict(tensors)
    name = next(n for n in big if n.endswith("running_var"))
    big[name] = torch.full_like(big[name], 1e6)
    path = tmp_path / "half.safetensors"
    weights.save(path, weights.half(big), card)
    loaded, _ = weights.load(path)
    assert loaded[name].dtype == torch.float32
    assert bool(torch.isfinite(loaded[name]).all())


def _poison(value: float) -> Callable[[Tensors], Tensors]:
    def change(tensors: Tensors) -> Tensors:
        name = sorted(n for n in tensors if n.endswith("weight"))[0]
        bad = tensors[name].clone()
        bad.view(-1)[-1] = value
        return tensors | {name: bad}

    return change


def _drop(tensors: Tensors) -> Tensors:
    return dict(list(tensors.items())[1:])


def _reshape(tensors: Tensors) -> Tensors:
    name = next(n for n, t in tensors.items() if t.ndim == 4)
    return tensors | {name: tensors[name].transpose(0, 1).contiguous()}


def _retype(tensors: Tensors) -> Tensors:
    name = next(n for n, t in tensors.items() if t.ndim == 4)
    return tensors | {name: tensors[name].to(torch.int64)}


BAD = {
    "nan": _poison(float("nan")),
    "inf": _poison(float("inf")),
    "changed value": _poison(0.123),
    "missing tensor": _drop,
    "foreign tensor": lambda t: t | {"extra": torch.zeros(3)},
    "wrong shape": _reshape,
    "wrong dtype": _retype,
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_tensors_under_an_unchanged_card(
    kind: str, good: tuple[Path, Tensors, ModelCard], tmp_path: Path
) -> None:
    _, tensors, card = good
    path = rewritten(tmp_path / "bad.safetensors", BAD[kind](tensors), card)
    with pytest.raises(IncompatibleModel, match=r"bad\.safetensors"):
        weights.verify(path)


@pytest.mark.parametrize("kind", set(BAD) - {"changed value"})
def test_bad_tensors_with_a_card_that_agrees_with_them(
    kind: str, good: tuple[Path, Tensors, ModelCard], tmp_path: Path
) -> None:
    """The card is made by `save` from the bad tensors: only finiteness and the network can tell."""
    _, tensors, card = good
    path = tmp_path / "bad.safetensors"
    weights.save(path, BAD[kind](tensors), card)
    with pytest.raises(IncompatibleModel):
        weights.verify(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"system": "no_such_system"},
        {"config": {"encoder": "no_such_encoder"}},
        {"content_sha256": "0" * 64},
        {"tensors": {}},
        {"surprise": 1},
        {"labels": 5},
    ],
    ids=str,
)
def test_bad_cards(changes: dict[str, Any], good: tuple[Path, Tensors, ModelCard], tmp_path: Path) -> None:
    _, tensors, card = good
    with pytest.raises(IncompatibleModel):
        weights.verify(rewritten(tmp_path / "bad.safetensors", tensors, card, **changes))


def _duplicate_keys(data: bytes) -> bytes:
    length = int.from_bytes(data[:8], "little")
    header = data[8 : 8 + length].decode().rstrip()
    body = header[:-1] + "," + header[1:].split('"__metadata__"')[0] + '"__metadata__":{}}'
    return len(body).to_bytes(8, "little") + body.encode() + data[8 + length :]


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "seven bytes": lambda d: d[:7],
    "truncated in the header": lambda d: d[:200],
    "truncated in the data": lambda d: d[:-100],
    "longer than its header says": lambda d: d + b"\0" * 8,
    "header length beyond the file": lambda d: (2**40).to_bytes(8, "little") + d[8:],
    "header is no JSON": lambda d: d[:8] + b"x" * 50 + d[58:],
    "duplicate keys": _duplicate_keys,
    "a JPEG": lambda _: b"\xff\xd8\xff\xe0" + bytes(500),
    "deeply nested header": lambda _: (100_000).to_bytes(8, "little") + b"[" * 100_000,
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_files(kind: str, good: tuple[Path, Tensors, ModelCard], tmp_path: Path) -> None:
    path = tmp_path / "broken.safetensors"
    path.write_bytes(BROKEN[kind](good[0].read_bytes()))
    with pytest.raises(IncompatibleModel, match=r"broken\.safetensors"):
        weights.verify(path)


def test_missing_foreign_and_other_system(good: tuple[Path, Tensors, ModelCard], tmp_path: Path) -> None:
    with pytest.raises(MissingWeights):
        weights.verify(tmp_path / "none.safetensors")
    foreign = tmp_path / "foreign.safetensors"
    save_file({"a": torch.zeros(2)}, foreign)
    with pytest.raises(IncompatibleModel, match="model card"):
        weights.verify(foreign)
    with pytest.raises(IncompatibleModel, match="zoom_in_net"):
        weights.load(good[0], "zoom_in_net")


def test_every_shipped_file_is_sound() -> None:
    from engine.systems import SYSTEMS

    shipped = [row for row in SYSTEMS.values() if row.shipped_weights.is_file()]
    assert shipped
    assert all(weights.verify(row.shipped_weights).system == row.name for row in shipped)
    assert sum(row.shipped_weights.stat().st_size for row in shipped) <= 24e6


@pytest.mark.parametrize(("labels", "width"), [(3, 6), (2, 5)])
def test_embeddings_of_another_label_set_or_encoder(labels: int, width: int, tmp_path: Path) -> None:
    from engine.models import zero_shot

    config = {
        "backbone": "resnet10t",
        "backbone_options": {"channels": [4, 4, 4, 4]},
        "semantic_size": 6,
        "hidden": [4],
        "latent": 4,
        "activation": "relu",
        "relevance": "cosine",
        "dropout": 0.0,
        "views": 0,
    }
    tensors = dict(zero_shot.build(config).state_dict())
    card = ModelCard("cxr_ml_gzsl", "1", config, labels=("Mass", "Nodule"))
    path = tmp_path / "w.safetensors"
    weights.save(path, tensors | {"aux.label_embeddings": torch.rand(2, 6)}, card)
    assert weights.verify(path).labels == ("Mass", "Nodule")
    weights.save(path, tensors | {"aux.label_embeddings": torch.rand(labels, width)}, card)
    with pytest.raises(IncompatibleModel, match="label embeddings"):
        weights.verify(path)
