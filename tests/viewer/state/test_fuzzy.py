from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.state import fuzzy
from viewer.state.fuzzy import ranked, score


def slow_score(query: str, text: str) -> float | None:
    """Every way to lay the letters, one after the other."""
    letters, line = [c for c in query.casefold() if not c.isspace()], text.casefold()
    if not letters:
        return 0.0
    best = None
    for places in combinations(range(len(line)), len(letters)):
        if any(line[p] != c for p, c in zip(places, letters, strict=True)):
            continue
        points = 0.0
        for number, p in enumerate(places):
            start = p == 0 or not line[p - 1].isalnum()
            worth = fuzzy.WORD_START if start else fuzzy.ANY_LETTER
            if number and p == places[number - 1] + 1:
                worth = max(worth, fuzzy.NEXT_LETTER)
            skipped = p - places[number - 1] - 1 if number else p
            points += worth - fuzzy.SKIPPED * skipped
        best = points if best is None else max(best, points)
    return best


@given(st.text("ab ", max_size=4), st.text("abc ", max_size=9))
def test_the_best_of_all_ways_counts(query: str, text: str):
    assert score(query, text) == pytest.approx(slow_score(query, text))


def test_letters_in_another_order_do_not_fit():
    assert score("ba", "ab") is None
    assert score("", "anything") == 0.0
    assert score("a", "") is None


def test_word_starts_come_first_and_what_cannot_be_used_last():
    texts = ["View: Lesion masks", "Masks: Smaller brush", "File: Import images", "Masks: Larger brush"]
    assert ranked("msb", texts, [True] * 4)[0] == 1
    assert ranked("masks", texts, [True, False, True, True]) == [3, 0, 1]
    assert ranked("", texts, [True] * 4) == [0, 1, 2, 3]
