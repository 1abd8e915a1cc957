"""What a retraining may learn from, and what it may never see."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.errors import StoreUnavailable
from engine.records import Case, CaseState, Correction, CorrectionKind, ImageInfo, Laterality, Modality
from engine.store.project import Project
from engine.store.reviewed import HELD_BACK_SHARE, held_back

MakeInfo = Callable[..., ImageInfo]
K = CorrectionKind


def close(project: Project, case: Case, state: CaseState) -> None:
    project.record([Correction(case.id, None, K.STATE, "", project.case(case.id).state.value, state, "A")])


def test_only_accepted_and_corrected_cases_teach(project: Project, image: MakeInfo) -> None:
    ids = project.import_images(image(f"{n}.png") for n in range(len(CaseState))).case_ids
    for case_id, state in zip(ids, CaseState, strict=True):
        close(project, project.case(case_id), state)
    taught = {e.instance.case_id for e in project.reviewed_images(Modality.FUNDUS)}
    states = {project.case(i).state for i in taught}
    assert states == {CaseState.ACCEPTED, CaseState.CORRECTED}
    assert project.reviewed_images(Modality.CHEST) == []


def test_labels_and_masks(project: Project, pair: Case) -> None:
    right, left = (i.id for i in pair.instances)
    base = np.zeros((300, 400), np.bool_)
    base[3:9, 5:7] = True
    project.start_mask(right, "MA", base, "A")
    project.start_mask(right, "HE", np.zeros_like(base), "A")
    project.record(
        [
            Correction(pair.id, right, K.GRADE, "dr", None, 2, "A"),
            Correction(pair.id, left, K.GRADE, "dme", None, 1, "A"),
            Correction(pair.id, left, K.FINDING, "AMD", None, False, "A"),
        ]
    )
    close(project, pair, CaseState.CORRECTED)
    one, two = sorted(project.reviewed_images(Modality.FUNDUS), key=lambda e: e.instance.id != right)
    assert (one.grade, one.dme, dict(one.findings)) == (2, None, {})
    assert (two.grade, two.dme, dict(two.findings)) == (None, 1, {"AMD": False})
    assert set(one.masks) == {"MA", "HE"}
    np.testing.assert_array_equal(one.masks["MA"], base)
    assert not one.masks["HE"].any()
    assert len(two.masks) == 0
    assert one.patient_key == two.patient_key
    assert one.held_back == two.held_back == held_back(one.patient_key)
    newest = project.undoable("A", 10)
    for event in [e for e in newest if e.kind is K.MASK and e.key == "MA"]:
        project.undo(event.id, "A")
    with pytest.raises(StoreUnavailable, match="undone"):
        one.masks["MA"]


def test_the_held_back_share(project: Project) -> None:
    keys = [f"id:{n}" for n in range(4000)]
    share = sum(map(held_back, keys)) / len(keys)
    deviation = (HELD_BACK_SHARE * (1 - HELD_BACK_SHARE) / len(keys)) ** 0.5
    assert abs(share - HELD_BACK_SHARE) < 4 * deviation
    assert not any(held_back(key, 0.0) for key in keys[:100])
    assert all(held_back(key, 1.0) for key in keys[:100])


def test_who_is_held_back_never_changes() -> None:
    assert [n for n in range(24) if held_back(f"id:{n}")] == [0, 9, 17, 18, 19, 23]


def test_visits_of_one_patient_fall_on_one_side(project: Project, image: MakeInfo) -> None:
    images = [
        image(f"{p}-{d}", patient_id=str(p), study_date=str(d), laterality=Laterality.RIGHT)
        for p in range(12)
        for d in (1, 2)
    ]
    ids = project.import_images(images).case_ids
    assert len(ids) == 24
    for case_id in ids:
        close(project, project.case(case_id), CaseState.ACCEPTED)
    sides: dict[str, set[bool]] = {}
    for example in project.reviewed_images(Modality.FUNDUS):
        sides.setdefault(example.instance.info.patient_id, set()).add(example.held_back)
    assert all(len(side) == 1 for side in sides.values())
    assert set().union(*sides.values()) == {True, False}
