from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.errors import UnreadableImage
from engine.imaging.rendering import (
    default_window,
    display_scale,
    display_source,
    fundus_rgb,
    radiograph,
    window_presets,
)
from engine.imaging.windowing import apply_window, render
from engine.records import GreyTransform, ImageInfo, LookupTable, Window

RNG = np.random.default_rng(0)


def _info(bits: int = 12, **fields: object) -> ImageInfo:
    return replace(ImageInfo(Path("x"), "", "dicom", 6, 8, bits=bits), **fields)  # type: ignore[arg-type]


def _values(info: ImageInfo) -> np.ndarray:
    low = -(2 ** (info.bits - 1)) if info.grey.signed else 0
    values = RNG.integers(low, low + 2**info.bits, (6, 8))
    values.flat[:2] = low, low + 2**info.bits - 1
    return values.astype(np.dtype(f"{'i' if info.grey.signed else 'u'}{2 if info.bits > 8 else 1}"))


TABLE = LookupTable(100, 10, (np.arange(4000) % 1024).astype("<u2").tobytes())
GREYS = [
    GreyTransform(),
    GreyTransform(signed=True),
    GreyTransform(slope=2.0, intercept=-1024.0),
    GreyTransform(slope=1.0, intercept=-1024.0, signed=True),
    GreyTransform(slope=0.37, intercept=5.5),
    GreyTransform(slope=-1.0, intercept=4095.0),
    GreyTransform(slope=1000.0),  # would leave 16 bits
    GreyTransform(table=TABLE),
]


def _units(values: np.ndarray, info: ImageInfo) -> np.ndarray:
    """After the modality LUT, pixel by pixel."""
    grey = info.grey
    if grey.table is None:
        return values * grey.slope + grey.intercept
    table, first = grey.table.values, grey.table.first
    return np.array(
        [[float(table[min(max(int(v) - first, 0), len(table) - 1)]) for v in row] for row in values]
    )


@pytest.mark.parametrize("grey", GREYS, ids=str)
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("bits", [8, 12])
def test_the_canvas_array_keeps_every_value_and_knows_its_units(
    grey: GreyTransform, photometric: str, bits: int
) -> None:
    info = _info(bits, grey=grey, photometric=photometric)
    values = _values(info)
    array = display_source(values, info)
    assert array.dtype in (np.uint8, np.uint16, np.int16)
    units, scale = _units(values, info), display_scale(info)
    np.testing.assert_allclose([scale.units(float(v)) for v in array.ravel()], units.ravel(), atol=1e-6)
    if grey.slope > 0:
        assert (scale.scale < 0) == (photometric == "MONOCHROME1")


@pytest.mark.parametrize("grey", GREYS, ids=str)
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
def test_a_window_of_the_file_shows_the_same_on_the_canvas(
    grey: GreyTransform, photometric: str, function: str
) -> None:
    """Windowing units and then turning the polarity is windowing the canvas array by the preset."""
    info = _info(grey=grey, photometric=photometric)
    values = _values(info)
    units = _units(values, info)
    window = Window(float(np.median(units)) + 0.25, max(float(np.ptp(units)) / 2, 2.0), "file", function)
    info = replace(info, windows=(window,))
    array = display_source(values, info)
    expected = apply_window(units, window)
    expected = 1.0 - expected if photometric == "MONOCHROME1" else expected
    preset = default_window(info, array)
    assert preset.name == "file"
    np.testing.assert_allclose(apply_window(array, preset), expected, atol=1e-6)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_a_voi_lut_of_the_file_shows_the_same_on_the_canvas(photometric: str) -> None:
    entries = np.sort(RNG.integers(0, 256, 300)).astype("<u2")
    curve = LookupTable(50, 8, entries.tobytes())
    info = _info(photometric=photometric, windows=(Window(200.0, 300.0, "VOI LUT", curve=curve),))
    values = np.arange(0, 480, 10, dtype=np.uint16).reshape(6, 8)
    array = display_source(values, info)
    expected = np.array([entries[min(max(int(v) - 50, 0), 299)] for v in values.ravel()]).reshape(6, 8)
    expected = 255 - expected if photometric == "MONOCHROME1" else expected
    np.testing.assert_array_equal(render(array, window_presets(info)[0]), expected)


def test_padding_stays_out_of_the_default_window() -> None:
    values = np.full((60, 80), 3000, np.uint16)
    values[:, 20:60] = np.linspace(500, 900, 40).astype(np.uint16)
    for photometric in ("MONOCHROME1", "MONOCHROME2"):
        info = _info(grey=GreyTransform(padding=(2990, 3000)), photometric=photometric)
        array = display_source(values, info)
        window = default_window(info, array)
        assert 390 <= window.width <= 405
        plain = default_window(replace(info, grey=GreyTransform()), array)
        assert plain.width > 2000
    everything = np.full((6, 8), 2995, np.uint16)
    assert default_window(info, display_source(everything, info)).width >= 1


def test_eight_bits_are_shown_in_full() -> None:
    info = _info(8)
    window = default_window(info, np.full((6, 8), 9, np.uint8))
    ramp = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(render(ramp, window), ramp)


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
def test_radiographs_fill_zero_to_one_over_the_stored_bits(bits: int) -> None:
    info = _info(bits)
    values = _values(info)
    seen = radiograph(values[np.newaxis], info)  # with a frame axis
    assert seen.dtype == np.float32
    np.testing.assert_allclose(seen, values / (2**bits - 1), atol=1e-6)
    turned = radiograph(values, replace(info, photometric="MONOCHROME1"))
    np.testing.assert_allclose(turned, 1 - seen, atol=1e-6)
    negative = radiograph(values, replace(info, grey=GreyTransform(slope=-2.0)))
    np.testing.assert_allclose(negative, 1 - seen, atol=1e-6)


def test_radiographs_through_a_table_signed_and_in_colour() -> None:
    info = _info(grey=GreyTransform(table=TABLE))
    values = _values(info)
    np.testing.assert_allclose(radiograph(values, info), _units(values, info) / 1023, atol=1e-6)
    signed = _info(grey=GreyTransform(signed=True))
    np.testing.assert_allclose(
        radiograph(np.array([[-2048, 0, 2047]], np.int16), signed), [[0, 2048 / 4095, 1]], atol=1e-6
    )
    grey = RNG.integers(0, 256, (6, 8), np.uint8)
    colour = _info(8, samples=3, photometric="RGB")
    np.testing.assert_allclose(radiograph(np.dstack([grey] * 3), colour), grey / 255, atol=1e-6)


def test_everything_comes_upright() -> None:
    info = _info(orientation=6)
    values = _values(info)
    expected = np.rot90(values, -1)
    np.testing.assert_array_equal(display_source(values, info), expected)
    np.testing.assert_allclose(radiograph(values, info), expected / 4095, atol=1e-6)
    colour = RNG.integers(0, 256, (1, 6, 8, 3), np.uint8)
    info = _info(8, samples=3, photometric="RGB", orientation=6)
    np.testing.assert_array_equal(fundus_rgb(colour, info), np.rot90(colour[0], -1))
    np.testing.assert_array_equal(display_source(colour, info), np.rot90(colour[0], -1))


def test_fundus_photographs_become_eight_bit_rgb() -> None:
    wide = RNG.integers(0, 65536, (6, 8, 3)).astype(np.uint16)
    info = _info(16, samples=3, photometric="RGB")
    np.testing.assert_array_equal(fundus_rgb(wide, info), np.rint(wide / 257))
    grey = np.arange(48, dtype=np.uint8).reshape(6, 8)
    red_free = fundus_rgb(grey, _info(8))
    assert red_free.shape == (6, 8, 3)
    np.testing.assert_array_equal(red_free[..., 1], grey)


def test_more_than_sixteen_grey_bits_are_refused() -> None:
    with pytest.raises(UnreadableImage, match="32 bits"):
        display_source(np.zeros((6, 8), np.uint32), _info(32))
