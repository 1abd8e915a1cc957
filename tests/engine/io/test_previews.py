from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.io.previews import preview_of
from engine.io.readers import load

ROWS, COLUMNS = 400, 640
PICTURE = np.zeros((ROWS, COLUMNS, 3), np.uint8)
PICTURE[:200, :320] = (250, 20, 10)
PICTURE[200:, 320:] = (10, 20, 250)


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "bmp"])
@pytest.mark.parametrize("longest", [37, 64, 300, 5000])
def test_size_and_content(tmp_path: Path, suffix: str, longest: int) -> None:
    path = tmp_path / f"x.{suffix}"
    Image.fromarray(PICTURE).save(path)
    small = preview_of(load(path), longest)
    side = min(longest, COLUMNS)
    assert small.shape == (round(ROWS * side / COLUMNS), side, 3)
    assert small.dtype == np.uint8
    quarter = small[small.shape[0] // 4, small.shape[1] // 4].astype(int)
    np.testing.assert_allclose(quarter, (250, 20, 10), atol=12)


def test_it_is_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[274] = 6
    path = tmp_path / "x.jpg"
    Image.fromarray(PICTURE).save(path, exif=exif)
    small = preview_of(load(path), 64)
    assert small.shape == (64, 40, 3)
    assert small[10, 30, 0] > 200  # the red quarter has gone to the upper right


def test_grey_and_thin(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    Image.fromarray(np.full((1, 900), 65535, np.uint16)).save(path)
    assert preview_of(load(path), 30).shape == (1, 30)
    Image.fromarray(PICTURE[..., 0]).save(tmp_path / "x.jpg")
    assert preview_of(load(tmp_path / "x.jpg"), 64).ndim == 2
