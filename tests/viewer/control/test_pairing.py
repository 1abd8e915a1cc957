"""Pairing and separating eyes, and editing the file-name rules, by real keys and clicks."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.operations.importing import import_paths
from engine.store.rows import CaseQuery
from viewer.app import Lynceus


@pytest.fixture
def eyes(lynceus: Lynceus, qtbot: QtBot) -> Lynceus:
    """P-1 is open, its right eye active."""
    project = lynceus.desk.project
    row = next(r for r in project.case_rows(project.case_ids()) if r.name == "P-1")
    lynceus.cases.open(row.id)
    qtbot.waitUntil(lambda: all(lynceus.pictures.is_shown(n) for n in range(2)))
    QApplication.processEvents()
    return lynceus


def saved(lynceus: Lynceus) -> None:
    assert lynceus.desk.writer.flush()
    QApplication.processEvents()


def cases(lynceus: Lynceus) -> list[tuple[str, int]]:
    project = lynceus.desk.project
    return [(r.name, r.instances) for r in project.case_rows(project.case_ids(CaseQuery(text="P-")))]


def test_eyes_are_separated_paired_again_and_undone(eyes: Lynceus, qtbot: QtBot):
    assert eyes.pairing.open() is None and "both eyes" in eyes.window.status.message.text()
    eyes.cases.switch_eye()
    eyes.run("edit.split")
    saved(eyes)
    assert cases(eyes) == [("P-1", 1), ("P-1", 1), ("P-2", 2)]
    assert len(eyes.desk.open.instances) == 1 and eyes.desk.open.active == eyes.desk.open.instances[0].id
    assert eyes.desk.model.rowCount() == 5
    eyes.run("edit.split")
    assert "one image only" in eyes.window.status.message.text()

    QTest.keyClick(
        eyes.window.canvas.views[0],
        Qt.Key.Key_P,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier,
    )
    dialog = eyes.pairing.dialog
    assert dialog is not None and dialog.isVisible()
    assert [dialog.list.item(n).text().partition(" · ")[0] for n in range(dialog.list.count())] == ["P-1"]
    QTest.keyClicks(dialog.search, "nobody")
    assert dialog.list.count() == 0 and dialog.text.text() and not dialog.button.isEnabled()
    dialog.search.clear()
    QTest.keyClick(dialog.search, Qt.Key.Key_Return)
    saved(eyes)
    assert cases(eyes) == [("P-1", 2), ("P-2", 2)]
    assert len(eyes.desk.open.instances) == 2
    assert "Run the models" in eyes.window.status.message.text()

    eyes.run("edit.undo")
    saved(eyes)
    assert cases(eyes) == [("P-1", 1), ("P-1", 1), ("P-2", 2)]
    eyes.run("edit.undo")
    saved(eyes)
    assert cases(eyes) == [("P-1", 2), ("P-2", 2)]


def test_two_of_the_same_eye_are_refused(eyes: Lynceus, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch):
    told: list[str] = []
    monkeypatch.setattr(eyes.desk, "fail", lambda title, error: told.append(str(error)))
    other = next(i for i in eyes.desk.project.case_ids(CaseQuery(text="P-2")))
    eyes.pairing.pair(other)
    qtbot.waitUntil(lambda: bool(told))
    saved(eyes)
    assert "both cases hold eye" in told[0]
    assert cases(eyes) == [("P-1", 2), ("P-2", 2)]


def test_rules_for_file_names_are_tried_and_kept(eyes: Lynceus, tmp_path: Path, qtbot: QtBot):
    dialog = eyes.pairing.open_rules()
    assert dialog is not None
    assert dialog.seen.text() == "Read in 4 of 4 file names of this project:"
    assert [dialog.table.item(0, n).text() for n in range(3)] == ["P-1_left", "P-1", "left"]
    dialog.field.setFocus()
    QTest.keyClicks(dialog.field, "(?P<patient>")
    assert "no regular expression" in dialog.problem.text() and not dialog.save.isEnabled()
    assert dialog.table.rowCount() == 0 and not dialog.seen.text()
    dialog.field.clear()
    QTest.keyClicks(dialog.field, r"(?P<eye>[RL])x(?P<patient>\w+)")
    assert not dialog.problem.text()
    QTest.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()

    folder = tmp_path / "more"
    folder.mkdir()
    files = sorted((tmp_path / "images").glob("P-1*.png"))
    for name, source in zip(("Rx77", "Lx77"), files, strict=True):
        data = bytearray(source.read_bytes())
        (folder / f"{name}.png").write_bytes(bytes(data) + name.encode())  # another file, the same picture
    project = eyes.desk.project
    import_paths(str(project.root), [str(folder)])
    kept = project.document("pairing", "patterns")
    assert kept == [r"(?P<eye>[RL])x(?P<patient>\w+)"]
    again = eyes.pairing.open_rules()
    assert again is not None and again.field.toPlainText() == kept[0]
    again.field.clear()
    again.save.click()
    assert project.document("pairing", "patterns") is None
