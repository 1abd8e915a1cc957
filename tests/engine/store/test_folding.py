"""Folding, without a database: rules of the states, undo, two readers; checked against a slow version."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.records import CaseState, Correction, CorrectionKind
from engine.store.folding import Folded, differ, fold, live, undone

S, K = CaseState, CorrectionKind


class Log:
    """Events with rising ids."""

    def __init__(self) -> None:
        self.events: list[Correction] = []

    def add(
        self, kind: CorrectionKind, after: Any, reader: str = "A", key: str = "", undoes: int | None = None
    ) -> int:
        instance = None if kind in (K.STATE, K.COMMENT) else 1
        number = len(self.events) + 1
        self.events.append(
            Correction(1, instance, kind, key, None, after, reader, undoes=undoes, id=number, at=f"t{number}")
        )
        return number

    def grade(self, value: int | None, reader: str = "A") -> int:
        return self.add(K.GRADE, value, reader, "dr")

    def state(self, value: CaseState, reader: str = "A", reason: str = "") -> int:
        return self.add(K.STATE, value.value, reader, reason)

    def undo(self, number: int, reader: str = "A") -> int:
        target = self.events[number - 1]
        return self.add(target.kind, None, reader, target.key, number)

    def fold(self, predicted: bool = True, **seen: Any) -> Folded:
        return fold(self.events, predicted, **seen)


def test_untouched_cases() -> None:
    assert fold([], False).state is S.NEW
    assert fold([], True).state is S.PREDICTED


@pytest.mark.parametrize("kind", [K.GRADE, K.FINDING, K.MASK])
def test_judgements_open_a_case(kind: CorrectionKind) -> None:
    log = Log()
    log.add(kind, 1, key="x")
    assert log.fold().state is S.IN_REVIEW


@pytest.mark.parametrize("kind", [K.COMMENT, K.THRESHOLD, K.LATERALITY])
def test_other_events_do_not(kind: CorrectionKind) -> None:
    log = Log()
    log.add(kind, "0.5", key="")
    assert log.fold().state is S.PREDICTED


@pytest.mark.parametrize("state", [S.ACCEPTED, S.CORRECTED, S.REJECTED, S.UNGRADABLE])
def test_a_later_judgement_reopens_what_was_decided(state: CaseState) -> None:
    log = Log()
    log.state(state, reason="too dark")
    assert log.fold().state is state
    log.grade(2)
    assert log.fold().state is S.IN_REVIEW


def test_unsure_waits_for_the_second_reader() -> None:
    log = Log()
    log.grade(2)
    log.state(S.UNSURE)
    log.grade(3, "B")
    assert log.fold().state is S.UNSURE
    log.state(S.CORRECTED, "B")
    assert log.fold().state is S.CORRECTED


def test_reason_belongs_to_ungradable_only() -> None:
    log = Log()
    log.state(S.UNGRADABLE, reason="blurred")
    assert log.fold().reason == "blurred"
    log.state(S.IN_REVIEW)
    assert (log.fold().reason, log.fold().state) == ("", S.IN_REVIEW)


def test_two_readers_apart_and_settled_by_another() -> None:
    log = Log()
    log.grade(2, "A")
    log.state(S.ACCEPTED, "A")
    log.grade(3, "B")
    log.state(S.CORRECTED, "B")
    assert (log.fold().state, log.fold().apart) == (S.ADJUDICATION, True)
    log.state(S.CORRECTED, "B")
    assert log.fold().state is S.ADJUDICATION, "who dissents does not settle it"
    log.state(S.CORRECTED, "C")
    assert log.fold().state is S.CORRECTED
    assert log.fold().apart, "the quarrel stays on record"


def test_two_readers_who_agree() -> None:
    log = Log()
    for reader in "AB":
        log.grade(2, reader)
        log.state(S.ACCEPTED, reader)
    assert (log.fold().state, log.fold().apart) == (S.ACCEPTED, False)


def test_a_dissenter_may_come_round() -> None:
    log = Log()
    log.grade(2, "A")
    log.state(S.ACCEPTED, "A")
    log.grade(3, "B")
    log.state(S.CORRECTED, "B")
    log.grade(2, "B")
    log.state(S.ACCEPTED, "B")
    assert log.fold().state is S.ACCEPTED


def test_accepting_makes_the_models_grade_the_readers() -> None:
    log = Log()
    closing = log.state(S.ACCEPTED, "A")
    seen = {closing: {1: 2, 7: 0}}
    assert log.fold(seen=seen).grade(1) == 2
    log.grade(3, "B")
    log.state(S.CORRECTED, "B")
    folded = log.fold(seen=seen)
    assert (folded.grade(1), folded.grade(7), folded.state) == (3, 0, S.ADJUDICATION)
    log.undo(closing)
    assert log.fold(seen=seen).grade(7) is None


def test_undo_and_redo() -> None:
    log = Log()
    first = log.grade(1)
    second = log.grade(4)
    back = log.undo(second)
    assert log.fold().grade(1) == 1
    log.undo(first)
    assert (log.fold().grade(1), log.fold().state) == (None, S.PREDICTED)
    log.undo(back)
    assert log.fold().grade(1) == 4


def test_undoing_one_reader_leaves_the_other() -> None:
    log = Log()
    first = log.grade(1, "A")
    log.grade(3, "B")
    log.undo(first, "A")
    assert log.fold().grade(1) == 3


def test_findings_and_unknown_again() -> None:
    log = Log()
    log.add(K.FINDING, True, key="Mass")
    log.add(K.FINDING, False, key="Edema")
    log.add(K.FINDING, None, key="Mass")
    assert log.fold().findings(1) == {"Edema": False}
    assert log.fold().findings(2) == {}


def test_what_one_reader_left_out_is_no_quarrel() -> None:
    mass, edema = (1, K.FINDING, "Mass"), (1, K.FINDING, "Edema")
    assert not differ({mass: True}, {edema: False})
    assert differ({mass: True, edema: True}, {edema: False})


def slow_live(events: list[Correction]) -> set[int]:
    """An event holds when no undo that holds takes it back; straight from the definition, recursively."""

    def holds(event: Correction) -> bool:
        return not any(other.undoes == event.id and holds(other) for other in events)

    return {e.id for e in events if e.undoes is None and holds(e)}


@st.composite
def logs(draw: st.DrawFn) -> list[Correction]:
    """Any interleaving of two readers' grades, findings, states and undos of anything earlier."""
    log = Log()
    for _ in range(draw(st.integers(0, 14))):
        reader = draw(st.sampled_from("AB"))
        what = draw(st.sampled_from(["grade", "finding", "state", "undo"]))
        if what == "undo" and log.events:
            log.undo(draw(st.integers(1, len(log.events))), reader)
        elif what == "finding":
            log.add(
                K.FINDING, draw(st.sampled_from([True, False, None])), reader, draw(st.sampled_from("xy"))
            )
        elif what == "state":
            log.state(draw(st.sampled_from(list(S))), reader)
        else:
            log.grade(draw(st.integers(0, 4)), reader)
    return log.events


@settings(deadline=None)
@given(logs())
def test_folding_agrees_with_the_definition(events: list[Correction]) -> None:
    holding = slow_live(events)
    assert {e.id for e in live(events)} == holding
    dead = undone((e.id, e.undoes) for e in events)
    assert {e.id for e in events if e.undoes is None} - dead == holding
    plain = [e for e in events if e.id in holding]
    folded, again = fold(events, True), fold(plain, True)
    assert folded == again, "what is undone leaves no trace"
    for key in ("x", "y"):
        said = [e.after for e in plain if e.kind is K.FINDING and e.key == key]
        assert folded.findings(1).get(key) == (said[-1] if said else None)
    grades = [e.after for e in plain if e.kind is K.GRADE]
    assert folded.grade(1) == (grades[-1] if grades else None)


@settings(deadline=None)
@given(logs())
def test_states_follow_the_rules(events: list[Correction]) -> None:
    folded = fold(events, True)
    holding = [e for e in events if e.id in slow_live(events)]
    states = [e for e in holding if e.kind is K.STATE]
    if not states:
        touched = any(e.kind in (K.GRADE, K.FINDING) for e in holding)
        assert folded.state is (S.IN_REVIEW if touched else S.PREDICTED)
        return
    last = states[-1]
    later = [e for e in holding if e.id > last.id and e.kind in (K.GRADE, K.FINDING)]
    wanted = {S.PREDICTED if last.after in (S.NEW, S.PREDICTED) else S(last.after)}
    if last.after in (S.ACCEPTED, S.CORRECTED):
        wanted.add(S.ADJUDICATION)
    if later:
        wanted = {s if s in (S.UNSURE, S.ADJUDICATION) else S.IN_REVIEW for s in wanted}
    assert folded.state in wanted
    if len({e.reader for e in states}) < 2 and S.ADJUDICATION not in {S(e.after) for e in states}:
        assert folded.state is not S.ADJUDICATION, "nobody quarrels alone"


@settings(deadline=None)
@given(logs(), st.data())
def test_undoing_the_last_event_gives_what_was_before(events: list[Correction], data: st.DataObject) -> None:
    before = fold(events, True)
    log = Log()
    log.events = list(events)
    number = log.grade(data.draw(st.integers(0, 4)))
    back = log.undo(number)
    assert log.fold() == before
    after = fold(log.events[:-1], True)
    log.undo(back)
    assert log.fold() == after
