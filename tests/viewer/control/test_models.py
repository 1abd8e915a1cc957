"""Retraining and versions from the window: planned, paused, made active and exported off the GUI thread."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.records import ModelCard
from viewer.app import Lynceus
from viewer.state.retraining import Phase


@pytest.fixture
def version(lynceus: Lynceus, tmp_path: Path) -> str:
    """A registered v2 of the grading system."""
    weights = tmp_path / "v2.safetensors"
    weights.write_bytes(b"weights")
    project = lynceus.desk.project
    assert project is not None
    project.add_model(weights, ModelCard("zoom_in_net", "v2", {}, limits="Few eyes."))
    return "v2"


def test_the_plan_is_counted_in_a_thread(lynceus: Lynceus, qtbot: QtBot):
    dialog = lynceus.models.open_retraining()
    qtbot.addWidget(dialog)
    assert "Counting" in dialog.plan.text()
    qtbot.waitUntil(lambda: "Nothing to learn from" in dialog.plan.text())
    assert "0 cases reviewed" in dialog.new.text()


def test_pause_reaches_the_worker(lynceus: Lynceus, qtbot: QtBot):
    dialog = lynceus.models.open_retraining()
    qtbot.addWidget(dialog)
    dialog.start.click()
    job = lynceus.desk.worker.jobs[-1]
    dialog.pause.click()
    assert job.paused and lynceus.models.retraining.phase is Phase.PAUSED
    dialog.pause.click()
    assert not job.paused and lynceus.models.retraining.phase is Phase.RUNNING
    dialog.pause.click()
    dialog.cancel.click()
    assert job.cancel_asked and "nothing was changed" in dialog.text.text()


def test_a_version_is_made_active_and_rolled_back(lynceus: Lynceus, qtbot: QtBot, version: str):
    project = lynceus.desk.project
    dialog = lynceus.models.open_versions()
    assert dialog is not None
    dialog.table.selectRow(0)
    dialog.button.click()
    qtbot.waitUntil(lambda: project.active_model("zoom_in_net") is not None)
    qtbot.waitUntil(lambda: bool(lynceus.desk.worker.jobs))
    job = lynceus.desk.worker.jobs[-1]
    assert job.operation == "predict" and job.arguments["systems"] == ["zoom_in_net"]
    assert len(job.arguments["instance_ids"]) == 4  # the eyes, no chest
    qtbot.waitUntil(lambda: dialog.table.item(0, 4).text() == "active")


def test_a_version_that_is_gone_is_told(lynceus: Lynceus, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch):
    told: list[str] = []
    monkeypatch.setattr(lynceus.desk, "fail", lambda title, error: told.append(str(error)))
    lynceus.models.activate("zoom_in_net", "v9")
    qtbot.waitUntil(lambda: bool(told))
    assert "v9" in told[0] and lynceus.desk.worker.jobs == []


def test_export_of_a_version(lynceus: Lynceus, qtbot: QtBot, version: str, tmp_path: Path):
    lynceus.models.export("zoom_in_net", version, tmp_path / "mine")
    qtbot.waitUntil(lambda: "mine.safetensors" in lynceus.window.status.message.text())
    assert (tmp_path / "mine.safetensors").read_bytes() == b"weights"
    assert "Few eyes." in (tmp_path / "mine.md").read_text(encoding="utf-8")


def press(lynceus: Lynceus, row: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    view = lynceus.window.worklist.list
    place = view.visualRect(view.model().index(row, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, keys, place)
    QApplication.processEvents()


def test_similar_cases_and_diseases_of_a_selection(lynceus: Lynceus):
    project = lynceus.desk.project
    rows = {row.name: row.id for row in project.case_rows(project.case_ids())}
    ids = lynceus.desk.model.worklist.ids
    pair = [rows["P-1"], rows["P-2"]]
    press(lynceus, ids.index(pair[0]))
    press(lynceus, ids.index(pair[1]), Qt.KeyboardModifier.ControlModifier)
    assert lynceus.desk.open.case.id == pair[1]
    assert lynceus.window.worklist.selected() == pair
    lynceus.run("review.similar")
    cases, diseases = lynceus.desk.worker.jobs[-2:]
    assert (cases.operation, cases.arguments["case_ids"]) == ("similar_cases", pair)
    assert (diseases.operation, diseases.arguments["case_ids"]) == ("similar_diseases", pair)
    diseases.finished.emit([["Glaucoma", 0.62], ["Pathological myopia", 0.4]])
    said = lynceus.window.status.message.text()
    assert "Glaucoma 0.62" in said and "no probability" in said
    cases.finished.emit([[rows["C-1"], 0.1]])
    assert lynceus.desk.model.worklist.ids == [*pair, rows["C-1"]]
    assert "2 selected cases" in lynceus.window.worklist.banner.text()


def test_stepping_on_ends_a_selection(lynceus: Lynceus):
    ids = lynceus.desk.model.worklist.ids
    press(lynceus, 0)
    press(lynceus, 2, Qt.KeyboardModifier.ShiftModifier)
    assert lynceus.window.worklist.selected() == ids[:3]
    lynceus.cases.step(1)
    assert lynceus.window.worklist.selected() == [ids[3]]
    lynceus.run("review.similar")
    assert lynceus.desk.worker.jobs[-1].arguments["case_ids"] == [ids[3]]


def test_too_many_selected_cases_are_refused(lynceus: Lynceus, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("viewer.control.models.MOST_ASKED", 1)
    press(lynceus, 0)
    press(lynceus, 1, Qt.KeyboardModifier.ControlModifier)
    before = len(lynceus.desk.worker.jobs)
    lynceus.run("review.similar")
    assert len(lynceus.desk.worker.jobs) == before
    assert "at most 1" in lynceus.window.status.message.text()


def test_similar_cases_are_listed_nearest_first(lynceus: Lynceus):
    project, model = lynceus.desk.project, lynceus.desk.model
    ids = project.case_ids()
    lynceus.cases.open(ids[2])
    lynceus.run("review.similar")
    job = lynceus.desk.worker.jobs[-1]
    assert (job.operation, job.arguments["case_ids"]) == ("similar_cases", [ids[2]])
    job.finished.emit([[ids[3], 0.1], [ids[0], 0.4]])
    assert model.worklist.ids == [ids[2], ids[3], ids[0]]
    assert "nearest first" in lynceus.window.worklist.banner.text()
    lynceus.window.worklist.back.click()
    assert model.worklist.ids == ids
