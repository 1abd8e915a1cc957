"""Features are made once a key, and again when the file is damaged."""

from __future__ import annotations

import numpy as np

from engine.inference.kept_features import Features, kept
from engine.paths import cache_folder


def test_made_once_for_each_key_and_again_when_damaged() -> None:
    calls: list[float] = []

    def make(value: float) -> Features:
        calls.append(value)
        return np.full((2, 3), value), np.full((2, 5), value)

    first = kept(["a", 1], lambda: make(1.0))
    again = kept(["a", 1], lambda: make(2.0))
    other = kept(["a", 2], lambda: make(3.0))
    assert calls == [1.0, 3.0]
    assert np.array_equal(first[0], again[0]) and np.array_equal(first[1], again[1])
    assert float(other[1][0, 0]) == 3.0
    for file in (cache_folder() / "reference").iterdir():
        file.write_bytes(b"damaged")
    assert float(kept(["a", 1], lambda: make(4.0))[0][0, 0]) == 4.0
