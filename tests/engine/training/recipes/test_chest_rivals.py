from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.data.chest_set import Augmentation, ChestSet
from engine.errors import Cancelled
from engine.models.zero_shot.rivals import RIVALS
from engine.training.recipes import cxr_ml_gzsl
from engine.training.recipes.chest_rivals import train_rival

SIZE = 32
CONFIG = replace(
    cxr_ml_gzsl.CONFIGS["paper"],
    backbone="resnet10t",
    backbone_options={"channels": [4, 4, 8, 8]},
    image_size=SIZE,
    augmentation=Augmentation(crop=SIZE, flip=False),
    epochs=2,
    batch=8,
    lr=1e-2,
    device="cpu",
)
WORDS = torch.randn(4, 6, generator=torch.Generator().manual_seed(0))


def chest() -> ChestSet:
    rng = np.random.default_rng(0)
    targets = (rng.random((12, 3)) < 0.5).astype(np.float32)
    images = rng.integers(0, 65535, (12, SIZE, SIZE)).astype(np.uint16)
    known = np.ones_like(targets, np.bool_)
    names = tuple(f"p{k}" for k in range(12))
    return ChestSet(images, targets, known, ("Mass", "Nodule", "Edema"), names, ("one",) * 12)


@pytest.mark.parametrize("name", RIVALS)
def test_every_rival_trains_on_images_and_ranks_any_label(name: str) -> None:
    network = train_rival(name, chest(), WORDS[:3], CONFIG)
    start = train_rival(name, chest(), WORDS[:3], replace(CONFIG, epochs=0))
    with torch.inference_mode():
        scores = network(chest().tensor(np.arange(5)), WORDS)
    assert scores.shape == (5, 4)
    assert bool(torch.isfinite(scores[:, :3]).all())
    before, after = (n.encoder.state_dict()["body.conv1.0.weight"] for n in (start, network))
    assert torch.equal(before, after) == RIVALS[name].closed_form  # the encoder learns with it


def test_a_killed_run_ends_with_the_same_weights(tmp_path) -> None:  # type: ignore[no-untyped-def]
    whole = train_rival("lea", chest(), WORDS[:3], CONFIG)
    path = tmp_path / "run.safetensors"

    def stop(done: int, total: int, text: str = "", **values: float) -> None:
        if text.startswith("training") and done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        train_rival("lea", chest(), WORDS[:3], CONFIG, checkpoint=path, progress=stop)
    again = train_rival("lea", chest(), WORDS[:3], CONFIG, checkpoint=path)
    for mine, theirs in zip(whole.state_dict().values(), again.state_dict().values(), strict=True):
        assert torch.equal(mine, theirs)
