from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine import weights
from engine.errors import IncompatibleModel, MissingWeights, TooFewSamples
from engine.inference.grading import GradingPredictor
from engine.inference.predictor import Picture
from engine.models.zoom_in_net import NetworkConfig, as_dict, build
from engine.records import ImageInfo, Instance, Laterality, ModelCard, ReviewedImage
from engine.training.loop import LoopConfig
from engine.training.recipes.zoom_in_net_replay import PREFIX, embed
from engine.training.recipes.zoom_in_net_tuning import Heads, TuningConfig, fellows, tune

SLIM = {"channels": [8, 8, 8, 16], "stem_type": "", "stem_width": 8}
NETWORK = NetworkConfig(96, 240, 39, 4, 64, "resnet10t", SLIM, "resnet10t", SLIM, hidden=8, temperature=2.0)
CONFIG = TuningConfig(loop=LoopConfig(250, 5e-2, warmup=5), views=2, batch=16, examples=0.8, anchor=1e-5)


def example(number: int, grade: int | None, side: Laterality = Laterality.RIGHT, case: int | None = None,
            held_back: bool = False) -> ReviewedImage:  # fmt: skip
    info = ImageInfo(Path(f"{number}.png"), "0" * 64, "png", 60, 60, samples=3, laterality=side)
    instance = Instance(number, number if case is None else case, info)
    return ReviewedImage(instance, f"p{number}", grade=grade, held_back=held_back)


def picture(of: ReviewedImage) -> Picture:
    """Stripes, finer for every further image: even an untrained network tells them apart."""
    wave = np.sin(np.arange(60) * (0.2 + 0.5 * of.instance.id))
    pixels = np.broadcast_to(120 + 60 * wave, (60, 60))
    return Picture(of.instance.info, np.dstack([pixels] * 3).astype(np.uint8))


@pytest.fixture
def base(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    network = build(as_dict(NETWORK))
    wave = 120 + 60 * torch.sin(torch.arange(240) * torch.linspace(0.1, 1, 20).view(-1, 1))
    high = wave.view(20, 1, 240, 1).expand(20, 3, 240, 240).to(torch.uint8)
    main, crop = embed(network, high[..., ::2, ::2][..., :96, :96], high)
    replay = {
        PREFIX + "main": main,
        PREFIX + "crop": crop,
        PREFIX + "grade": torch.arange(20) % 5,
        PREFIX + "dme": torch.full((20,), -1),
    }
    path = tmp_path / "base.safetensors"
    card = ModelCard("zoom_in_net", "1", as_dict(NETWORK), metrics={"calibrated": True}, data="Some.")
    weights.save(path, weights.half(dict(network.state_dict()) | replay), card)
    return path


def test_the_new_model_gives_the_corrected_grades(base: Path, tmp_path: Path) -> None:
    examples = [example(k, grade) for k, grade in enumerate([4, 0, 3, 1])]
    old = GradingPredictor.load(base).predict([picture(e) for e in examples])
    card = tune(base, examples, picture, tmp_path / "new.safetensors", CONFIG)
    new = GradingPredictor.load(tmp_path / "new.safetensors").predict([picture(e) for e in examples])
    wanted = [e.grade for e in examples]
    scores = [[p.withheld.grade for p in said if p.withheld] for said in (old, new)]  # stripes are no retina
    assert scores[0] != wanted
    assert scores[1] == wanted
    assert card.metrics["after"]["examples"] == 1 > card.metrics["before"]["examples"]
    assert card.metrics["after"]["replay"] >= card.metrics["before"]["replay"]


def test_what_the_card_says_and_what_stays(base: Path, tmp_path: Path) -> None:
    out = tmp_path / "new.safetensors"
    card = tune(base, [example(1, 2)], picture, out, replace(CONFIG, version="7"))
    assert weights.verify(out).version == "7"
    assert "1 reviewed image" in card.data
    assert card.parent.startswith("zoom_in_net 1 ")
    assert card.config["temperature"] == 1.0  # a fitted temperature does not outlive its model
    assert "calibrated" not in card.metrics
    before, after = weights.load(base)[0], weights.load(out)[0]
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed == {
        f"{part}.classifier.{kind}" for part in ("main", "crop") for kind in ("weight", "bias")
    }


def test_held_back_and_ungraded_images_take_no_part(base: Path, tmp_path: Path) -> None:
    examples = [example(1, 2, held_back=True), example(2, None)]

    def refuse(of: ReviewedImage) -> Picture:
        raise AssertionError(f"{of.patient_key} was looked at")

    with pytest.raises(TooFewSamples):
        tune(base, examples, refuse, tmp_path / "new.safetensors", CONFIG)


def test_bases_that_do_not_do(base: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingWeights):
        tune(tmp_path / "none.safetensors", [example(1, 2)], picture, tmp_path / "x.safetensors", CONFIG)
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(base.read_bytes()[:-9])
    with pytest.raises(IncompatibleModel):
        tune(bad, [example(1, 2)], picture, tmp_path / "x.safetensors", CONFIG)


@torch.no_grad()
def test_folding_changes_no_answer() -> None:
    torch.manual_seed(0)
    main, crop = torch.rand(12, 16) * 3 + 5, torch.randn(12, 16) * 0.1
    heads = Heads(build(as_dict(NETWORK)), main, crop)
    for change in (heads.main_change, heads.crop_change):
        torch.nn.init.normal_(change.weight)
        torch.nn.init.normal_(change.bias)
    there = torch.arange(12) % 2 == 0
    before = heads(main, crop, main.flip(0), there)
    heads.fold()
    after = heads(main, crop, main.flip(0), there)
    assert float(heads.drift()) == 0
    for one, other in zip(before, after, strict=True):
        assert torch.allclose(one, other, atol=1e-3)


def test_fellow_eyes_are_those_of_one_case() -> None:
    examples = [
        example(0, 1, Laterality.RIGHT, case=5),
        example(1, 1, Laterality.RIGHT, case=6),
        example(2, 1, Laterality.LEFT, case=5),
        example(3, 1, Laterality.UNKNOWN, case=6),
    ]
    assert fellows(examples).tolist() == [2, -1, 0, -1]
