"""From opacity to stored values: monotone tone, collimation, writing, tilt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.imaging.phantoms.chest_film import BITS, expose, turn
from engine.imaging.phantoms.chest_raster import grid
from engine.imaging.phantoms.chest_spec import ChestSpec

SIZE = 128
CLEAN = ChestSpec(seed=1, noise=0.0, scatter=0.0, sharpen=0.0, black=0.0, white=0.9)
TOP = 2**BITS - 1


def film(spec: ChestSpec, opacity: np.ndarray) -> np.ndarray:
    return expose(opacity, 1.0, spec, np.random.default_rng(0)).astype(float)


@pytest.mark.parametrize("gamma", [0.6, 2.3])
def test_tone_curve_is_an_exponential_and_keeps_order(gamma: float) -> None:
    x, _ = grid(SIZE)
    row = film(replace(CLEAN, gamma=gamma), x)[SIZE // 2]
    assert (np.diff(row) > 0).all()
    expected = 0.9 * (1 - np.exp(-gamma * x[0])) / (1 - np.exp(-gamma)) * TOP
    assert np.abs(row - expected).max() <= 0.51


def test_scatter_lowers_contrast() -> None:
    x, _ = grid(SIZE)
    bars = np.where((x * 16).astype(int) % 2, 0.7, 0.3).astype(np.float32)
    assert film(replace(CLEAN, scatter=0.3), bars).std() < 0.8 * film(CLEAN, bars).std()


def test_noise_grows_with_its_share_and_is_seeded() -> None:
    flat = np.full((SIZE, SIZE), 0.5, np.float32)
    little, much = (film(replace(CLEAN, noise=n), flat) for n in (0.005, 0.02))
    assert much.std() == pytest.approx(4 * little.std(), rel=0.02)
    assert np.array_equal(much, film(replace(CLEAN, noise=0.02), flat))


def test_beyond_the_shutters_is_their_tone() -> None:
    flat = np.full((SIZE, SIZE), 0.5, np.float32)
    shut = film(replace(CLEAN, shutters=(0.1, 0.0, 0.0, 0.2), beyond=0.95), flat)
    assert np.abs(shut[:90, :8] - 0.95 * TOP).max() < 2
    assert np.abs(shut[-15:] - 0.95 * TOP).max() < 2
    assert np.array_equal(shut[20:80, 30:], film(CLEAN, flat)[20:80, 30:])


def test_writing_is_white_where_it_stands() -> None:
    written = film(replace(CLEAN, marks=(("L", 0.8, 0.2, 0.05),)), np.zeros((SIZE, SIZE), np.float32))
    rows, columns = np.nonzero(written > 0.5 * TOP)
    assert rows.size and columns.min() > 0.75 * SIZE and rows.max() < 0.25 * SIZE


def test_turn_is_numpys_quarter_turn() -> None:
    image = np.random.default_rng(2).random((SIZE, SIZE), np.float32)
    assert np.allclose(turn(image, 90), np.rot90(image), atol=1e-5)
    assert np.allclose(turn(image, 0), image)
