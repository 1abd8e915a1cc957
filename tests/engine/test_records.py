from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from engine.records import (
    Box,
    Case,
    CaseState,
    GradeScores,
    ImageInfo,
    Instance,
    Laterality,
    LookupTable,
    MaskDelta,
    Modality,
    ModelVersion,
    TileChange,
)


def test_area_of_boxes():
    assert Box(1, 2, 4, 8).area == 18
    assert Box(1, 2, 1, 8).area == Box(4, 2, 1, 8).area == Box(4, 8, 1, 2).area == 0


@pytest.mark.parametrize(("grade", "referable"), [(0, False), (1, False), (2, True), (3, True), (4, True)])
def test_referable_is_moderate_or_worse(grade, referable):
    assert GradeScores(grade, (0.2,) * 5).referable is referable


def test_lookup_tables_are_little_endian():
    assert LookupTable(0, 16, b"\x01\x00\x00\x01\xff\xff").values.tolist() == [1, 256, 65535]


def test_unknown_laterality_is_false():
    assert not Laterality.UNKNOWN
    assert Laterality.LEFT and Laterality.RIGHT


def test_the_eye_of_a_case():
    def image(number, eye):
        info = ImageInfo(Path(f"{number}.png"), str(number), "png", 1, 1, laterality=eye)
        return Instance(number, 1, info)

    images = (image(1, Laterality.LEFT), image(2, Laterality.RIGHT), image(3, Laterality.LEFT))
    case = Case(1, "p", "p", Modality.FUNDUS, CaseState.NEW, images)
    assert case.eye(Laterality.LEFT) is images[0]
    assert case.eye(Laterality.RIGHT) is images[1]
    assert case.eye(Laterality.UNKNOWN) is None


def test_a_stroke_inverted_twice_is_itself():
    delta = MaskDelta(300, 300, (TileChange(0, 1, b"a", b"b"), TileChange(1, 1, b"c", b"d")))
    assert delta.inverted().tiles[0] == TileChange(0, 1, b"b", b"a")
    assert delta.inverted().inverted() == delta


def test_records_are_frozen():
    with pytest.raises(FrozenInstanceError):
        Box(0, 0, 1, 1).x0 = 2


def test_the_short_name_of_a_model():
    assert ModelVersion("zoom_in_net", "v2", "3f9c" + "0" * 60).short == "zoom_in_net v2 · 3f9c"
