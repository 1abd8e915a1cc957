from __future__ import annotations

import math
import random
from typing import Any

import pytest

from engine.clustering.estimators import ESTIMATORS
from engine.inference.approximate_diagnosis import ENOUGH
from engine.operations.diagnosing import LOOKED_AT
from viewer.state.diagnosis import (
    CLUSTERINGS,
    EXAMPLES_SEEN,
    GIVEN_LEAST,
    Request,
    bounds,
    diagnosed_from,
    header,
    nearest,
    rows,
)


def image(instance: int, score: float, point: tuple[float, float] = (0.0, 0.0)) -> dict[str, Any]:
    areas = {"HE": 12.34, "SE": 0.0}
    return {
        "case": instance + 100,
        "instance": instance,
        "point": list(point),
        "cluster": int(score > 0),
        "score": score,
        "positive": score > 0,
        "areas": areas,
    }


def table(*images: dict[str, Any]) -> dict[str, Any]:
    return {
        "target": "diabetic retinopathy",
        "similar": [["glaucoma", 0.2], ["retinal vein occlusion", 0.6]],
        "source": "retinal vein occlusion",
        "lesions": ["HE", "SE"],
        "named_by": "by lesion burden",
        "notes": ["phantoms"],
        "images": list(images),
        "reference": [{"point": [-2.0, 1.0], "cluster": 0}, {"point": [2.0, 3.0], "cluster": 1}],
        "centres": [[-2.0, 1.0], [2.0, 3.0]],
        "diseased": 1,
        "explained": [0.7, 0.2],
        "refused": [["a.jpg", "it is empty"]],
    }


def test_what_the_page_offers_is_what_the_engine_takes():
    assert tuple(ESTIMATORS) == CLUSTERINGS
    assert (LOOKED_AT, ENOUGH) == (EXAMPLES_SEEN, GIVEN_LEAST)


def test_images_are_ordered_by_margin_and_then_by_number():
    found = diagnosed_from(table(image(3, -0.5), image(2, 0.4), image(1, 0.4)))
    assert [one.instance for one in found.images] == [1, 2, 3]
    assert found.refused == (("a.jpg", "it is empty"),)


@pytest.mark.parametrize("missing", ["images", "centres", "diseased", "similar"])
def test_a_part_that_is_missing_or_wrong_is_a_value_error(missing: str):
    whole = table(image(1, 0.1))
    with pytest.raises(ValueError, match=missing):
        diagnosed_from({key: value for key, value in whole.items() if key != missing})
    with pytest.raises(ValueError, match=r"\w"):
        diagnosed_from(whole | {missing: None})


def test_bounds_hold_every_point_and_are_never_empty():
    found = diagnosed_from(table(image(1, 0.1, (5.0, -4.0))))
    x0, y0, x1, y1 = bounds(found)
    assert x0 < -2 < 5 < x1
    assert y0 < -4 < 3 < y1
    alone = table(image(1, 0.1)) | {"reference": [], "centres": []}
    x0, y0, x1, y1 = bounds(diagnosed_from(alone))
    assert x0 < 0 < x1
    assert y0 < 0 < y1


def test_the_nearest_point_against_all_distances():
    draw = random.Random(0)
    points = [(draw.random(), draw.random()) for _ in range(60)]
    for _ in range(50):
        x, y = draw.random(), draw.random()
        far = [math.dist(point, (x, y)) for point in points]
        assert nearest(points, x, y, 2.0) == far.index(min(far))
    assert nearest(points, 9.0, 9.0, 0.5) == -1
    assert nearest([], 0.0, 0.0, 1.0) == -1


def test_rows_name_the_image_or_give_its_number():
    found = diagnosed_from(table(image(1, 0.25), image(2, -0.125)))
    assert header(found) == ["case", "image", "target", "margin", "likely", "HE_millionths", "SE_millionths"]
    first, second = rows(found, {1: ("P-1", "p1_left")})
    assert first == ["P-1", "p1_left", "diabetic retinopathy", "0.2500", 1, "12.3", "0.0"]
    assert second[:2] == ["102", ""]


def test_a_request_is_what_the_operation_takes():
    asked = Request("myopia", ("HE",), (1,), None, (("fit", "given"),)).arguments()
    assert asked == {
        "target": "myopia",
        "lesions": ["HE"],
        "examples": [1],
        "case_ids": None,
        "switches": {"fit": "given"},
    }
