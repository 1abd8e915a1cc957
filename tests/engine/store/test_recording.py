"""Recording corrections: all or nothing, never over another reader's head, undone and redone at will."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.errors import StoreConflict, WrongUsage
from engine.records import (
    Case,
    CaseState,
    Correction,
    CorrectionKind,
    GradeScores,
    ImageInfo,
    Laterality,
    Modality,
    ModalitySource,
    ModelVersion,
    Prediction,
)
from engine.store.project import Project, open_project
from engine.store.rows import CaseQuery

MakeInfo = Callable[..., ImageInfo]
K, S = CorrectionKind, CaseState


def grade(
    case: Case, after: int | None, before: int | None = None, reader: str = "A", eye: int = 0
) -> Correction:
    return Correction(case.id, case.instances[eye].id, K.GRADE, "dr", before, after, reader, "zoom_in_net v1")


def state(case: Case, after: CaseState, before: str = "", reader: str = "A", reason: str = "") -> Correction:
    return Correction(case.id, None, K.STATE, reason, before, after, reader)


def predict(project: Project, case: Case, *grades: int) -> None:
    model = ModelVersion("zoom_in_net", "v1", "0" * 64)
    said = [Prediction(model, grade=GradeScores(g, tuple(float(i == g) for i in range(5)))) for g in grades]
    project.add_predictions((i.id, p) for i, p in zip(case.instances, said, strict=False))


def test_an_event_is_all_there_after_a_restart(project: Project, pair: Case) -> None:
    made = project.record([grade(pair, 3), state(pair, S.CORRECTED)])
    assert [e.id for e in made] == sorted(e.id for e in made)
    assert all(e.at for e in made)
    with open_project(project.root) as again:
        assert again.events(pair.id) == [replace(e, after=getattr(e.after, "value", e.after)) for e in made]
        review = again.review(pair.id)
        assert review.state is S.CORRECTED
        assert review.instances[pair.instances[0].id].grade == 3
        assert review.instances[pair.instances[1].id].grade is None
        assert again.case_rows([pair.id])[0].top == "3 severe"


def test_a_grade_given_with_the_closing_does_not_reopen(project: Project, pair: Case) -> None:
    closing, given = project.record([state(pair, S.ACCEPTED), grade(pair, 2)])
    assert (closing.kind, given.kind) == (K.STATE, K.GRADE)
    assert project.case(pair.id).state is S.ACCEPTED


def test_nothing_of_a_refused_batch_stays(project: Project, pair: Case) -> None:
    with pytest.raises(WrongUsage):
        project.record([grade(pair, 2), grade(pair, 9)])
    project.record([grade(pair, 1, reader="B")])
    with pytest.raises(StoreConflict):
        project.record([grade(pair, 4, eye=1), grade(pair, 2, before=0)])
    assert [e.after for e in project.events(pair.id)] == [1]


def test_a_conflict_names_what_changed_and_who(project: Project, pair: Case) -> None:
    project.record([grade(pair, 2, reader="Dr B")])
    with pytest.raises(StoreConflict) as caught:
        project.record([grade(pair, 3, before=None)])
    assert all(word in str(caught.value) for word in ("grade dr", "2", "Dr B", f"case {pair.id}"))
    project.record([grade(pair, 3, before=2)])


def test_before_may_be_the_models_word_while_nobody_spoke(project: Project, pair: Case) -> None:
    predict(project, pair, 2, 2)
    project.record([grade(pair, 3, before=2)])
    assert project.review(pair.id).instances[pair.instances[0].id].grade == 3


def test_two_processes_do_not_overwrite_one_another(project: Project, pair: Case) -> None:
    with open_project(project.root) as other:
        other.record([state(pair, S.ACCEPTED, "new", "B")])
        with pytest.raises(StoreConflict, match=r"accepted.*B"):
            project.record([state(pair, S.REJECTED, "new", "A")])
        project.record([state(pair, S.REJECTED, "accepted", "A")])
        assert other.case(pair.id).state is S.REJECTED


def test_ones_own_edits_are_no_surprise(project: Project, pair: Case) -> None:
    project.record([state(pair, S.ACCEPTED, "new")])
    project.record([grade(pair, 2)])
    assert project.case(pair.id).state is S.IN_REVIEW
    project.record([state(pair, S.CORRECTED, "accepted")])
    assert project.case(pair.id).state is S.CORRECTED


def test_undo_and_redo_across_cases_and_restarts(project: Project, pair: Case, chest: Case) -> None:
    (first,) = project.record([grade(pair, 2)])
    mass = Correction(chest.id, chest.instances[0].id, K.FINDING, "Mass", None, True, "A")
    (second,) = project.record([mass])
    project.record([grade(pair, 1, reader="B", eye=1)])
    project.close()
    with open_project(project.root) as again:
        assert [e.id for e in again.undoable("A")] == [second.id, first.id]
        back = again.undo(second.id, "A")
        assert (back.undoes, back.before, back.after) == (second.id, True, None)
        assert again.case(chest.id).state is S.NEW
        again.undo(first.id, "A")
        assert again.undoable("A") == []
        assert [e.undoes for e in again.redoable("A")] == [first.id, second.id]
        again.undo(again.redoable("A")[0].id, "A")
        assert again.review(pair.id).instances[pair.instances[0].id].grade == 2
        assert [e.undoes for e in again.redoable("A")] == [second.id]
        again.undo(first.id, "A")
        again.undo(again.redoable("A")[0].id, "A")
        assert [e.id for e in again.undoable("A")] == [first.id]
        again.record([grade(pair, 4, before=2)])
        assert again.redoable("A") == [], "a new event ends what could be redone"


def test_undo_is_refused_twice_and_under_a_later_event(project: Project, pair: Case) -> None:
    (first,) = project.record([grade(pair, 2)])
    project.record([grade(pair, 3, before=2, reader="B")])
    with pytest.raises(StoreConflict, match=r"changed again since.*B"):
        project.undo(first.id, "A")
    project.undo(project.undoable("B")[0].id, "B")
    project.undo(first.id, "A")
    with pytest.raises(StoreConflict, match="undone already"):
        project.undo(first.id, "A")
    with pytest.raises(WrongUsage, match="no such event"):
        project.undo(99, "A")


def test_undoable_has_a_limit(project: Project, pair: Case) -> None:
    for value in range(5):
        project.record([grade(pair, value, before=value - 1 if value else None)])
    project.undo(5, "A")
    assert [e.after for e in project.undoable("A", 2)] == [3, 2]


def test_undoing_the_closing_that_led_to_adjudication(project: Project, pair: Case) -> None:
    project.record([grade(pair, 2), state(pair, S.ACCEPTED)])
    made = project.record([grade(pair, 3, before=2, reader="B"), state(pair, S.CORRECTED, "accepted", "B")])
    assert project.case(pair.id).state is S.ADJUDICATION
    assert project.case_ids(CaseQuery(disagreement=True)) == [pair.id]
    project.undo(made[1].id, "B")
    assert project.case(pair.id).state is S.IN_REVIEW


def test_accepting_takes_the_models_grades_along(project: Project, pair: Case) -> None:
    predict(project, pair, 2, 4)
    project.record([grade(pair, 1), state(pair, S.CORRECTED, "predicted")])
    review = project.review(pair.id)
    assert [review.instances[i.id].grade for i in pair.instances] == [1, 4]
    predict(project, pair, 0, 0)
    review = project.review(pair.id)
    assert [review.instances[i.id].grade for i in pair.instances] == [1, 4], "what was accepted stays"
    project.record([grade(pair, 3, before=4, eye=1)])


def test_readers_word_on_modality_and_laterality(project: Project, image: MakeInfo) -> None:
    case = project.case(project.import_images([image("x.png", modality=Modality.UNKNOWN)]).case_ids[0])
    instance = case.instances[0].id
    (said,) = project.record([Correction(case.id, instance, K.MODALITY, "", "unknown", Modality.CHEST, "A")])
    found = project.case(case.id)
    assert (found.modality, found.instances[0].info.modality) == (Modality.CHEST, Modality.CHEST)
    assert found.instances[0].info.modality_source is ModalitySource.READER
    assert project.case_ids(CaseQuery(modality=Modality.CHEST)) == [case.id]
    project.undo(said.id, "A")
    assert project.case(case.id).modality is Modality.UNKNOWN
    project.record([Correction(case.id, instance, K.LATERALITY, "", "", Laterality.LEFT, "A")])
    assert project.case(case.id).eye(Laterality.LEFT) is not None


@pytest.mark.parametrize(
    "change",
    [
        {"reader": " "},
        {"after": 5},
        {"after": True},
        {"after": 2.0},
        {"key": "amd"},
        {"instance_id": None},
        {"kind": K.MASK, "key": "MA"},
        {"kind": K.STATE, "after": "accepted"},
        {"kind": K.STATE, "after": "perfect", "instance_id": None},
        {"kind": K.FINDING, "key": "Mass", "after": 1},
        {"kind": K.THRESHOLD, "key": "MA", "after": 1.5},
        {"kind": K.COMMENT, "after": 3, "instance_id": None},
        {"kind": K.MODALITY, "after": "mri"},
        {"case_id": 77},
    ],
)
def test_impossible_corrections_are_refused(project: Project, pair: Case, change: dict[str, Any]) -> None:
    with pytest.raises(WrongUsage):
        project.record([replace(grade(pair, 2), **change)])
    assert project.events(pair.id) == []


def test_an_image_of_another_case_is_refused(project: Project, pair: Case, chest: Case) -> None:
    with pytest.raises(StoreConflict, match="not part of this case"):
        project.record([replace(grade(pair, 2), case_id=chest.id)])


def test_comments_and_reasons(project: Project, pair: Case) -> None:
    project.record([Correction(pair.id, None, K.COMMENT, "", "", "drüsen?\x00", "A")])
    project.record([state(pair, S.UNGRADABLE, reason="blurred")])
    review = project.review(pair.id)
    assert (review.reason, review.state) == ("blurred", S.UNGRADABLE)
    assert review.comment == "drüsen?\x00"
    with pytest.raises(StoreConflict):
        project.record([Correction(pair.id, None, K.COMMENT, "", "", "mine", "B")])


def test_pairing_and_splitting_by_hand(project: Project, image: MakeInfo) -> None:
    ids = project.import_images([image("x.png", laterality=Laterality.LEFT), image("y.png")]).case_ids
    one, two = (project.case(i) for i in ids)
    project.record([grade(two, 3), state(two, S.CORRECTED)])
    project.pair_cases(one.id, two.id, "A")
    assert project.case_ids() == [one.id]
    paired = project.case(one.id)
    assert {i.id for i in paired.instances} == {one.instances[0].id, two.instances[0].id}
    assert project.review(one.id).instances[two.instances[0].id].grade == 3, "its grade came along"
    project.undo(project.undoable("A")[0].id, "A")
    assert project.case_ids() == [one.id, two.id]
    assert project.case(two.id).state is S.CORRECTED
    project.pair_cases(one.id, two.id, "A")
    project.split_case(one.id, "A")
    assert len(project.case_ids()) == 2
    with pytest.raises(WrongUsage, match="one image only"):
        project.split_case(one.id, "A")


def test_pairing_needs_two_different_eyes_of_one_modality(project: Project, image: MakeInfo) -> None:
    left = {"laterality": Laterality.LEFT}
    images = [image("a", **left), image("b", **left), image("c", modality=Modality.CHEST)]
    a, b, c = project.import_images(images).case_ids
    for first, second in ((a, b), (a, c)):
        with pytest.raises(StoreConflict):
            project.pair_cases(first, second, "A")
    with pytest.raises(WrongUsage):
        project.pair_cases(a, a, "A")


def test_rebuilding_changes_nothing(project: Project, pair: Case, chest: Case) -> None:
    predict(project, pair, 2, 0)
    project.record([grade(pair, 3), state(pair, S.CORRECTED)])
    project.record([Correction(chest.id, chest.instances[0].id, K.FINDING, "Mass", None, True, "B")])
    ids = [pair.id, chest.id]
    before = project.case_rows(ids)
    project.rebuild_summaries()
    assert repr(project.case_rows(ids)) == repr(before)
    assert before[1].top == "Mass"


def test_counts(project: Project, pair: Case, chest: Case) -> None:
    project.record([state(pair, S.ACCEPTED)])
    found = project.counts()
    assert (found[S.ACCEPTED], found[S.NEW], found[S.REJECTED]) == (1, 1, 0)
