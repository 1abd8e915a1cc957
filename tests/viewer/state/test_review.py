from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.records import (
    Case,
    CaseState,
    Correction,
    CorrectionKind,
    GradeScores,
    ImageInfo,
    Instance,
    Laterality,
    Modality,
    ModelVersion,
    Prediction,
)
from engine.store.folding import fold, review
from engine.store.rows import InstanceReview, Review, StoredPrediction
from viewer.state.review import OpenCase, folded

RIGHT, LEFT = 11, 12


def instance(number: int, eye: Laterality, modality: Modality = Modality.FUNDUS) -> Instance:
    info = ImageInfo(Path(f"{number}.png"), "0", "png", 8, 8, modality=modality, laterality=eye)
    return Instance(number, 1, info)


def graded(grade: int) -> dict[str, StoredPrediction]:
    scores = GradeScores(grade, tuple(1.0 if g == grade else 0.0 for g in range(5)))
    prediction = Prediction(ModelVersion("zoom_in_net", "v1", "abcd"), scores)
    return {"zoom_in_net": StoredPrediction(1, "", prediction)}


def pair(right: int | None = 2, left: int | None = 1) -> OpenCase:
    """Eyes in the wrong order, to be put right."""
    case = Case(
        1,
        "P-1",
        "",
        Modality.FUNDUS,
        CaseState.PREDICTED,
        (instance(LEFT, Laterality.LEFT), instance(RIGHT, Laterality.RIGHT)),
    )
    predictions = {
        RIGHT: graded(right) if right is not None else {},
        LEFT: graded(left) if left is not None else {},
    }
    empty = Review(1, CaseState.PREDICTED, "", "", {RIGHT: InstanceReview(), LEFT: InstanceReview()}, ())
    return OpenCase(case, empty, predictions, "A")


def chest() -> OpenCase:
    case = Case(
        2, "C", "", Modality.CHEST, CaseState.NEW, (instance(21, Laterality.UNKNOWN, Modality.CHEST),)
    )
    return OpenCase(case, Review(2, CaseState.NEW, "", "", {}, ()), {}, "A")


def test_right_eye_first_and_active():
    case = pair()
    assert [i.id for i in case.instances] == [RIGHT, LEFT]
    assert case.active == RIGHT


def test_a_grade_goes_to_the_active_eye_and_moves_on():
    case = pair()
    decision = case.grade(3)
    (event,) = decision.corrections
    assert (event.kind, event.key, event.before, event.after) == (CorrectionKind.GRADE, "dr", None, 3)
    assert (event.instance_id, event.reader) == (RIGHT, "A")
    assert event.model == "zoom_in_net v1 · abcd"
    assert decision.move_to == LEFT and not decision.advance
    assert decision.text == "Right eye grade 3"


def test_a_second_grade_says_what_it_replaces():
    case = pair()
    case.apply(case.grade(3).corrections)
    assert case.grade(0).corrections[0].before == 3


def test_enter_takes_the_model_grade_and_goes_to_the_ungraded_eye():
    case = pair()
    decision = case.accept()
    assert [c.after for c in decision.corrections] == [2]
    assert decision.move_to == LEFT and not decision.advance


def test_enter_on_the_second_eye_accepts_and_advances():
    case = pair()
    case.apply(case.accept().corrections)
    case.active = LEFT
    decision = case.accept()
    assert [(c.kind, c.after) for c in decision.corrections] == [
        (CorrectionKind.GRADE, 1),
        (CorrectionKind.STATE, "accepted"),
    ]
    assert decision.advance


def test_enter_with_another_grade_than_the_model_is_a_correction():
    case = pair()
    case.apply(case.grade(4).corrections)
    case.active = LEFT
    case.apply(case.grade(1).corrections)
    assert case.accept().corrections[-1].after == CaseState.CORRECTED.value


def test_enter_with_the_fellow_eye_ungraded_never_advances():
    case = pair()
    case.apply(case.grade(4).corrections)  # the right eye stays active
    decision = case.accept()
    assert decision.corrections == () and decision.move_to == LEFT and not decision.advance


def test_without_a_model_the_reader_must_grade():
    case = pair(right=None)
    decision = case.accept()
    assert decision.corrections == () and "0–4" in decision.message


def test_reject_unsure_ungradable_advance():
    for decision, state in (
        (pair().reject(), "rejected"),
        (pair().unsure(), "unsure"),
        (pair().ungradable("blurred"), "ungradable"),
    ):
        assert decision.advance
        assert decision.corrections[-1].after == state
    assert pair().ungradable("blurred").corrections[0].key == "blurred"


def test_chest_enter_leaves_untouched_findings_unknown():
    case = chest()
    case.apply(case.mark("Edema", True).corrections)
    decision = case.accept()
    assert [(c.kind, c.after) for c in decision.corrections] == [(CorrectionKind.STATE, "accepted")]
    case.apply(case.mark("Nodule", False).corrections)
    assert case.accept().corrections[0].after == "corrected"
    assert case.human(21).findings == {"Edema": True, "Nodule": False}


def test_a_mark_taken_back_is_unknown():
    case = chest()
    case.apply(case.mark("Edema", True).corrections)
    event = case.mark("Edema", None).corrections[0]
    assert (event.before, event.after) == (True, None)
    case.apply([event])
    assert case.human(21).findings == {}


def test_an_unchanged_comment_is_no_event():
    case = chest()
    assert case.comment("").corrections == ()
    assert case.comment("x").corrections[0].after == "x"


@pytest.mark.parametrize(
    "events",
    [
        [("grade", "dr", RIGHT, 3)],
        [("grade", "dr", RIGHT, 3), ("grade", "dr", RIGHT, 1), ("grade", "dme", LEFT, 2)],
        [("finding", "Edema", RIGHT, True), ("finding", "Edema", RIGHT, None)],
        [("mask", "HE", LEFT, 12)],
        [("comment", "", None, "x")],
        [("state", "", None, "unsure"), ("grade", "dr", RIGHT, 3)],
        [("state", "", None, "rejected"), ("grade", "dr", RIGHT, 3)],
        [("state", "blurred", None, "ungradable")],
        [("threshold", "HE", LEFT, 0.25)],
    ],
)
def test_the_local_state_is_what_the_store_will_fold(events: list[tuple[str, str, int | None, object]]):
    made = [
        Correction(1, instance_id, CorrectionKind(kind), key, None, after, "A", id=n)
        for n, (kind, key, instance_id, after) in enumerate(events, start=1)
    ]
    mine = pair().review
    for event in made:
        mine = folded(mine, event)
    theirs = review(1, [RIGHT, LEFT], fold(made, predicted=True), ())
    assert mine.state == theirs.state
    assert mine.comment == theirs.comment and mine.reason == theirs.reason
    assert mine.instances == theirs.instances


def test_an_oedema_risk_as_the_model_said_corrects_nothing():
    case = pair()
    instance = case.instances[0].id
    stored = case.predictions[instance]["zoom_in_net"]
    said = replace(stored.prediction, grade=replace(stored.prediction.grade, dme=1, dme_probability=0.7))
    case.predictions[instance]["zoom_in_net"] = replace(stored, prediction=said)
    for value, state in ((1, "accepted"), (2, "corrected")):
        again = case.copy_with(case.grade_dme(value).corrections)
        for eye in again.instances:
            again.active = eye.id
            again.apply(again.grade(again.grade_scores(eye.id).grade).corrections)
        assert again.accept().corrections[-1].after == state
        assert again.human(instance).dme == value
