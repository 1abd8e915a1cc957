from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.data.cache import CacheSpec, cached
from engine.errors import Cancelled, StoreUnavailable


def item(index: int) -> np.ndarray:
    return np.full((2, 3), index, np.uint8)


def never(index: int) -> np.ndarray:
    raise AssertionError(f"item {index} was made again")


def test_builds_once_and_finds_again() -> None:
    spec = CacheSpec("set", ["a", "b", "c"], (2, 3))
    first = cached(spec, item)
    again = cached(spec, never)
    assert spec.bytes == 18
    assert first.tolist() == again.tolist() == [item(k).tolist() for k in range(3)]
    assert not again.flags.writeable


@pytest.mark.parametrize(
    "other",
    [
        CacheSpec("set", ["a", "c"], (2, 3)),
        CacheSpec("set", ["b", "a"], (2, 3)),
        CacheSpec("set", ["a", "b"], (3, 2)),
        CacheSpec("set", ["a", "b"], (2, 3), np.uint16),
    ],
)
def test_other_content_is_another_cache(other: CacheSpec) -> None:
    assert other.file != CacheSpec("set", ["a", "b"], (2, 3)).file


def test_deep_pixels_are_kept() -> None:
    values = cached(CacheSpec("deep", ["a"], (2,), np.uint16), lambda _: np.array([4095, 65535], np.uint16))
    assert values.tolist() == [[4095, 65535]]


def test_nothing_to_cache() -> None:
    assert cached(CacheSpec("none", [], (4, 4)), never).shape == (0, 4, 4)


def test_states_its_size_before_it_builds() -> None:
    texts: list[str] = []
    cached(CacheSpec("set", ["a"], (1000, 1000)), lambda _: np.zeros((1000, 1000), np.uint8),
           lambda done, total, text="", **values: texts.append(text))  # fmt: skip
    assert "1 MB" in texts[0]


def test_cancelling_leaves_nothing_behind() -> None:
    spec = CacheSpec("set", ["a", "b"], (2, 3))

    def stop(done: int, total: int, text: str = "", **values: float) -> None:
        if done == 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        cached(spec, item, stop)
    assert list(spec.file.parent.iterdir()) == []


def test_a_full_disk_is_said_before_anything_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(10, 9, 1))
    with pytest.raises(StoreUnavailable, match="more room"):
        cached(CacheSpec("set", ["a"], (2, 3)), never)


def test_a_cache_folder_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "images").write_text("in the way")
    monkeypatch.setenv("LYNCEUS_CACHE", str(tmp_path))
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        cached(CacheSpec("set", ["a"], (2, 3)), item)
