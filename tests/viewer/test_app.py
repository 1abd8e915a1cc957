from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.io.sandbox import Sandbox
from engine.records import CaseState, CorrectionKind
from engine.store.project import open_project
from viewer.actions import COMMANDS
from viewer.app import Decoders, Lynceus, parse
from viewer.settings import Settings

HEAVY = ("torch", "transformers", "sklearn", "lightning", "scipy", "matplotlib")


def open_case(lynceus: Lynceus, qtbot: QtBot, name: str) -> None:
    """Open a case by name and wait for its pictures."""
    project = lynceus.desk.project
    assert project is not None
    row = next(r for r in project.case_rows(project.case_ids()) if r.name.startswith(name))
    lynceus.cases.open(row.id)
    loaded = lambda: all(lynceus.pictures.picture_of(i) for i in lynceus.pictures.shown)  # noqa: E731
    qtbot.waitUntil(loaded)
    qtbot.waitUntil(lambda: lynceus.desk.images.is_idle)
    QApplication.processEvents()


def press(
    lynceus: Lynceus, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """A key where the focus is, as a reader presses it."""
    QTest.keyClick(QApplication.focusWidget() or lynceus.window.canvas.views[0], key, modifier)
    QApplication.processEvents()


def saved(lynceus: Lynceus) -> None:
    assert lynceus.desk.writer.flush()
    QApplication.processEvents()


def test_the_window_starts_without_the_models(project_root: Path):
    code = (
        "import sys; from pathlib import Path; from viewer import app\n"
        "from viewer.settings import Settings\n"
        "a = app.make_application(); l = app.Lynceus(Settings()); l._worker_started = True\n"
        "l.open([Path(sys.argv[1])]); l.window.show(); a.processEvents()\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules]); l.close()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(project_root)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_worker_starts_after_the_first_paint(make_lynceus: Callable[[], Lynceus], qtbot: QtBot):
    lynceus = make_lynceus()
    assert not lynceus.desk.worker.started
    lynceus.window.show()
    qtbot.waitUntil(lambda: lynceus.desk.worker.started)


def test_every_command_of_the_table_can_be_run(lynceus: Lynceus):
    assert set(lynceus._commands) == {command.id for command in COMMANDS}


def test_arguments():
    assert parse(["a", "b"]).paths == [Path("a"), Path("b")]
    assert parse(["--screenshot", "x"]).screenshot == Path("x")
    with pytest.raises(SystemExit):
        parse(["--nonsense"])


def test_grading_an_eye_pair_by_keyboard(lynceus: Lynceus, qtbot: QtBot, project_root: Path):
    open_case(lynceus, qtbot, "P-1")
    here = lynceus.desk.open
    right, left = (i.id for i in here.instances)
    press(lynceus, Qt.Key.Key_3)
    assert here.human(right).grade == 3 and here.active == left
    assert "saving" in lynceus.window.status.saved.text() or lynceus.desk.writer.pending == 0
    press(lynceus, Qt.Key.Key_Return)
    assert lynceus.desk.open.case.name.startswith("P-2")  # both graded: on to the next
    saved(lynceus)
    assert lynceus.window.status.saved.text() == "● all saved"
    with open_project(project_root) as again:
        review = again.review(here.case.id)
    assert review.state is CaseState.CORRECTED
    assert (review.instances[right].grade, review.instances[left].grade) == (3, 0)


def test_undo_goes_to_the_case_first_and_says_what(lynceus: Lynceus, qtbot: QtBot):
    open_case(lynceus, qtbot, "P-1")
    first = lynceus.desk.open.case.id
    press(lynceus, Qt.Key.Key_X)
    saved(lynceus)
    assert lynceus.desk.open.case.id != first
    press(lynceus, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert lynceus.desk.open.case.id == first
    assert "rejected will be undone" in lynceus.window.status.message.text()
    assert lynceus.desk.project.review(first).state is CaseState.REJECTED
    press(lynceus, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    saved(lynceus)
    assert lynceus.desk.project.review(first).state is CaseState.PREDICTED
    press(lynceus, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    saved(lynceus)
    assert lynceus.desk.project.review(first).state is CaseState.REJECTED


def test_undo_reaches_back_beyond_a_restart(
    make_lynceus: Callable[[], Lynceus], project_root: Path, qtbot: QtBot
):
    before = make_lynceus()
    before.open([project_root])
    before.window.show()
    open_case(before, qtbot, "C-1")
    case_id = before.desk.open.case.id
    before.decisions.toggle_numbered(1)
    saved(before)
    after = make_lynceus()
    after.open([project_root])
    assert len(after.decisions.undo_stack) == 1
    after.cases.open(case_id)
    after.decisions.undo()
    saved(after)
    instance = after.desk.open.instances[0].id
    assert after.desk.project.review(case_id).instances[instance].findings == {}


def test_chest_marks_by_digit_and_the_order_stays(lynceus: Lynceus, qtbot: QtBot):
    open_case(lynceus, qtbot, "C-1")
    order = [f.name for f in lynceus.cases.ranking]
    assert order == ["Effusion", "Fibrosis", "Nodule", "Sarcoidosis"]
    press(lynceus, Qt.Key.Key_2)
    press(lynceus, Qt.Key.Key_4)
    press(lynceus, Qt.Key.Key_4)
    instance = lynceus.desk.open.active
    assert lynceus.desk.open.human(instance).findings == {"Fibrosis": True, "Sarcoidosis": False}
    assert [f.name for f in lynceus.cases.ranking] == order
    press(lynceus, Qt.Key.Key_4)
    saved(lynceus)
    assert lynceus.desk.project.review(lynceus.desk.open.case.id).instances[instance].findings == {
        "Fibrosis": True
    }


def test_letters_typed_into_a_comment_are_no_commands(lynceus: Lynceus, qtbot: QtBot):
    open_case(lynceus, qtbot, "P-1")
    case_id = lynceus.desk.open.case.id
    press(lynceus, Qt.Key.Key_C)
    field = lynceus.window.review.comment.field
    assert QApplication.focusWidget() is field
    QTest.keyClicks(field, "xu3 q")
    press(lynceus, Qt.Key.Key_Escape)
    saved(lynceus)
    review = lynceus.desk.project.review(case_id)
    assert lynceus.desk.open.case.id == case_id
    assert review.comment == "xu3 q"
    assert {e.kind for e in review.events} == {CorrectionKind.COMMENT}


def test_enter_in_the_search_box_accepts_nothing(lynceus: Lynceus, qtbot: QtBot):
    open_case(lynceus, qtbot, "P-1")
    lynceus.window.worklist.search.setFocus()
    press(lynceus, Qt.Key.Key_Return)
    saved(lynceus)
    assert lynceus.desk.project.events(lynceus.desk.open.case.id) == []


def test_a_stroke_is_saved_when_it_ends_and_undone_on_the_canvas(lynceus: Lynceus, qtbot: QtBot):
    open_case(lynceus, qtbot, "P-1")
    instance = lynceus.desk.open.active
    press(lynceus, Qt.Key.Key_E)
    assert lynceus.desk.editing
    edit, view = lynceus.pictures.edit, lynceus.window.canvas.views[0]
    assert edit is not None
    before = edit.plane("HE").copy()
    middle = view.rect().center()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=middle)
    saved(lynceus)
    painted = edit.plane("HE").astype(bool)
    assert painted.sum() > before.sum()
    assert (lynceus.desk.project.mask(instance, "HE") == painted).all()
    press(lynceus, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    saved(lynceus)
    assert (edit.plane("HE") == before).all()
    assert lynceus.desk.project.mask(instance, "HE") is None  # the model's mask holds again
    press(lynceus, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    saved(lynceus)
    assert (lynceus.desk.project.mask(instance, "HE") == painted).all()
    press(lynceus, Qt.Key.Key_Escape)
    assert not lynceus.desk.editing
    qtbot.waitUntil(lambda: lynceus.pictures.edit is None)
    layers = lynceus.pictures.layers_of(lynceus.desk.open.active_instance)
    assert layers is not None and layers.layers["HE"].human
    assert (layers.layers["HE"].mask == painted).all()


def test_an_edit_that_cannot_be_saved_is_kept(
    lynceus: Lynceus, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    from engine.errors import StoreUnavailable

    open_case(lynceus, qtbot, "C-1")
    project, told = lynceus.desk.project, []
    monkeypatch.setattr(lynceus.desk, "fail", lambda title, error: told.append(f"{title}: {error}"))
    with monkeypatch.context() as broken:

        def full(*_: object) -> None:
            raise StoreUnavailable("the disk is full", project.root, "Free some space.")

        broken.setattr(type(project), "record", full)
        lynceus.decisions.toggle_numbered(1)
        assert not lynceus.desk.writer.flush()
        qtbot.waitUntil(lambda: bool(told))
    assert "Effusion present" in told[0] and "disk is full" in told[0] and "Try again" in told[0]
    assert lynceus.window.status.saved.text() == "● not saved"
    assert not lynceus.window.status.retry.isHidden()
    lynceus.window.status.retry.click()
    saved(lynceus)
    assert lynceus.window.status.saved.text() == "● all saved"
    assert lynceus.window.status.retry.isHidden()
    instance = lynceus.desk.open.active
    assert project.review(lynceus.desk.open.case.id).instances[instance].findings == {"Effusion": True}


def test_all_saved_is_not_said_while_a_comment_is_typed(lynceus: Lynceus, qtbot: QtBot):
    open_case(lynceus, qtbot, "C-1")
    comment, status = lynceus.window.review.comment, lynceus.window.status
    comment.field.setPlainText("seen")
    assert status.saved.text() == "● saving…"
    lynceus.decisions.toggle_numbered(1)
    saved(lynceus)
    assert status.saved.text() == "● saving…" and comment.field.toPlainText() == "seen"
    comment.pause.timeout.emit()
    saved(lynceus)
    assert status.saved.text() == "● all saved"
    assert lynceus.desk.project.review(lynceus.desk.open.case.id).comment == "seen"


def test_a_failed_edit_can_be_given_up(lynceus: Lynceus, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch):
    from engine.errors import StoreUnavailable

    open_case(lynceus, qtbot, "C-1")
    project, told = lynceus.desk.project, []
    monkeypatch.setattr(lynceus.desk, "fail", lambda title, error: told.append(title))
    lynceus.decisions.toggle_numbered(2)
    saved(lynceus)
    steps = len(lynceus.decisions.undo_stack)
    with monkeypatch.context() as broken:

        def full(*_: object) -> None:
            raise StoreUnavailable("the disk is full", project.root, "Free some space.")

        broken.setattr(type(project), "record", full)
        lynceus.decisions.toggle_numbered(1)
        lynceus.decisions.toggle_numbered(3)
        assert not lynceus.desk.writer.flush()
        qtbot.waitUntil(lambda: bool(told))
    assert not lynceus.window.status.give_up.isHidden()
    lynceus.window.status.give_up.click()
    saved(lynceus)
    status, here = lynceus.window.status, lynceus.desk.open
    assert status.saved.text() == "● all saved" and status.give_up.isHidden()
    assert "Effusion present and 1 later" in status.message.text()
    assert here.human(here.active).findings == {"Fibrosis": True}
    assert len(lynceus.decisions.undo_stack) == steps
    lynceus.decisions.undo()
    saved(lynceus)
    assert project.review(here.case.id).instances[here.active].findings == {}


def test_an_undo_that_could_not_be_saved_and_was_given_up_can_be_done_again(
    lynceus: Lynceus, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    from engine.errors import StoreUnavailable

    open_case(lynceus, qtbot, "C-1")
    project, told = lynceus.desk.project, []
    monkeypatch.setattr(lynceus.desk, "fail", lambda title, error: told.append(title))
    lynceus.decisions.toggle_numbered(1)
    saved(lynceus)
    with monkeypatch.context() as broken:

        def full(*_: object) -> None:
            raise StoreUnavailable("the disk is full", project.root, "Free some space.")

        broken.setattr(type(project), "undo", full)
        lynceus.decisions.undo()
        assert not lynceus.desk.writer.flush()
        qtbot.waitUntil(lambda: bool(told))
    lynceus.decisions.give_up()
    here = lynceus.desk.open
    assert here.human(here.active).findings == {"Effusion": True}
    lynceus.decisions.undo()
    saved(lynceus)
    assert project.review(here.case.id).instances[here.active].findings == {}


def test_the_risk_of_macular_oedema_is_corrected_by_a_click(lynceus: Lynceus, qtbot: QtBot):
    open_case(lynceus, qtbot, "P-1")
    here, line = lynceus.desk.open, lynceus.window.review.grade.dme
    first = here.active
    line.buttons[2].click()
    saved(lynceus)
    assert lynceus.desk.project.review(here.case.id).instances[first].dme == 2
    assert here.active == first and line.buttons[2].isChecked() and "reader" in line.text.text()
    assert lynceus.desk.session.grades == {}
    lynceus.decisions.undo()
    saved(lynceus)
    assert lynceus.desk.project.review(here.case.id).instances[first].dme is None


def test_a_case_that_the_new_model_decides_otherwise_is_opened_by_a_click(lynceus: Lynceus, qtbot: QtBot):
    open_case(lynceus, qtbot, "C-1")
    dialog = lynceus.models.open_retraining()
    qtbot.addWidget(dialog)
    target = next(
        r for r in lynceus.desk.project.case_rows(lynceus.desk.project.case_ids()) if r.name == "P-2"
    )
    result = {"version": "v2", "held_back": 1, "old": {}, "new": {"auroc Effusion": 0.8}}
    lynceus.models.retraining.finish(result | {"flipped": [target.id]})
    lynceus.models.open_retraining()
    item = dialog.cases.item(0)
    assert item.text() == "P-2" and "1 case otherwise" in dialog.flipped.text()
    assert dialog.table.item(0, 0).text() == "auroc Effusion"
    dialog.cases.itemClicked.emit(item)
    assert lynceus.desk.open.case.id == target.id


def test_what_another_reader_changed_meanwhile_is_told_and_shown(
    lynceus: Lynceus, qtbot: QtBot, project_root: Path, monkeypatch: pytest.MonkeyPatch
):
    open_case(lynceus, qtbot, "P-1")
    here, told = lynceus.desk.open, []
    monkeypatch.setattr(lynceus.desk, "fail", lambda title, error: told.append(f"{title}: {error}"))
    with open_project(project_root) as other:
        (mine,) = here.grade(4).corrections
        other.record([replace(mine, reader="B")])
    press(lynceus, Qt.Key.Key_3)
    lynceus.desk.writer.flush()
    qtbot.waitUntil(lambda: bool(told))
    assert "Right eye grade 3" in told[0] and "is 4 now" in told[0] and "(B," in told[0]
    assert lynceus.desk.open.human(here.active_instance.id).grade in {4, None}
    assert lynceus.desk.open.human(here.instances[0].id).grade == 4
    assert lynceus.window.status.saved.text() == "● all saved"


def test_a_missing_file_is_named_in_the_canvas(lynceus: Lynceus, qtbot: QtBot, project_root: Path):
    gone = project_root.parent / "images" / "C-2.png"
    gone.unlink()
    lynceus.desk.images.stop()
    project = lynceus.desk.project
    row = next(r for r in project.case_rows(project.case_ids()) if r.name == "C-2")
    lynceus.cases.open(row.id)
    from viewer.jobs.images import load_picture

    instance = lynceus.pictures.shown[0]
    with pytest.raises(Exception, match="gone") as caught:
        load_picture(lynceus.decoders[0](), instance)
    lynceus.pictures._failed(lynceus.pictures.loading.picture_key(instance), caught.value)
    pane = lynceus.window.canvas.panes[0]
    assert str(gone) in pane.message and not pane.locate.isHidden()


def test_overlays_are_hidden_while_h_is_held(lynceus: Lynceus, qtbot: QtBot):
    open_case(lynceus, qtbot, "P-1")
    view = lynceus.window.canvas.views[0]
    shown = view.grab().toImage()
    event = (Qt.Key.Key_H, Qt.KeyboardModifier.NoModifier, "h")
    QApplication.sendEvent(view, QKeyEvent(QKeyEvent.Type.KeyPress, *event))
    hidden = view.grab().toImage()
    QApplication.sendEvent(view, QKeyEvent(QKeyEvent.Type.KeyRelease, *event))
    assert hidden != shown and view.grab().toImage() == shown


def test_evidence_of_a_finding_on_the_canvas(lynceus: Lynceus, qtbot: QtBot):
    open_case(lynceus, qtbot, "C-1")
    view = lynceus.window.canvas.views[0]
    plain = view.grab().toImage()
    lynceus.view.choose_evidence("Fibrosis")
    why, what = view.picture().note.split("\n")
    assert why == "Evidence for Fibrosis: relevance 0.60, 2 of 4, unseen in training"
    assert what == "Evidence map, strongest 40 % of the image"
    assert view.grab().toImage() != plain
    lynceus.view.choose_evidence("Fibrosis")
    assert view.picture().note == ""


def test_dropped_files_are_imported_and_predicted(lynceus: Lynceus, tmp_path: Path):
    image = tmp_path / "new.png"
    image.write_bytes(b"x")
    lynceus.window.dropped.emit([image])
    (job,) = lynceus.desk.worker.jobs
    assert job.operation == "import" and job.arguments["paths"] == [str(image)]
    job.progressed.emit(1, 2, "new.png", {})
    dialog = lynceus.projects.import_dialog
    assert "1 of 2" in dialog.text.text()
    job.finished.emit({"added": 1, "known": 0, "cases": 1, "refused": [[str(image), "is damaged"]]})
    assert dialog.refused.rowCount() == 1 and "1 not imported" in dialog.text.text()
    predict = lynceus.desk.worker.jobs[-1]
    assert predict.operation == "predict" and len(predict.arguments["instance_ids"]) == 1  # C-2 is new


def test_the_first_imported_case_is_opened(make_lynceus: Callable[[], Lynceus], project_root: Path):
    """An empty window, then cases that came in from the worker."""
    from engine.io.readers import read_info

    lynceus = make_lynceus()
    lynceus.projects.open(project_root.parent / "empty", create=True)
    assert lynceus.desk.open is None
    lynceus.desk.project.import_images([read_info(project_root.parent / "images" / "C-1.png")])
    lynceus.desk.list_changed.emit()
    assert lynceus.desk.open.case.name == "C-1"
    assert lynceus.window.worklist.chips["unreviewed"].text() == "Unreviewed 1"
    assert lynceus.window.status.place.text() == "1 / 1"


def test_a_dropped_project_is_opened(lynceus: Lynceus, tmp_path: Path):
    from engine.store.project import create_project

    create_project(tmp_path / "other").close()
    lynceus.window.dropped.emit([tmp_path / "other"])
    assert lynceus.desk.project.root == (tmp_path / "other").resolve()
    assert lynceus.desk.open is None
    assert Settings()["recent_projects"][0] == str((tmp_path / "other").resolve())


def test_pictures_of_another_project_never_come_from_this_one(
    lynceus: Lynceus, qtbot: QtBot, project_root: Path
):
    from engine.io.readers import read_info

    open_case(lynceus, qtbot, "C-1")
    first = lynceus.pictures.shown[0]
    lynceus.projects.open(project_root.parent / "second", create=True)
    images = sorted((project_root.parent / "images").glob("P-*.png"))
    lynceus.desk.project.import_images([read_info(path) for path in images])
    lynceus.desk.list_changed.emit()
    same_id = next(i for i in lynceus.desk.project.instances([first.id]))
    assert same_id.info.sha256 != first.info.sha256
    lynceus.cases.open(same_id.case_id)
    qtbot.waitUntil(lambda: lynceus.pictures.picture_of(same_id) is not None)
    assert lynceus.pictures.picture_of(same_id).info.path == same_id.info.path


def test_a_folder_that_is_no_project_is_told(
    lynceus: Lynceus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    told: list[str] = []
    monkeypatch.setattr(lynceus.desk, "fail", lambda title, error: told.append(str(error)))
    before = lynceus.desk.project
    assert not lynceus.projects.open(tmp_path / "nothing")
    assert str(tmp_path / "nothing") in told[0]
    assert lynceus.desk.project is before


def test_retraining_to_the_decision(lynceus: Lynceus, qtbot: QtBot):
    dialog = lynceus.models.open_retraining()
    dialog.start.click()
    job = lynceus.desk.worker.jobs[-1]
    assert job.operation == "retrain" and job.arguments["system"] == "zoom_in_net"
    job.progressed.emit(3, 10, "epoch 1", {"loss": 0.5})
    assert lynceus.models.retraining.curve == {"loss": [(3, 0.5)]}
    result = {"version": "v2", "held_back": 4, "old": {"kappa": 0.5}, "new": {"kappa": 0.6}, "flipped": [1]}
    job.finished.emit(result)
    assert [dialog.table.item(0, c).text() for c in range(4)] == ["kappa", "0.500", "0.600", "+0.100"]
    assert "4 held-back" in dialog.held_back.text()
    dialog.discard_button.click()
    assert lynceus.desk.project.models() == []
    dialog.start.click()
    dialog.cancel.click()
    assert lynceus.desk.worker.jobs[-1].cancel_asked
    assert "nothing was changed" in dialog.text.text()


def test_closing_records_what_is_still_typed(
    make_lynceus: Callable[[], Lynceus], project_root: Path, qtbot: QtBot
):
    lynceus = make_lynceus()
    lynceus.open([project_root])
    lynceus.window.show()
    case_id = lynceus.desk.open.case.id
    lynceus.window.review.comment.field.setPlainText("last words")
    lynceus.window.close()
    saved(lynceus)
    assert lynceus.desk.project.review(case_id).comment == "last words"


def test_threads_that_ask_for_the_decoder_at_once_get_the_same() -> None:
    decoders, together = Decoders(), Barrier(8)

    def ask(_: int) -> Sandbox:
        together.wait()
        return decoders()

    with ThreadPoolExecutor(8) as pool:
        found = set(map(id, pool.map(ask, range(8))))
    decoders.close()
    assert len(found) == 1
