from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from engine.errors import Cancelled, WrongUsage
from engine.inference.tiling import ramp, starts, tiled, whole


def pointwise(pixels):
    return np.stack([pixels[..., 0], 255 - pixels[..., 1]], axis=1).astype(np.float32) / 255


def image(rows, columns, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (rows, columns, 3)).astype(np.uint8)


@pytest.mark.parametrize("size", [(10, 10), (64, 64), (65, 64), (200, 70), (70, 200), (131, 257), (1, 300)])
@pytest.mark.parametrize("batch", [1, 3])
def test_a_pointwise_network_gives_the_same_in_tiles(size, batch):
    pixels = image(*size)
    expected = np.rint(pointwise(pixels[None])[0] * 255)
    assert np.abs(tiled(pixels, pointwise, 64, 20, batch).astype(int) - expected).max() <= 1
    assert np.array_equal(whole(pixels, pointwise), expected)


def test_seams_of_a_network_with_context_vanish():
    torch.manual_seed(0)
    blur = nn.Conv2d(3, 1, 9, padding=4)

    def run(pixels):
        with torch.inference_mode():
            values = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255
            return torch.sigmoid(4 * blur(values)).numpy()

    pixels = image(150, 210, 1)
    tiles, once = tiled(pixels, run, 96, 32).astype(int), whole(pixels, run).astype(int)
    # One pass pads to a multiple of 32 with 128, tiles end at the image's edge: compare away from it.
    assert np.abs(tiles - once)[:, 5:-5, 5:-5].max() <= 12
    hard = tiled(pixels, run, 96, 0).astype(int)
    assert np.abs(hard - once)[:, 5:-5, 5:-5].max() > np.abs(tiles - once)[:, 5:-5, 5:-5].max()


@pytest.mark.parametrize(
    ("length", "tile", "overlap"), [(50, 64, 8), (64, 64, 8), (65, 64, 8), (1000, 96, 40)]
)
def test_tiles_cover_the_length_and_overlap(length, tile, overlap):
    found = starts(length, tile, overlap)
    assert found[0] == 0
    assert found[-1] + tile >= length
    for left, right in pairwise(found):
        assert right > left
        assert left + tile - right >= overlap


def test_ramp_is_symmetric_and_positive():
    window = ramp(64, 16)
    assert np.array_equal(window, window[::-1])
    assert window.min() > 0
    assert (window[16:-16] == 1).all()


def test_memory_is_a_strip_not_the_image():
    largest = 0

    def run(pixels):
        nonlocal largest
        largest = max(largest, pixels.nbytes)
        return pointwise(pixels)

    tiled(image(2000, 64), run, 64, 16, batch=2)
    assert largest <= 2 * 64 * 64 * 3


def test_cancel_stops_between_tiles():
    calls = []

    def tick():
        calls.append(1)
        if len(calls) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        tiled(image(400, 400), pointwise, 64, 16, 1, tick)
    assert len(calls) == 3


@pytest.mark.parametrize(("tile", "overlap"), [(60, 8), (64, 32), (64, -1)])
def test_impossible_tiles_are_refused(tile, overlap):
    with pytest.raises(WrongUsage):
        tiled(image(100, 100), pointwise, tile, overlap)
