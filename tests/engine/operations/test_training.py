from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from engine import weights
from engine.errors import StoreUnavailable, WrongUsage
from engine.operations.training import changed, train_system
from engine.training.recipes import cxr_ml_gzsl
from tests.engine.operations import tiny


@dataclass(frozen=True)
class Part:
    steps: int = 1
    rate: float = 0.1


@dataclass(frozen=True)
class Config:
    loop: Part = field(default_factory=Part)
    sizes: tuple[int, ...] = (1, 2)
    name: str = "a"
    flip: bool = True
    mixed: int | None = None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("name=b=c", Config(name="b=c")),
        ("name=12x", Config(name="12x")),
        ("sizes=[3]", Config(sizes=(3,))),
        ("flip=false", Config(flip=False)),
        ("mixed=4", Config(mixed=4)),
        ("loop.steps=7", Config(loop=Part(steps=7))),
        ("loop.rate=1", Config(loop=Part(rate=1.0))),
    ],
)
def test_fields_are_changed_keeping_their_type(change, expected):
    found = changed(Config(), [change])
    assert found == expected
    assert type(found.loop.rate) is float


def test_changes_add_up():
    assert changed(Config(), ["loop.steps=7", "loop.rate=2.5", "name=b"]) == Config(Part(7, 2.5), name="b")


@pytest.mark.parametrize(
    "change",
    ["name", "colour=1", "loop=3", "loop.colour=3", "loop.steps=often", "loop.steps=1.5", "loop.steps=true",
     "flip=1", "sizes=3", "name.x=1", "=1"],
)  # fmt: skip
def test_what_changes_no_field_is_refused(change):
    with pytest.raises(WrongUsage) as error:
        changed(Config(), [change])
    assert error.value.remedy


def test_training_gives_weights_that_verify_and_a_card_with_its_command(tmp_path, monkeypatch):
    small = replace(
        cxr_ml_gzsl.CONFIGS["shipped"],
        backbone=tiny.CHEST["backbone"], backbone_options=tiny.CHEST["backbone_options"],
        hidden=(8,), latent=4, image_size=40, views=0,
        augmentation=replace(cxr_ml_gzsl.CONFIGS["shipped"].augmentation, crop=36),
        phantoms=8, test_phantoms=2, phantom_share=0.5, batch=4, epochs=1, warmup=0, source_balance=0.0,
    )  # fmt: skip
    monkeypatch.setitem(cxr_ml_gzsl.CONFIGS, "shipped", small)
    out = tmp_path / "new" / "folder" / "model.safetensors"
    metrics = train_system(
        "cxr_ml_gzsl", None, out, changes=["seed=3"], device="cpu", command="lynceus-engine train cxr_ml_gzsl"
    )
    card = weights.verify(out)
    assert (card.seed, card.command) == (3, "lynceus-engine train cxr_ml_gzsl")
    assert set(metrics) == set(card.metrics)
    assert not card.real_images


def test_a_place_that_cannot_be_written_is_said_before_training(tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(StoreUnavailable):
        train_system("lesion_unet", None, tmp_path / "file" / "a.safetensors", device="cpu")
    with pytest.raises(WrongUsage):
        train_system("lesion_unet", None, tmp_path, device="cpu")
