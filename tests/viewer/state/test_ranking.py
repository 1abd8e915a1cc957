from __future__ import annotations

import pytest

from engine.records import LabelScore
from viewer.state.ranking import find, freeze, next_mark, rank

LABELS = (
    LabelScore("Edema", -0.5, seen=False),
    LabelScore("Effusion", 0.7),
    LabelScore("Sarcoidosis", 0.1, seen=False, typed=True),
)


def test_by_falling_score_with_bars_between_the_extremes():
    ranked = rank(LABELS, {"Edema": False})
    assert [f.name for f in ranked] == ["Effusion", "Sarcoidosis", "Edema"]
    assert [f.fraction for f in ranked] == pytest.approx([1.0, 0.5, 0.0])
    assert [f.badge for f in ranked] == ["seen", "typed, unseen", "unseen"]
    assert [f.mark for f in ranked] == [None, None, False]


def test_a_typed_label_that_was_trained_since_is_seen():
    (promoted,) = rank([LabelScore("Sarcoidosis", 0.1, seen=True, typed=True)], {})
    assert promoted.badge == "seen"


def test_thresholds_stand_on_the_bar_and_part_the_labels():
    ranked = {f.name: f for f in rank(LABELS, {}, {"Effusion": 0.7, "Edema": 0.1, "Zebra": 0.0})}
    assert (ranked["Effusion"].limit, ranked["Effusion"].above) == (pytest.approx(1.0), True)
    assert (ranked["Edema"].limit, ranked["Edema"].above) == (pytest.approx(0.5), False)
    assert (ranked["Sarcoidosis"].limit, ranked["Sarcoidosis"].above) == (None, None)
    far = rank(LABELS, {}, {"Edema": -9.0, "Effusion": 9.0})
    assert [f.limit for f in far if f.limit is not None] == [1.0, 0.0]  # beyond the bar: at its end


def test_one_label_or_equal_scores_have_full_bars():
    assert [f.fraction for f in rank([LabelScore("A", -3.0)], {})] == [1.0]
    assert [f.name for f in rank([LabelScore("B", 1.0), LabelScore("A", 1.0)], {})] == ["A", "B"]
    assert rank([], {}) == ()


def test_a_finding_that_only_a_reader_named_comes_last():
    ranked = rank(LABELS, {"Zebra": True})
    assert ranked[-1].name == "Zebra" and ranked[-1].score is None and ranked[-1].mark is True


def test_the_order_is_frozen_while_the_case_is_open():
    shown = rank(LABELS, {})
    fresh = rank(
        [LabelScore("Edema", 0.9), LabelScore("Effusion", 0.1), LabelScore("New", 0.95)], {"Edema": True}
    )
    frozen = freeze(shown, fresh)
    assert [f.name for f in frozen] == ["Effusion", "Edema", "New"]
    assert frozen[1].score == 0.9 and frozen[1].mark is True
    assert freeze((), fresh) == fresh


def test_marks_go_round():
    assert [next_mark(m) for m in (None, True, False)] == [True, False, None]


def test_find_prefers_the_beginning_of_a_name():
    ranked = rank(LABELS, {})
    assert find(ranked, "ed") == 2
    assert find(ranked, "FUS") == 0
    assert find(ranked, "zzz") is None
    assert find(ranked, "  ") is None
