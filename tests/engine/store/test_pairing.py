"""Which images make one case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import WrongUsage
from engine.records import ImageInfo, Laterality, Modality
from engine.store.pairing import Placement, compiled, natural, place
from engine.store.project import Project
from engine.store.rows import PairingRules

MakeInfo = Callable[..., ImageInfo]
R, L = Laterality.RIGHT, Laterality.LEFT


def placed(info: ImageInfo, rules: PairingRules = PairingRules()) -> Placement:
    return place(info, rules, compiled(rules))


@pytest.mark.parametrize(
    ("name", "patient", "eye"),
    [
        ("10_left.jpeg", "10", L),
        ("10_right.jpeg", "10", R),
        ("Smith-OD.tif", "Smith", R),
        ("smith os.png", "smith", L),
        ("a.b_R.png", "a.b", R),
        ("right_77.png", "77", R),
        ("os-x_1.png", "x_1", L),
    ],
)
def test_file_names_tell_patient_and_eye(image: MakeInfo, name: str, patient: str, eye: Laterality) -> None:
    found = placed(image(name))
    assert (found.name, found.patient_id, found.info.laterality) == (patient, patient, eye)
    assert found.group


@pytest.mark.parametrize(
    "name", ["left.png", "_left.png", "10.png", "upright.png", "IDRiD_001.jpg", "color.png"]
)
def test_other_names_tell_nothing(image: MakeInfo, name: str) -> None:
    found = placed(image(name))
    assert found.group == ""
    assert found.info.laterality is Laterality.UNKNOWN
    assert found.patient_key == f"image:{found.info.sha256}"


def test_names_count_within_their_folder_and_for_fundus_only(image: MakeInfo) -> None:
    here = placed(image("1_left.png"))
    there = placed(replace(image("1_right.png"), path=Path("/elsewhere/1_right.png")))
    assert here.group != there.group
    assert here.patient_key != there.patient_key
    assert placed(image("1_left.png", modality=Modality.CHEST)).group == ""


def test_header_comes_before_the_name(image: MakeInfo) -> None:
    said = {"patient_id": "77", "study_date": "20200102", "laterality": R, "study_uid": "1.2"}
    found = placed(image("10_left.dcm", **said))
    assert (found.name, found.info.laterality, found.patient_key) == ("77", R, "id:77")
    other = placed(image("x.dcm", **{**said, "laterality": L, "study_uid": "1.3"}))
    assert other.group == found.group, "both eyes of one day, though the camera made two studies"
    later = placed(image("y.dcm", **{**said, "study_date": "20210102"}))
    assert later.group != found.group
    assert later.patient_key == found.patient_key


def test_table_comes_first(image: MakeInfo) -> None:
    rules = PairingRules(pairs={"a.png": ("P", "R"), "b.png": ("P", "left"), "c.png": ("P", "?")})
    a, b = (placed(image(name, patient_id="header"), rules) for name in ("a.png", "b.png"))
    assert a.group == b.group
    assert (a.info.laterality, b.info.laterality, a.patient_id) == (R, L, "P")
    assert placed(image("c.png"), rules).info.laterality is Laterality.UNKNOWN


@pytest.mark.parametrize("pattern", ["(", "(?P<patient>.+)", ""])
def test_bad_patterns_are_refused(pattern: str) -> None:
    with pytest.raises(WrongUsage):
        compiled(PairingRules(patterns=(pattern,)))


def test_natural_order() -> None:
    names = ["p10", "P2", "p1", "p02a", "q"]
    assert sorted(names, key=natural) == ["p1", "P2", "p02a", "p10", "q"]


def test_pairs_become_one_case_in_any_order_of_import(project: Project, image: MakeInfo) -> None:
    first = project.import_images([image("1_left.png"), image("2_right.png"), image("solo.png")])
    second = project.import_images([image("1_right.png"), image("2_left.png")])
    assert (first.added, first.cases, second.added, second.cases) == (3, 3, 2, 0)
    assert set(second.case_ids) <= set(first.case_ids)
    case = project.case(second.case_ids[0])
    assert [i.info.laterality for i in case.instances] == [R, L], "right eye first"
    assert case.name == "1"


def test_two_pictures_of_one_eye(project: Project, image: MakeInfo) -> None:
    by_name = project.import_images(
        [image("1_left.png"), image("1_right.png"), image("1_L.png"), image("1_R.png")]
    )
    assert by_name.cases == 2
    assert [len(project.case(i).instances) for i in by_name.case_ids] == [2, 2]
    said = {"patient_id": "9", "study_date": "20200101", "laterality": R}
    same_study = [image(n, **said, study_uid="1.9") for n in ("a", "b")]
    assert project.import_images(same_study).cases == 1
    assert project.import_images([image("c", **said, study_uid="1.8")]).cases == 1


def test_chest_cases_are_studies(project: Project, image: MakeInfo) -> None:
    chest = {"modality": Modality.CHEST}
    images = [image("pa", **chest, study_uid="1"), image("lat", **chest, study_uid="1"), image("x", **chest)]
    summary = project.import_images(images)
    assert summary.cases == 2
    assert len(project.case(summary.case_ids[0]).instances) == 2
