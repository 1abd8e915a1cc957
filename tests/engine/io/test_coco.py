from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.errors import BadTable
from engine.io.coco import CocoImage, decode_mask, encode_mask, read_coco, write_coco
from engine.records import Box

SHAPES = st.tuples(st.integers(1, 12), st.integers(1, 12))
NUMBERS = st.floats(-1e6, 1e6)


def _compressed(counts: list[int]) -> str:
    """COCO's text form of run lengths, written down from pycocotools' ``rleToString``."""
    text = ""
    for index, count in enumerate(counts):
        value = count - (counts[index - 2] if index > 2 else 0)
        more = True
        while more:
            part = value & 0x1F
            value >>= 5
            more = value != -1 if part & 0x10 else value != 0
            text += chr((part | (0x20 if more else 0)) + 48)
    return text


@given(arrays(np.bool_, SHAPES))
@settings(deadline=None)
def test_run_lengths_go_column_by_column(mask: np.ndarray) -> None:
    plain = encode_mask(mask)
    flat: list[bool] = []
    for index, count in enumerate(plain["counts"]):
        flat += [index % 2 == 1] * count
    assert flat == [
        bool(mask[row, column]) for column in range(mask.shape[1]) for row in range(mask.shape[0])
    ]
    np.testing.assert_array_equal(decode_mask(plain, *mask.shape, "x"), mask)
    text = {**plain, "counts": _compressed(plain["counts"])}
    np.testing.assert_array_equal(decode_mask(text, *mask.shape, "x"), mask)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    mask=arrays(np.bool_, SHAPES),
    corners=st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS), max_size=3),
)
def test_round_trip(tmp_path: Path, mask: np.ndarray, corners: list[tuple[float, ...]]) -> None:
    boxes = tuple(
        ("region", Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1), score))
        for x0, y0, x1, y1, score in corners
    )
    image = CocoImage("ä.png", *mask.shape, {"MA": mask, "HE": ~mask}, boxes)
    write_coco(tmp_path / "c.json", [image, CocoImage("b.png", 3, 4)], ["MA", "HE", "region"])
    first, second = read_coco(tmp_path / "c.json")
    assert (first.file, first.rows, first.columns) == ("ä.png", *mask.shape)
    assert first.boxes == boxes
    assert set(first.masks) == {"MA", "HE"}
    np.testing.assert_array_equal(first.masks["MA"], mask)
    np.testing.assert_array_equal(first.masks["HE"], ~mask)
    assert (second.file, second.masks, second.boxes) == ("b.png", {}, ())


def test_area_and_box_are_what_coco_says(tmp_path: Path) -> None:
    mask = np.zeros((5, 7), bool)
    mask[1:3, 2:6] = True
    write_coco(tmp_path / "c.json", [CocoImage("a", 5, 7, {"MA": mask})], ["MA"])
    (annotation,) = json.loads((tmp_path / "c.json").read_text())["annotations"]
    assert annotation["bbox"] == [2, 1, 4, 2]
    assert annotation["area"] == 8
    assert annotation["segmentation"] == {"size": [5, 7], "counts": [11, 2, 3, 2, 3, 2, 3, 2, 7]}


def test_polygons_and_boxes_of_others(tmp_path: Path) -> None:
    plain = {
        "images": [{"id": 4, "file_name": "a", "height": 10, "width": 10}],
        "categories": [{"id": 9, "name": "MA"}],
        "annotations": [
            {"image_id": 4, "category_id": 9, "segmentation": [[1, 1, 4, 1, 4, 3, 1, 3]]},
            {"image_id": 4, "category_id": 9, "segmentation": [[8, 8, 9, 8, 9, 9]]},
            {"image_id": 4, "category_id": 9, "bbox": [1, 2, 3, 4]},
        ],
    }
    path = tmp_path / "c.json"
    path.write_text(json.dumps(plain))
    (image,) = read_coco(path)
    assert image.boxes == (("MA", Box(1, 2, 4, 6)),)
    assert image.masks["MA"][1:4, 1:5].all() and image.masks["MA"][8, 8]
    assert image.masks["MA"].sum() == 12 + 3
    bad = (
        {"segmentation": {"size": [10, 10], "counts": [5]}},
        {"segmentation": {"size": [9, 10], "counts": [90]}},
        {"segmentation": {"size": [10, 10], "counts": [-5, 105]}},
        {"segmentation": {"size": [10, 10], "counts": "~~~"}},
        {"segmentation": [[1, 2]]},
        {"segmentation": [["a", "b"]]},
        {"bbox": [1, 2, -3, 4]},
        {"bbox": [1]},
        {"image_id": 5},
        {"category_id": 1},
    )
    for change in bad:
        broken = {"image_id": 4, "category_id": 9, "bbox": [0, 0, 1, 1], **change}
        path.write_text(json.dumps({**plain, "annotations": [plain["annotations"][0], broken]}))
        with pytest.raises(BadTable, match="annotation 2"):
            read_coco(path)


def test_what_is_no_coco_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    for text in ("", "[]", "{}", '{"images": 3}', "[" * 100_000):
        path.write_text(text)
        with pytest.raises(BadTable, match="no COCO file"):
            read_coco(path)
    with pytest.raises(BadTable, match="no COCO file"):
        read_coco(tmp_path / "none")
    with pytest.raises(BadTable, match="not listed"):
        write_coco(path, [CocoImage("a", 2, 2, {"MA": np.zeros((2, 2), bool)})], [])
