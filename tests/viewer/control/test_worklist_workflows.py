"""Filters kept under a name, the queue, batches, blind and double reading: by key where there is one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.records import CaseState, Modality
from engine.store.project import Project, open_project
from engine.store.rows import CaseRow
from viewer.app import Lynceus
from viewer.state.batch import Stage
from viewer.state.filters import NEXT_BEST, ORDERS, Filters, score_order
from viewer.state.reading import BLIND

PATIENCE_MS = 30_000
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def press(
    lynceus: Lynceus, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """A key on the canvas, as a reader presses it."""
    QApplication.processEvents()  # whichever window was shown last is active from now on
    QTest.keyClick(lynceus.window.canvas.views[0], key, modifier)
    QApplication.processEvents()


def saved(lynceus: Lynceus) -> None:
    assert lynceus.desk.writer.flush()
    QApplication.processEvents()


def project_of(lynceus: Lynceus) -> Project:
    assert lynceus.desk.project is not None
    return lynceus.desk.project


def row(lynceus: Lynceus, name: str) -> CaseRow:
    project = project_of(lynceus)
    return next(r for r in project.case_rows(project.case_ids()) if r.name == name)


def names(lynceus: Lynceus) -> list[str]:
    model = lynceus.desk.model
    assert model is not None
    return [r.name for n in range(model.rowCount()) if (r := model.row(n)) is not None]


def closed_by(root: Path, reader: str, case_id: int, grade: int) -> None:
    """Another reader grades both eyes and accepts."""
    from viewer.state.review import OpenCase

    with open_project(root) as project:
        case, review = project.case(case_id), project.review(case_id)
        here = OpenCase(case, review, {}, reader)
        for instance in here.instances:
            here.active = instance.id
            made = here.grade(grade).corrections
            project.record(made)
            here.apply(made)
        project.record(here.accept().corrections)


# -- filters -----------------------------------------------------------------------------------------


def test_filters_of_the_dialog_are_kept_under_a_name(lynceus: Lynceus, qtbot: QtBot, project_root: Path):
    press(lynceus, Qt.Key.Key_F, CONTROL | SHIFT)
    dialog = lynceus.lists.dialog
    assert dialog is not None and dialog.isVisible()
    assert dialog.score_label.findData("Effusion") > 0
    dialog.modality.setCurrentIndex(dialog.modality.findData("chest"))
    assert names(lynceus) == ["C-1", "C-2"]
    dialog.score_label.setCurrentIndex(dialog.score_label.findData("Effusion"))
    QTest.keyClicks(dialog.low, "0,5")
    dialog.low.editingFinished.emit()
    assert names(lynceus) == ["C-1"]
    lynceus.window.worklist.set_order(score_order("Effusion"))
    dialog.saved.setCurrentText("likely effusions")
    dialog._save()
    with open_project(project_root) as again:
        assert list(again.documents("filter")) == ["likely effusions"]
    dialog.clear()
    lynceus.window.worklist.set_order(ORDERS[0])
    assert len(names(lynceus)) == 4
    dialog.chosen.emit("likely effusions")
    assert names(lynceus) == ["C-1"]
    assert lynceus.window.worklist.order == score_order("Effusion")
    assert dialog.low.text() == "0.5" and lynceus.window.worklist.filters().count == 2
    dialog.delete_pressed.emit("likely effusions")
    assert project_of(lynceus).documents("filter") == {} and dialog.saved.count() == 0


def test_a_saved_filter_that_cannot_be_read_is_told(lynceus: Lynceus, monkeypatch: pytest.MonkeyPatch):
    told: list[str] = []
    monkeypatch.setattr(lynceus.desk, "fail", lambda title, error: told.append(f"{title}: {error}"))
    project_of(lynceus).put_document("filter", "old", {"filters": {"states": ["no such"]}})
    lynceus.lists.use("old")
    assert "no such" in told[0] and len(names(lynceus)) == 4
    lynceus.lists.use("never saved")
    assert len(told) == 1


def test_a_wrong_number_is_said_and_filters_nothing(lynceus: Lynceus):
    dialog = lynceus.lists.open_filters()
    assert dialog is not None
    dialog.score_label.setCurrentIndex(dialog.score_label.findData("Effusion"))
    dialog.low.setText("much")
    dialog.low.editingFinished.emit()
    assert "much" in dialog.problem.text() and lynceus.window.worklist.filters().low is None


def test_progress_of_the_batch_follows_every_decision(lynceus: Lynceus, qtbot: QtBot):
    panel = lynceus.window.worklist
    assert panel.decided.text() == "0 of 4 decided"
    lynceus.cases.open(row(lynceus, "C-1").id)
    press(lynceus, Qt.Key.Key_X)
    saved(lynceus)
    assert panel.decided.text() == "1 of 4 decided" and panel.progress.value() == 1
    assert panel.chips["unreviewed"].text() == "Unreviewed 3"


# -- queue -------------------------------------------------------------------------------------------


def test_the_next_best_cases_come_first_with_a_word(lynceus: Lynceus, qtbot: QtBot):
    lynceus.cases.open(row(lynceus, "P-1").id)
    plain = names(lynceus)
    press(lynceus, Qt.Key.Key_O)
    model = lynceus.desk.model
    assert model is not None
    qtbot.waitUntil(lambda: model.worklist.queue is not None, timeout=PATIENCE_MS)
    assert set(names(lynceus)[:2]) == {"P-1", "P-2"}  # what is open is of fundus
    assert model.worklist.reason(model.worklist.ids[0]) in {"uncertain", "systems disagree", "new kind"}
    assert model.worklist.reason(row(lynceus, "C-1").id) == ""
    assert "Next best of 2" in lynceus.window.worklist.banner.text()
    lynceus.window.worklist.list.grab()
    press(lynceus, Qt.Key.Key_O)
    assert names(lynceus) == plain and lynceus.window.worklist.banner.text() == ""
    lynceus.window.worklist.set_order(NEXT_BEST)
    qtbot.waitUntil(lambda: model.worklist.queue is not None, timeout=PATIENCE_MS)
    lynceus.window.worklist.back.click()
    assert names(lynceus) == plain


# -- batches -----------------------------------------------------------------------------------------


def test_a_batch_is_accepted_after_a_look_at_a_sample(lynceus: Lynceus, qtbot: QtBot):
    press(lynceus, Qt.Key.Key_A, CONTROL | SHIFT)
    dialog, batch = lynceus.batches.dialog, lynceus.batches.batch
    assert dialog is not None and "3 listed cases" in dialog.what.text()  # C-2 is new
    dialog.count.setValue(1)
    dialog.look.click()
    assert not dialog.isVisible() and batch.stage is Stage.SAMPLING
    assert len(names(lynceus)) == 1 and "0 of 1 decided" in lynceus.window.worklist.banner.text()
    sampled = lynceus.desk.open.case.id
    assert sampled == batch.sample[0]
    for _ in lynceus.desk.open.instances:
        press(lynceus, Qt.Key.Key_Return)  # once an eye
        saved(lynceus)
    assert batch.stage is Stage.CHECKED
    assert dialog.isVisible() and "1 looked at, 0 not accepted" in dialog.told.text()
    assert "at most 95 %" in dialog.told.text()
    dialog.go.click()
    qtbot.waitUntil(lambda: lynceus.batches.batch.stage is Stage.DONE, timeout=PATIENCE_MS)
    project = project_of(lynceus)
    states = {r.name: r.state for r in project.case_rows(project.case_ids())}
    assert states.pop("C-2") is CaseState.NEW
    assert set(states.values()) == {CaseState.ACCEPTED}
    rest = batch.rest
    assert project.events(rest[0])[-1].key == "batch of 3, 1 looked at, 0 changed"
    assert len(names(lynceus)) == 4 and "2 accepted" in dialog.told.text()
    lynceus.decisions.undo()
    lynceus.decisions.undo()  # first to a case of the batch, then all of it
    saved(lynceus)
    assert {r.state for r in project.case_rows(rest)} == {CaseState.PREDICTED}
    lynceus.decisions.redo()
    saved(lynceus)
    assert {r.state for r in project.case_rows(rest)} == {CaseState.ACCEPTED}


def test_what_somebody_decided_meanwhile_is_left_alone(lynceus: Lynceus, qtbot: QtBot, project_root: Path):
    lynceus.batches.open()
    batch = lynceus.batches.batch
    lynceus.batches.sample(1)
    (other, *_) = [c for c in batch.rest if project_of(lynceus).case(c).modality is Modality.FUNDUS]
    closed_by(project_root, "B", other, 4)
    for _ in lynceus.desk.open.instances:
        lynceus.decisions.accept()
    saved(lynceus)
    lynceus.batches.accept()
    qtbot.waitUntil(lambda: batch.stage is Stage.DONE, timeout=PATIENCE_MS)
    assert (batch.accepted, batch.skipped) == (1, 1)
    assert [e.reader for e in project_of(lynceus).events(other)] == ["B", "B", "B"]


def test_nothing_to_accept_is_said(lynceus: Lynceus):
    lynceus.window.worklist.set_filters(Filters(text="C-2"))
    dialog = lynceus.batches.open()
    assert dialog is not None and "No listed case" in dialog.what.text() and dialog.look.isHidden()


# -- reading -----------------------------------------------------------------------------------------


def test_blind_reading_by_keyboard(lynceus: Lynceus, qtbot: QtBot):
    lynceus.cases.open(row(lynceus, "P-1").id)
    press(lynceus, Qt.Key.Key_B, CONTROL)
    here, review = lynceus.desk.open, lynceus.window.review
    assert here.veiled and "Blind reading" in review.grade.referable.text()
    assert lynceus.window.evidence.isHidden() and review.similar.isHidden()
    assert not lynceus.pictures.boxes_of(here.active_instance)
    model = lynceus.desk.model
    assert model is not None and {model.row(n).top for n in range(3)} == {""}
    press(lynceus, Qt.Key.Key_Return)
    assert "0–4 first" in lynceus.window.status.message.text() and here.ungraded()
    press(lynceus, Qt.Key.Key_2)
    press(lynceus, Qt.Key.Key_1)
    assert not here.veiled and "model said" in review.grade.reader.text() + "model said"
    press(lynceus, Qt.Key.Key_Return)
    saved(lynceus)
    events = project_of(lynceus).events(here.case.id)
    assert [e.model for e in events if e.key == "dr"] == [BLIND, BLIND]
    assert lynceus.desk.session.blind == {i.id for i in here.instances}
    press(lynceus, Qt.Key.Key_B, CONTROL)
    assert not lynceus.desk.mode.blind and not lynceus.desk.open.veiled


def test_double_reading_from_the_first_to_the_third_reader(
    make_lynceus: Callable[[], Lynceus], project_root: Path, qtbot: QtBot
):
    first = make_lynceus()
    first.open([project_root])
    case_id = row(first, "P-1").id
    closed_by(project_root, "B", case_id, 3)
    first.window.show()
    first.window.canvas.views[0].setFocus()
    press(first, Qt.Key.Key_D, CONTROL)
    assert first.desk.open.case.id == case_id and names(first) == ["P-1"]
    assert first.desk.open.apart and first.desk.open.human(first.desk.open.active).grade is None
    assert first.window.review.readings.isHidden() and first.desk.model.row(0).top == ""
    press(first, Qt.Key.Key_1)
    press(first, Qt.Key.Key_1)
    press(first, Qt.Key.Key_Return)
    saved(first)
    assert project_of(first).review(case_id).state is CaseState.ADJUDICATION
    press(first, Qt.Key.Key_D, CONTROL)
    assert len(names(first)) == 4
    first.settings["reader"] = "C"
    first.desk.case_opened.emit()
    panel = first.window.review.readings
    assert not panel.isHidden() and "differ" in panel.verdict.text()
    assert [line.text() for line in panel.lines] == [
        "B: Right eye grade 3, Left eye grade 3",
        "A: Right eye grade 1, Left eye grade 1",
    ]
    panel.buttons[0].click()
    press(first, Qt.Key.Key_Return)
    saved(first)
    settled = project_of(first).review(case_id)
    assert settled.state in {CaseState.ACCEPTED, CaseState.CORRECTED}
    assert {r.grade for r in settled.instances.values()} == {3}


def test_the_summary_of_a_sitting(lynceus: Lynceus, qtbot: QtBot):
    lynceus.cases.open(row(lynceus, "P-1").id)
    for key in (Qt.Key.Key_4, Qt.Key.Key_0, Qt.Key.Key_Return):
        press(lynceus, key)
    saved(lynceus)
    press(lynceus, Qt.Key.Key_J, CONTROL)
    dialog = lynceus.reading.summary
    assert dialog is not None and "1 cases decided: corrected 1" in dialog.pace.text()
    assert "1 of 2 eyes graded as the model did" in dialog.agreement.text()
    assert dialog.table.item(2, 4).text() == "1"
    assert dialog.changes.item(0).text() == "P-1 Right eye: model 2, you 4"
    lynceus.cases.open(row(lynceus, "C-1").id)
    dialog.changes.itemClicked.emit(dialog.changes.item(0))
    assert lynceus.desk.open.case.name == "P-1"
    lynceus.decisions.undo()  # the closing
    saved(lynceus)
    assert lynceus.desk.session.closed == {}
