from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.errors import TooFewSamples
from engine.evaluation import few_shot
from engine.training.loop import LoopConfig

CPU = torch.device("cpu")
TINY = few_shot.FewShotConfig(
    "resnet10t", {"channels": [8, 8, 16, 16]}, batch=8, loop=LoopConfig(steps=25, lr=5e-3), pretrained="never"
)


def images(count=16):
    rng = np.random.default_rng(0)
    diseased = np.arange(count) % 2 == 0
    squares = rng.integers(100, 156, (count, 32, 32, 3)).astype(np.uint8)
    squares[diseased, 8:24, 8:24, 0] = 250  # a red patch
    return squares, diseased


def test_learns_what_can_be_seen():
    squares, diseased = images()
    network = few_shot.train(squares, diseased, TINY, CPU)
    found = few_shot.logits(network, squares, CPU)
    assert found.shape == (16,)
    assert found[diseased].mean() > found[~diseased].mean() + 0.5
    again = few_shot.logits(few_shot.train(squares, diseased, TINY, CPU), squares, CPU)
    assert np.array_equal(found, again)


def test_one_class_is_refused():
    squares, diseased = images()
    for truth in (diseased | True, diseased & False):
        with pytest.raises(TooFewSamples):
            few_shot.train(squares, truth, TINY, CPU)
    assert few_shot.logits(few_shot.FewShotClassifier(TINY), squares[:0], CPU).shape == (0,)
