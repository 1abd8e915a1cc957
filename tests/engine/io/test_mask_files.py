from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from engine.errors import BadMask, StoreUnavailable
from engine.io.mask_files import mask_name, read_mask, write_mask

SHAPES = st.tuples(st.integers(1, 20), st.integers(1, 20))


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mask=arrays(np.bool_, SHAPES))
def test_round_trip(tmp_path: Path, mask: np.ndarray) -> None:
    path = tmp_path / mask_name("eye", "MA")
    assert path.name == "eye_MA.png"
    for array in (mask, mask * np.uint8(255)):
        write_mask(path, array)
        np.testing.assert_array_equal(read_mask(path, *mask.shape), mask)
        np.testing.assert_array_equal(np.asarray(Image.open(path)), mask * np.uint8(255))
    assert [entry.name for entry in tmp_path.iterdir()] == ["eye_MA.png"]


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.png"
    grey = np.zeros((4, 5), np.uint8)
    cases = {
        "the value 1,": grey + np.eye(4, 5, dtype=np.uint8),
        "16-bit": grey.astype(np.uint16),
        "colour": np.zeros((4, 5, 3), np.uint8),
        "5×3 pixels, its image 5×4": grey[:3],
    }
    for message, array in cases.items():
        Image.fromarray(array).save(path)
        with pytest.raises(BadMask, match=message) as caught:
            read_mask(path, 4, 5)
        assert str(path) in str(caught.value)
    path.write_bytes(b"no image")
    with pytest.raises(BadMask, match="no JPEG"):
        read_mask(path)
    with pytest.raises(BadMask, match="does not exist"):
        read_mask(tmp_path / "none.png")


def test_what_is_no_mask_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "m.png"
    for array in (
        np.zeros((3, 3)),
        np.zeros((3, 3, 3), np.uint8),
        np.full((3, 3), 7, np.uint8),
        np.zeros((0, 3), bool),
    ):
        with pytest.raises(BadMask):
            write_mask(path, array)  # type: ignore[arg-type]
    assert not path.exists()
    with pytest.raises(StoreUnavailable, match=r"m\.png"):
        write_mask(tmp_path / "no folder" / "m.png", np.zeros((3, 3), bool))


def test_an_old_mask_survives_a_failed_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "m.png"
    write_mask(path, np.ones((3, 3), bool))

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreUnavailable, match="No space left"):
        write_mask(path, np.zeros((3, 3), bool))
    assert read_mask(path).all()
    assert len(list(tmp_path.iterdir())) == 1


def test_real_masks(shared_data: Path) -> None:
    paths = sorted((shared_data / "fundus_seg" / "masks").glob("IDRiD_01_*.png"))
    assert paths
    for path in paths:
        assert read_mask(path, 680, 1024).any()
