from __future__ import annotations

import pytest
import torch

from engine import devices
from engine.errors import WrongUsage


def test_pick_by_name():
    assert devices.pick("cpu") == torch.device("cpu")
    for name in ("abacus", "cuda:99", ""):
        with pytest.raises(WrongUsage, match="not available"):
            devices.pick(name)


@pytest.mark.parametrize(
    ("cuda", "mps", "expected"),
    [(True, True, "cuda"), (True, False, "cuda"), (False, True, "mps"), (False, False, "cpu")],
)
def test_auto_takes_the_fastest_there_is(cuda, mps, expected, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert devices.pick("auto").type == expected


@pytest.mark.parametrize("fast", [True, False])
def test_mixed_precision_only_where_it_is_faster(fast, monkeypatch):
    monkeypatch.setattr(devices, "fast_bf16", lambda kind: fast)
    values = torch.ones(4, 4)
    with devices.autocast(torch.device("cpu")):
        product = values @ values
    assert product.dtype is (torch.bfloat16 if fast else torch.float32)
    assert product.float().tolist() == [[4.0] * 4] * 4
