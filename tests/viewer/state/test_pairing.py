from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import WrongUsage
from engine.records import ImageInfo, Instance, Laterality, Modality
from viewer.state.pairing import offers, patterns_of, problem_of, read_names

R, L, U = Laterality.RIGHT, Laterality.LEFT, Laterality.UNKNOWN


def instance(number: int, case: int, eye: Laterality, modality: Modality = Modality.FUNDUS) -> Instance:
    path = Path(f"/x/{number}.png")
    info = ImageInfo(path, "png", f"{number:064}", 10, 10, modality=modality, laterality=eye)
    return Instance(number, case, info)


def test_own_patterns_come_before_the_usual_ones():
    own = patterns_of("\n (?P<eye>[RL])#(?P<patient>.+) \n\n")
    assert own == ["(?P<eye>[RL])#(?P<patient>.+)"]
    read = read_names(own, ["R#12", "P-7_left", "IMG1"])
    assert [(r.patient, r.eye) for r in read] == [("12", R), ("P-7", L), ("", U)]
    assert [r.patient for r in read_names([], ["R#12", "OD 3"])] == ["", "3"]


def test_what_is_wrong_with_a_pattern_is_said():
    assert "no regular expression" in problem_of(["("])
    assert "lacks" in problem_of([r"(?P<patient>\d+)"])
    assert problem_of([]) == ""
    with pytest.raises(WrongUsage):
        read_names(["("], [])


def test_only_cases_without_this_eye_are_offered_the_most_alike_first():
    here = [instance(1, 1, R)]
    others = [
        ("Z-9", [instance(2, 2, L)]),
        ("P-1b", [instance(3, 3, U)]),
        ("P-1c", [instance(4, 4, R)]),
        ("pair", [instance(5, 5, L), instance(6, 5, R)]),
        ("chest", [instance(7, 7, U, Modality.CHEST)]),
        ("empty", []),
    ]
    assert [(o.case_id, o.eye) for o in offers("P-1", here, others)] == [(3, U), (2, L)]
