"""Readings, studies and rankings beside the open case."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.records import CaseState
from engine.store.rows import PatientStudy, Reading
from viewer.panels.rankings_panel import RankingsPanel
from viewer.panels.readings_panel import ReadingsPanel
from viewer.panels.studies_panel import SHOWN, StudiesPanel, shown_studies
from viewer.state.rankings import Moved

EYES = {1: "Right eye", 2: "Left eye"}


def reading(reader: str, right: int, left: int) -> Reading:
    return Reading(reader, "2026-01-01", CaseState.ACCEPTED, {1: right, 2: left})


def test_one_reading_is_not_shown(app: QApplication, qtbot: QtBot):
    panel = ReadingsPanel()
    qtbot.addWidget(panel)
    panel.show_readings([reading("A", 1, 0), reading("A", 2, 0)], EYES, False)
    assert panel.isHidden() and panel.lines == []


def test_two_readings_that_differ_can_be_taken(app: QApplication, qtbot: QtBot):
    panel = ReadingsPanel()
    qtbot.addWidget(panel)
    first, second = reading("A", 1, 0), reading("B", 3, 0)
    panel.show_readings([first, second], EYES, True)
    assert [line.text() for line in panel.lines] == [
        "A: Right eye grade 1, Left eye grade 0",
        "B: Right eye grade 3, Left eye grade 0",
    ]
    taken: list[Reading] = []
    panel.take_pressed.connect(taken.append)
    panel.buttons[1].click()
    assert taken == [second] and "differ" in panel.verdict.text()
    panel.show_readings([first, second], EYES, False)
    assert panel.buttons == [] and "settled" in panel.verdict.text()
    panel.show_readings([first, reading("B", 1, 0)], EYES, False)
    assert "agree" in panel.verdict.text()


def test_findings_in_question_are_named(app: QApplication, qtbot: QtBot):
    panel = ReadingsPanel()
    qtbot.addWidget(panel)
    said = [
        Reading(who, "", CaseState.ACCEPTED, {}, {5: {"Mass": yes, "Edema": True}})
        for who, yes in (("A", True), ("B", False))
    ]
    panel.show_readings(said, {}, True)
    assert [line.text() for line in panel.lines] == ["A: Mass present", "B: Mass absent"]


def studies(count: int) -> list[PatientStudy]:
    return [
        PatientStudy(n, f"S{n}", f"20{n:02}-01-01", CaseState.PREDICTED, "Mass") for n in range(1, count + 1)
    ]


def test_other_studies_are_opened_by_a_click(app: QApplication, qtbot: QtBot):
    panel = StudiesPanel()
    qtbot.addWidget(panel)
    panel.show_studies(studies(1), 1)
    assert panel.isHidden()
    panel.show_studies(studies(3), 2)
    assert [b.text() for b in panel.buttons] == [
        "2003-01-01 · Mass",
        "2002-01-01 · Mass · this one",
        "2001-01-01 · Mass",
    ]
    assert [b.isEnabled() for b in panel.buttons] == [True, False, True]
    opened: list[int] = []
    panel.chosen.connect(opened.append)
    panel.buttons[2].click()
    assert opened == [1]


def test_of_many_studies_those_around_the_open_one_are_shown():
    many = studies(40)
    assert [s.case_id for s in shown_studies(many, 40)] == list(range(40, 40 - SHOWN, -1))
    assert [s.case_id for s in shown_studies(many, 1)] == list(range(SHOWN, 0, -1))
    assert 20 in [s.case_id for s in shown_studies(many, 20)]


def test_what_moved_between_two_rankings(app: QApplication, qtbot: QtBot):
    panel = RankingsPanel()
    qtbot.addWidget(panel)
    panel.show_choices([], "")
    assert panel.isHidden()
    panel.show_choices([("cm", "the other one")], "cm")
    assert panel.choice.currentText() == "the other one"
    panel.show_moved([Moved("Mass", 1, 3), Moved("Edema", 3, 1), Moved("Hernia", 2, 2)])
    assert [row.value for row in panel.rows.rows] == ["1→3", "3→1"]
    assert panel.told.text().startswith("Rank correlation -1.00 over 3 labels")
    panel.show_moved([])
    assert panel.rows.rows == [] and panel.told.text() == ""
    chosen: list[str] = []
    panel.other_chosen.connect(chosen.append)
    panel.choice.activated.emit(0)
    assert chosen == ["cm"]
