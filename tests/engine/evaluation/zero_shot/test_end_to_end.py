"""An encoder and a head learnt together: the encoder moves, a seed repeats, every head gets what it takes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.data.chest_set import ChestSet
from engine.evaluation.zero_shot import end_to_end
from engine.evaluation.zero_shot.end_to_end import EndToEnd, Pictures
from engine.evaluation.zero_shot.methods import METHODS
from engine.evaluation.zero_shot.settings import HeadSettings, NetworkSettings

HEAD = HeadSettings(style="name")
NETWORK = NetworkSettings(crop=40, batch=4, lr=1e-2)


def _set(count: int, labels: int, seed: int) -> ChestSet:
    rng = np.random.default_rng(seed)
    targets = np.eye(labels, dtype=np.float32)[np.arange(count) % labels]
    pixels = rng.integers(0, 65535, (count, 48, 48)).astype(np.uint16)
    names = tuple(f"finding {k}" for k in range(labels))
    patients = tuple(map(str, range(count)))
    return ChestSet(pixels, targets, targets >= 0, names, patients, ("noise",) * count)


@pytest.fixture
def task() -> Pictures:
    words = np.random.default_rng(3).normal(size=(5, 6)).astype(np.float32)
    return Pictures(_set(12, 3, 0), _set(7, 5, 1), {"name": words}, NETWORK, images=12)


@pytest.mark.parametrize("name", ["cxr_ml_gzsl", "cm_dml_gzsl", "dem", "lesa", "classifier"])
def test_every_head_ranks_all_labels(task: Pictures, name: str) -> None:
    found = end_to_end.scores(task, METHODS[name], HEAD, seed=0)
    assert found.shape == (7, 5) and found.dtype == np.float32
    assert np.isfinite(found[:, :3]).all()
    assert np.isnan(found[:, 3:]).all() if name == "classifier" else np.isfinite(found).all()


def test_the_encoder_is_learnt_and_a_seed_repeats(task: Pictures, monkeypatch: pytest.MonkeyPatch) -> None:
    trained: list[EndToEnd] = []
    kept = end_to_end._learn

    def looked_at(network: EndToEnd, *rest: object) -> None:
        before = next(network.encoder.parameters()).detach().clone()
        kept(network, *rest)  # type: ignore[arg-type]
        assert not torch.equal(before, next(network.encoder.parameters()))
        trained.append(network)

    monkeypatch.setattr(end_to_end, "_learn", looked_at)
    first = end_to_end.scores(task, METHODS["cxr_rank"], HEAD, seed=1)
    assert np.array_equal(first, end_to_end.scores(task, METHODS["cxr_rank"], HEAD, seed=1))
    assert not np.array_equal(first, end_to_end.scores(task, METHODS["cxr_rank"], HEAD, seed=2))
    assert len(trained) == 3
