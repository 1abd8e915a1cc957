from __future__ import annotations

import pytest

from engine.training.time_left import TimeLeft, spoken


def test_tells_the_rest_once_it_can_be_told() -> None:
    now = [0.0]
    told: list[str] = []
    report = TimeLeft(lambda done, total, text="", **values: told.append(text), lambda: now[0])
    for done, at in ((1, 0.0), (2, 4.0), (4, 12.0), (10, 36.0)):
        now[0] = at
        report(done, 10, "phase 1")
    assert told == ["phase 1", "phase 1", "phase 1, 24 s left", "phase 1"]


def test_every_phase_counts_for_itself_and_from_where_it_resumes() -> None:
    now = [0.0]
    told: list[str] = []
    report = TimeLeft(lambda done, total, text="", **values: told.append(text), lambda: now[0])
    report(1, 10, "one")
    now[0] = 1000.0
    report(500, 1000, "two")
    now[0] = 1020.0
    report(510, 1000, "two")
    assert told == ["one", "two", "two, 16 min left"]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (89, "89 s"), (91, "2 min"), (5000, "83 min"), (11_100, "3 h 05 min")]
)
def test_spoken(seconds: float, text: str) -> None:
    assert spoken(seconds) == text
