from __future__ import annotations

import json
import math

import pytest

from engine.records import CaseState, Modality
from engine.store.rows import CaseQuery
from viewer.state.filters import ORDERS, Filters, Order, from_json, score_order, to_json

EVERYTHING = Filters(
    "abc",
    unreviewed=True,
    referable=True,
    disagree=True,
    unsure=True,
    states=frozenset({CaseState.ACCEPTED, CaseState.UNGRADABLE}),
    modality=Modality.FUNDUS,
    label="Effusion",
    grades=frozenset({1, 2}),
    reader="A",
    score_label="Mass",
    low=-0.5,
    high=2.0,
    second_reader="B",
)


def test_filters_become_a_query():
    query = Filters("  abc ", unreviewed=True, referable=True, disagree=True).query(score_order("Edema"))
    assert query.text == "abc"
    assert query.states == {CaseState.NEW, CaseState.PREDICTED, CaseState.IN_REVIEW}
    assert query.grades == {2, 3, 4} and query.disagreement
    assert (query.sort, query.descending) == ("score:Edema", True)
    both = Filters(unreviewed=True, unsure=True).query(ORDERS[0]).states
    assert CaseState.UNSURE in both and CaseState.NEW in both
    assert Filters().query(ORDERS[0]) == CaseQuery()


def test_the_dialogs_filters_become_a_query():
    query = EVERYTHING.query(ORDERS[1])
    assert {CaseState.ACCEPTED, CaseState.NEW, CaseState.UNSURE} <= query.states
    assert (query.modality, query.label, query.reader) == (Modality.FUNDUS, "Effusion", "A")
    assert query.grades == {2}  # grade 1 is not referable
    assert (query.score_label, query.score_range) == ("Mass", (-0.5, 2.0))
    assert query.second_reader == "B"
    half = Filters(score_label="Mass", low=1.0).query(ORDERS[0])
    assert half.score_range == (1.0, math.inf)
    none = Filters(referable=True, grades=frozenset({0})).query(ORDERS[0])
    assert none.grades == {-1}


def test_how_many_are_set_in_the_dialog():
    assert Filters("abc", unreviewed=True).count == 0
    assert EVERYTHING.count == 7


@pytest.mark.parametrize("filters", [Filters(), EVERYTHING, Filters(low=0.0, score_label="Mass")])
def test_a_saved_filter_comes_back_as_it_was(filters: Filters):
    data = json.loads(json.dumps(to_json(filters, score_order("Edema"))))
    assert from_json(data) == (filters, score_order("Edema"))


def test_what_another_version_wrote_is_read_as_far_as_it_is_known():
    data = {"filters": {"text": "x", "colour": "red"}, "order": {"title": "name", "sort": "name"}}
    assert from_json(data) == (Filters("x"), Order("name", "name"))
    for broken in ({"filters": {"states": ["no such"]}}, {"filters": 3}, {"order": {"bad": 1}}):
        with pytest.raises(ValueError, match=r"no saved filter|no such"):
            from_json(broken)
