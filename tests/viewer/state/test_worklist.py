from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from engine.records import CaseState, Modality
from engine.store.rows import CaseQuery, CaseRow
from viewer.state.filters import QUEUE, Filters, Order
from viewer.state.worklist import MAX_PAGES, PAGE, WALK, Queue, Worklist


class Source:
    def __init__(self, count: int, states: dict[int, CaseState] | None = None) -> None:
        self.states = dict.fromkeys(range(1, count + 1), CaseState.PREDICTED) | (states or {})
        self.asked: list[int] = []

    def case_ids(self, query: CaseQuery) -> list[int]:
        return [c for c, state in self.states.items() if not query.states or state in query.states]

    def counts(self) -> dict[CaseState, int]:
        return dict(Counter(self.states.values()))

    def case_rows(self, ids: Sequence[int]) -> list[CaseRow]:
        self.asked += ids
        return [
            CaseRow(c, f"P-{c}", Modality.FUNDUS, self.states[c], "", 0.0, 0.0, "", Path())
            for c in ids
            if c in self.states
        ]


def listed(source: Source) -> Worklist:
    worklist = Worklist(source)
    worklist.refresh()
    return worklist


def test_rows_are_fetched_by_the_page_when_looked_at():
    source = Source(10 * PAGE)
    worklist = listed(source)
    assert source.asked == []
    row = worklist.row(PAGE + 3)
    assert row is not None and row.id == PAGE + 4
    assert source.asked == list(range(PAGE + 1, 2 * PAGE + 1))
    worklist.row(PAGE)
    assert len(source.asked) == PAGE


def test_pages_kept_are_capped():
    source = Source((MAX_PAGES + 2) * PAGE)
    worklist = listed(source)
    for page in range(MAX_PAGES + 1):
        worklist.row(page * PAGE)
    source.asked.clear()
    worklist.row(MAX_PAGES * PAGE)
    assert source.asked == []
    worklist.row(0)
    assert source.asked


def test_a_case_that_went_away_leaves_no_row():
    source = Source(3)
    worklist = listed(source)
    del source.states[3]
    assert worklist.row(2) is None


def test_neighbours_stay_in_the_list():
    worklist = listed(Source(3))
    assert [worklist.neighbour(c, 1) for c in (1, 2, 3)] == [2, 3, 3]
    assert [worklist.neighbour(c, -1) for c in (1, 2, 3)] == [1, 1, 2]
    assert worklist.neighbour(None, 1) == 1
    assert listed(Source(0)).neighbour(None, 1) is None


def test_next_unreviewed_goes_on_and_then_begins_anew():
    done = dict.fromkeys((2, 3, 5), CaseState.ACCEPTED)
    worklist = listed(Source(5, done))
    assert worklist.next_unreviewed(1) == 4
    assert worklist.next_unreviewed(4) == 1
    assert worklist.next_unreviewed(None) == 1
    assert listed(Source(2, {1: CaseState.REJECTED, 2: CaseState.UNSURE})).next_unreviewed(1) is None


def test_around_is_next_two_then_the_one_before():
    worklist = listed(Source(6))
    assert worklist.around(3) == [4, 5, 2]
    assert worklist.around(6) == [5]
    assert worklist.around(99) == []


def test_forgetting_a_case_fetches_it_again():
    source = Source(3)
    worklist = listed(source)
    worklist.row(0)
    source.states[1] = CaseState.ACCEPTED
    assert worklist.forget(1) == 0
    row = worklist.row(0)
    assert row is not None and row.state is CaseState.ACCEPTED
    assert worklist.forget(99) is None


def test_the_next_unreviewed_case_is_found_beyond_the_walk():
    done = dict.fromkeys(range(2, WALK + 50), CaseState.ACCEPTED)
    worklist = listed(Source(WALK + 60, done))
    assert worklist.next_unreviewed(1) == WALK + 50


def test_progress_ignores_the_filters():
    source = Source(4, {1: CaseState.ACCEPTED, 2: CaseState.UNSURE})
    worklist = Worklist(source)
    worklist.refresh(CaseQuery(states=frozenset({CaseState.ACCEPTED})))
    assert worklist.progress() == (2, 4)


def test_a_queue_comes_before_the_plain_order():
    worklist = listed(Source(6))
    worklist.queue = Queue((5, 2, 99), {5: "uncertain"})
    worklist.refresh()
    assert worklist.ids == [5, 2, 1, 3, 4, 6]
    assert (worklist.reason(5), worklist.reason(2)) == ("uncertain", "")
    assert worklist.position(5) == 0
    worklist.queue = Queue((5, 2), only=True)
    worklist.refresh()
    assert worklist.ids == [5, 2]
    worklist.queue = None
    worklist.refresh()
    assert worklist.ids == [1, 2, 3, 4, 5, 6] and worklist.reason(5) == ""
    assert Filters().query(Order("", QUEUE)).sort == "name"


def test_what_must_not_be_seen_is_veiled():
    worklist = listed(Source(2))
    worklist.veil = lambda row: replace(row, top="")
    row = worklist.row(0)
    assert row is not None and row.top == ""
