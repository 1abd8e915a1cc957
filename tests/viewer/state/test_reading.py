"""Blind to the models, and apart from other readers."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from engine.records import CaseState, Correction, CorrectionKind, Modality
from engine.store.folding import fold, review
from engine.store.rows import CaseRow, Reading
from tests.viewer.state.test_review import LEFT, RIGHT, chest, pair
from viewer.state.reading import BLIND, Mode, quarrels, veiled_row
from viewer.state.review import OpenCase

K = CorrectionKind


def blind(case: OpenCase) -> OpenCase:
    return OpenCase(case.case, case.review, case.behind, case.reader, Mode(blind=True))


def closed_by(case: OpenCase, reader: str, grade: int) -> list[Correction]:
    made = [Correction(1, i, K.GRADE, "dr", None, grade, reader) for i in (RIGHT, LEFT)]
    made.append(Correction(1, None, K.STATE, "", "", CaseState.ACCEPTED.value, reader))
    return [replace(event, id=n, at=f"2026-01-0{n}") for n, event in enumerate(made, 1)]


def second(reader: str = "B", double: bool = True) -> OpenCase:
    """A case that A closed with grade 1, opened by another."""
    plain = pair()
    events = closed_by(plain, "A", 1)
    seen = review(1, [RIGHT, LEFT], fold(events, True), events)
    return OpenCase(plain.case, seen, plain.behind, reader, Mode(double=double))


def test_blind_shows_no_model_until_both_eyes_are_graded():
    case = blind(pair())
    assert case.veiled and case.predictions == {}
    assert case.grade_scores(RIGHT) is None and case.stored(RIGHT, "zoom_in_net") is None
    assert case.model_grade(RIGHT) == 2
    first = case.grade(3)
    assert first.corrections[0].model == BLIND
    case.apply(first.corrections)
    assert case.veiled
    case.active = LEFT
    case.apply(case.grade(1).corrections)
    assert not case.veiled and case.grade_scores(RIGHT) is not None
    changed = case.grade(2).corrections[0]
    assert changed.model.startswith("zoom_in_net") and changed.before == 1


def test_blind_enter_accepts_no_grade_that_was_not_seen():
    case = blind(pair())
    decision = case.accept()
    assert decision.corrections == () and not decision.advance
    assert "0–4 first" in decision.message


def test_blind_chest_is_hidden_until_it_is_decided():
    case = blind(chest())
    assert case.veiled
    case.apply(case.mark("Mass", True).corrections)
    assert case.veiled
    case.apply(case.accept().corrections)
    assert not case.veiled


def test_a_decided_case_is_not_hidden():
    case = blind(pair())
    case.apply(case.reject().corrections)
    assert not case.veiled


def test_a_second_reader_does_not_see_the_first():
    case = second()
    assert case.apart and case.human(RIGHT).grade is None
    assert case.review.state is CaseState.PREDICTED and case.review.events == ()
    (event,) = case.grade(3).corrections
    assert (event.before, event.after) == (1, 3)  # the store is told what is replaced
    case.apply([event])
    assert case.human(RIGHT).grade == 3 and case.apart
    assert not second(double=False).apart and second(double=False).human(RIGHT).grade == 1
    assert not second("A").secret  # one's own reading is no secret


def test_two_readers_apart_and_the_third():
    case = second()
    for eye in (RIGHT, LEFT):
        case.active = eye
        case.apply(case.grade(3).corrections)
    closing = case.accept().corrections
    assert closing[-1].before == CaseState.IN_REVIEW.value
    events = closed_by(case, "A", 1) + [
        replace(event, id=n, reader="B", at=f"2026-02-0{n}")
        for n, event in enumerate(closed_by(case, "B", 3), 4)
    ]
    quarrel = fold(events, True)
    assert quarrel.state is CaseState.ADJUDICATION
    third = OpenCase(
        case.case, review(1, [RIGHT, LEFT], quarrel, events), case.behind, "C", Mode(double=True)
    )
    assert third.apart and not third.secret  # both in view
    assert third.ungraded() == [RIGHT, LEFT]  # Enter alone must not repeat what the second reader said
    assert third.review.state is CaseState.ADJUDICATION
    first, other = third.truth.readings
    assert quarrels(third.truth.readings) == {
        (RIGHT, "dr"): {"A": "1", "B": "3"},
        (LEFT, "dr"): {"A": "1", "B": "3"},
    }
    taken = third.take(first)
    assert [(e.before, e.after) for e in taken.corrections] == [(3, 1), (3, 1)]
    third.apply(taken.corrections)
    assert third.take(first).corrections == () and third.human(LEFT).grade == 1
    again = third.take(other)
    assert [(e.before, e.after) for e in again.corrections] == [(1, 3), (1, 3)]
    loser = OpenCase(case.case, third.truth, case.behind, "B")
    assert loser.human(RIGHT).grade == 1 and loser.ungraded() == []


def test_the_newest_word_of_each_reader_counts():
    def said(reader: str, present: bool) -> Reading:
        return Reading(reader, "", CaseState.ACCEPTED, {}, {5: {"Mass": present}})

    assert quarrels([said("A", True), said("B", False)]) == {(5, "Mass"): {"A": "present", "B": "absent"}}
    assert quarrels([said("A", True), said("B", False), said("A", False)]) == {}
    alone = Reading("B", "", CaseState.ACCEPTED, {}, {5: {"Edema": True}})
    assert quarrels([said("A", True), alone]) == {}


def test_lines_of_the_worklist_tell_nothing():
    row = CaseRow(1, "P", Modality.FUNDUS, CaseState.ACCEPTED, "2 moderate", 0.5, 0.1, "", Path())
    hidden = veiled_row(row, Mode(double=True), set())
    assert (hidden.top, hidden.state) == ("", CaseState.PREDICTED) and math.isnan(hidden.score)
    assert veiled_row(row, Mode(double=True), {1}) == row
    assert veiled_row(row, Mode(blind=True), set()) == row
    predicted = replace(row, state=CaseState.PREDICTED)
    assert veiled_row(predicted, Mode(blind=True), set()).top == ""
    assert veiled_row(predicted, Mode(), set()) == predicted
