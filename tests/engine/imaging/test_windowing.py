from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import WrongUsage
from engine.imaging.windowing import apply_window, full_range, lookup_table, render
from engine.records import LookupTable, Window


def _by_the_standard(x: float, window: Window) -> float:
    """PS3.3, C.11.2.1.2.1 and C.11.2.1.3 with ymin 0 and ymax 1, word for word."""
    c, w = window.center, window.width
    if window.function == "SIGMOID":
        exponent = -4 * (x - c) / w
        return 0.0 if exponent > 700 else 1 / (1 + math.exp(exponent))  # math.exp ends at 709
    if window.function == "LINEAR":
        c, w = c - 0.5, w - 1
    if x <= c - w / 2:
        return 0.0
    return 1.0 if x > c + w / 2 else (x - c) / w + 0.5


@given(
    st.integers(-3000, 3000),
    st.floats(-2000, 2000),
    st.floats(1, 4000),
    st.sampled_from(["LINEAR", "LINEAR_EXACT", "SIGMOID"]),
)
def test_functions_are_those_of_the_standard(x: int, center: float, width: float, function: str) -> None:
    window = Window(center, max(width, 20.0) if function == "SIGMOID" else width, function=function)
    assert apply_window(np.array([x]), window)[0] == pytest.approx(_by_the_standard(x, window), abs=1e-9)


def test_a_linear_window_of_one_is_a_threshold() -> None:
    values = apply_window(np.array([99, 100, 101]), Window(100.5, 1.0))
    assert values.tolist() == [0.0, 0.0, 1.0]
    assert apply_window(np.array([100]), Window(100.4, 1.0))[0] == 1.0


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16])
def test_tables_agree_with_the_function(dtype: type) -> None:
    limits = np.iinfo(dtype)
    values = np.linspace(limits.min, limits.max, 97).astype(dtype)
    window = Window(float(limits.max) / 3, float(limits.max) / 2)
    expected = np.rint(apply_window(values, window) * 255)
    np.testing.assert_array_equal(render(values, window), expected)
    assert lookup_table(dtype, window).shape == (256 ** np.dtype(dtype).itemsize,)


def test_a_voi_lut_at_its_own_place_is_the_lut() -> None:
    table = LookupTable(-2, 8, np.array([0, 10, 200, 255], "<u2").tobytes())
    window = Window(0.0, 4.0, curve=table)
    shown = render(np.arange(-4, 5, dtype=np.int16), window)
    assert shown.tolist() == [0, 0, 0, 10, 200, 255, 255, 255, 255]
    wider = Window(0.0, 8.0, curve=table)  # dragged: the curve is stretched
    assert render(np.arange(-4, 4, dtype=np.int16), wider).tolist() == [0, 0, 10, 10, 200, 200, 255, 255]


def test_full_range_reaches_both_ends() -> None:
    for low, high in ((0, 255), (-5, 1000), (7, 7)):
        shown = apply_window(np.array([low, high]), full_range(low, high))
        assert shown.tolist() == ([0.0, 1.0] if high > low else [0.0, 0.0])


@pytest.mark.parametrize(
    "window", [Window(0, 0.5), Window(0, 0, function="SIGMOID"), Window(0, 9, function="CUBIC")]
)
def test_impossible_windows_are_refused(window: Window) -> None:
    with pytest.raises(WrongUsage):
        apply_window(np.arange(3), window)


def test_tables_need_small_types() -> None:
    with pytest.raises(WrongUsage, match="float32"):
        lookup_table(np.float32, Window(0, 10))
