from __future__ import annotations

import math

import numpy as np
import pytest

from viewer.state.measurements import (
    Kind,
    Measurement,
    MeasureScale,
    angle,
    area,
    estimated_disc,
    length,
    lesion_area_text,
    measured_text,
)

MM = MeasureScale((0.5, 0.1))


def test_lengths_in_millimetres_where_the_pixels_are_not_square() -> None:
    assert measured_text(Measurement(Kind.LENGTH, ((0, 0), (30, 8))), MM) == "5.00 mm"
    assert length([(0, 0), (3, 4), (3, 14)]) == 15


def test_pixels_and_disc_diameters_where_nothing_is_stated() -> None:
    line = Measurement(Kind.LENGTH, ((0, 0), (300, 400)))
    assert measured_text(line, MeasureScale()) == "500.0 px"
    assert measured_text(line, MeasureScale(disc=250)) == "500.0 px · ≈ 2.00 DD"
    assert measured_text(line, MeasureScale(disc=250, disc_measured=True)) == "500.0 px · 2.00 DD"
    assert measured_text(line, MeasureScale((0.0, 0.0))) == "500.0 px"
    assert estimated_disc(750) == pytest.approx(200)


@pytest.mark.parametrize("degrees", [0, 1, 45, 90, 135, 179, 180])
@pytest.mark.parametrize("start", [0, 77, 170, 260])
def test_angles_are_those_drawn_whichever_way_round(degrees: int, start: int) -> None:
    a, b = math.radians(start), math.radians(start + degrees)
    arms = [(5 + math.cos(a), 7 + math.sin(a)), (5.0, 7.0), (5 + 3 * math.cos(b), 7 + 3 * math.sin(b))]
    assert angle(arms) == pytest.approx(degrees, abs=1e-6)
    assert angle(arms[::-1]) == pytest.approx(degrees, abs=1e-6)


def test_an_angle_is_measured_in_millimetres_not_in_pixels() -> None:
    made = Measurement(Kind.ANGLE, ((10, 0), (0, 0), (10, 2)))
    assert measured_text(made, MM) == "45.0°"
    assert measured_text(made, MeasureScale()) == "11.3°"


def test_area_is_that_of_the_pixels_inside() -> None:
    around = [(100 + 40 * math.cos(t), 90 + 25 * math.sin(t)) for t in np.linspace(0, 2 * math.pi, 400)[:-1]]
    assert area(around) == pytest.approx(math.pi * 40 * 25, rel=1e-3)
    assert area(around[::-1]) == pytest.approx(area(around))
    square = Measurement(Kind.AREA, ((0, 0), (10, 0), (10, 10), (0, 10)))
    assert measured_text(square, MM) == "5.00 mm²"
    disc = MeasureScale(disc=10, disc_measured=True)
    assert measured_text(square, disc) == f"100 px² · {100 / (math.pi * 25):.2f} DA"


def test_lesion_areas_are_short() -> None:
    assert lesion_area_text(200, MM) == "10.00 mm²"
    assert lesion_area_text(200, MeasureScale()) == "200 px"
    assert lesion_area_text(math.pi * 100, MeasureScale(disc=20)) == "≈ 1.00 DA"  # the disc is an estimate
    assert lesion_area_text(math.pi * 100, MeasureScale(disc=20, disc_measured=True)) == "1.00 DA"
    assert lesion_area_text(4, MeasureScale(disc=20)) == "≈ 0.01 DA"
    assert lesion_area_text(3, MeasureScale(disc=200)) == "3 px"
