"""What makes the window usable by everybody: names for screen readers, keys, menus, the notice, the tour."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QMenu,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from engine.store.project import open_project
from engine.systems import SYSTEMS
from viewer.actions import BY_ID, COMMANDS
from viewer.app import Lynceus
from viewer.dialogs.export_dialog import ExportDialog
from viewer.dialogs.guide_dialog import GuideDialog, pages
from viewer.dialogs.import_dialog import ImportDialog
from viewer.dialogs.key_editor import KeyEditor
from viewer.dialogs.palette_dialog import ID, USABLE, PaletteDialog, entries
from viewer.dialogs.reason_dialog import ReasonDialog
from viewer.dialogs.retrain_dialog import RetrainDialog
from viewer.dialogs.settings_dialog import SettingsDialog
from viewer.dialogs.tour import Step, Tour
from viewer.dialogs.versions_dialog import VersionsDialog
from viewer.settings import Settings

INSIDE = (QComboBox, QSpinBox, QDialogButtonBox)  # their parts are named by the whole


def nameless(root: QWidget) -> list[str]:
    """Widgets that take the keyboard and that a screen reader has no name for."""
    found = []
    for widget in [root, *root.findChildren(QWidget)]:
        takes = widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.isVisibleTo(root)
        part = isinstance(widget.parent(), INSIDE) or widget.objectName().startswith("qt_")
        if not takes or part or isinstance(widget, QDialog):
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        name = interface.text(QAccessible.Text.Name) if interface is not None else ""
        if not (name or widget.accessibleName()):
            found.append(f"{type(widget).__name__} {widget.objectName()} in {type(widget.parent()).__name__}")
    return found


@pytest.mark.parametrize("name", ["P-1", "C-1"])
def test_everything_that_takes_the_keyboard_has_a_name(lynceus: Lynceus, qtbot: QtBot, name: str):
    rows = lynceus.desk.model.worklist
    case = next(i for i in rows.ids if lynceus.desk.project.case(i).name == name)
    lynceus.cases.open(case)
    qtbot.waitUntil(lambda: lynceus.desk.images.is_idle, timeout=20_000)
    assert nameless(lynceus.window) == []


def dialogs(tmp_path: Path) -> Iterator[QDialog]:
    settings = Settings(tmp_path / "s.toml")
    yield SettingsDialog(settings)
    yield KeyEditor({})
    yield PaletteDialog(entries({}, {}))
    yield ExportDialog(tmp_path)
    yield ImportDialog()
    yield ReasonDialog()
    yield GuideDialog()
    yield VersionsDialog()
    yield RetrainDialog([system for system in SYSTEMS.values() if system.recipe])


def test_dialogs_too(app: QApplication, qtbot: QtBot, tmp_path: Path):
    for dialog in dialogs(tmp_path):
        qtbot.addWidget(dialog)
        assert nameless(dialog) == [], type(dialog).__name__
        assert dialog.windowTitle()


def test_every_command_is_reached_by_keys_alone(lynceus: Lynceus):
    """By its own key, or through the palette, which has one; all stand in a menu as well."""
    assert BY_ID["help.palette"].keys
    listed = {entry.id for entry in entries({}, {})}
    in_menus = {action for menu in lynceus.window.menus.values() for action in menu.actions()}
    for command in COMMANDS:
        assert command.id in listed
        assert lynceus.window.actions_by_id[command.id] in in_menus


@pytest.mark.parametrize("size", [(1024, 640), (1366, 768), (1920, 1080)])
def test_the_notice_is_always_there_whole(lynceus: Lynceus, size: tuple[int, int]):
    window = lynceus.window
    window.resize(*size)
    QApplication.processEvents()
    banner = window.top.banner
    corner = banner.mapTo(window, QPoint(0, 0))
    assert banner.isVisible() and banner.text() == "Not for clinical use"
    assert banner.width() >= banner.sizeHint().width()
    assert corner.x() + banner.width() <= window.width() and corner.y() + banner.height() <= window.height()
    lynceus.run("masks.edit")
    assert banner.isVisible()


def test_numbers_in_the_settings_can_be_read(app: QApplication, qtbot: QtBot, tmp_path: Path):
    dialog = SettingsDialog(Settings(tmp_path / "s.toml"))
    qtbot.addWidget(dialog)
    dialog.show()
    boxes = dialog.findChildren(QAbstractSpinBox)
    assert len(boxes) >= 5
    for box in boxes:
        needed = box.fontMetrics().horizontalAdvance(box.text())
        assert box.lineEdit().width() >= needed and box.lineEdit().height() >= box.fontMetrics().height()


def test_a_crash_report_is_told_with_its_place(lynceus: Lynceus, tmp_path: Path):
    lynceus.run("help.tour")
    lynceus.help.tour.skip.click()
    assert list(lynceus.crashes.commands) == ["help.tour"]
    lynceus.help.show_report(tmp_path / "report-1.txt", earlier=True)
    box = next(w for w in QApplication.topLevelWidgets() if w.isVisible() and w is not lynceus.window)
    assert "ended unexpectedly" in box.text() and "report-1.txt" in box.informativeText()
    box.close()


def test_recent_projects_stand_in_the_menu_and_open(make_lynceus: Callable[[], Lynceus], project_root: Path):
    lynceus = make_lynceus()
    lynceus.settings.add_recent(project_root)
    recent = next(
        m for m in lynceus.window.menus["File"].findChildren(QMenu) if m.title() == "Recent projects"
    )
    recent.aboutToShow.emit()
    assert [action.text() for action in recent.actions()] == [str(project_root)]
    recent.actions()[0].trigger()
    assert lynceus.desk.project is not None and lynceus.desk.project.root == project_root


# -- keys ----------------------------------------------------------------------------------------------


def test_a_key_is_changed_kept_and_used(lynceus: Lynceus):
    editor = lynceus.help.edit_keys()
    row = next(n for n, command in enumerate(COMMANDS) if command.id == "review.next_unreviewed")
    editor.table.selectRow(row)
    editor.recorder.setKeySequence(QKeySequence("W"))
    editor.replace.click()
    editor.recorder.setKeySequence(QKeySequence("Ctrl+J"))
    editor.add.click()
    assert editor.own == {"review.next_unreviewed": "W Ctrl+J"}
    editor.accept()
    assert Settings()["keys"] == {"review.next_unreviewed": "W Ctrl+J"}
    shortcuts = lynceus.window.actions_by_id["review.next_unreviewed"].shortcuts()
    assert [s.toString() for s in shortcuts] == ["W", "Ctrl+J"]


def test_a_clash_is_told_and_cannot_be_kept(app: QApplication, qtbot: QtBot):
    editor = KeyEditor({})
    qtbot.addWidget(editor)
    save = editor.buttons.button(QDialogButtonBox.StandardButton.Save)
    editor.set_keys("review.reject", "U")
    assert not save.isEnabled()
    assert "Reject and advance" in editor.problem.text() and "Unsure" in editor.problem.text()
    editor.reset.click() if editor.command and editor.command.id == "review.reject" else editor.set_keys(
        "review.reject", "X"
    )
    assert save.isEnabled() and editor.own == {} and not editor.problem.text()
    editor.set_keys("review.accept", "")
    assert editor.own == {"review.accept": ""}
    editor.reset_all.click()
    assert editor.own == {}


def test_the_palette_finds_and_does(lynceus: Lynceus, qtbot: QtBot):
    done: list[str] = []
    lynceus._commands["view.fit"] = lambda: done.append("view.fit")
    lynceus.window.set_situation(project=True, modality="fundus", editing=False)
    palette = lynceus.help.show_palette()
    QTest.keyClicks(palette.field, "fit the im")
    assert palette.list.currentItem().data(ID) == "view.fit"
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert done == ["view.fit"]


def test_the_palette_moves_by_arrows_and_does_nothing_that_cannot_be_done(app: QApplication, qtbot: QtBot):
    palette = PaletteDialog(entries({}, {"masks.fill": False}))
    qtbot.addWidget(palette)
    chosen: list[str] = []
    palette.chosen.connect(chosen.append)
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.list.currentRow() == 1
    QTest.keyClick(palette.field, Qt.Key.Key_Up)
    QTest.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.list.currentRow() == 0
    QTest.keyClicks(palette.field, "masks: fill")
    item = palette.list.item(0)
    while item.data(ID) != "masks.fill":
        item = palette.list.item(palette.list.row(item) + 1)
    palette.list.setCurrentItem(item)
    assert not item.data(USABLE)
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert chosen == []
    QTest.keyClicks(palette.field, "qqqqqqq")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert chosen == []


def test_text_grows_and_shrinks_by_keys(lynceus: Lynceus):
    lynceus.run("view.larger_text")
    assert Settings()["font_scale"] == 1.1
    assert QApplication.font().pixelSize() == 18
    for _ in range(3):
        lynceus.run("view.smaller_text")
    assert Settings()["font_scale"] == 1.0


# -- tour and guide ------------------------------------------------------------------------------------


def test_the_tour_comes_once_and_only_on_the_demo(make_lynceus: Callable[[], Lynceus], project_root: Path):
    first = make_lynceus()
    first.help.tour_allowed = True
    first.open([project_root])
    first.window.show()
    QApplication.processEvents()
    assert first.help.tour is None, "it is no demo"
    first.desk.project.set_setting("images", "phantoms")
    first.projects.open(project_root)
    tour = first.help.tour
    assert tour is not None and tour.step.target is first.window.worklist
    seen = []
    here = first.desk.open
    for _ in range(10):
        if first.help.tour is None:
            break
        assert tour.rect().contains(tour.bubble.geometry()), tour.step.title
        seen.append(tour.step.title)
        QTest.keyClick(tour.next, Qt.Key.Key_Return)
    assert first.help.tour is None and first.desk.open is here, "Enter accepted nothing"
    assert len(seen) >= 5 and len(set(seen)) == len(seen)
    assert Settings()["tour_seen"]
    first.cases.open(first.desk.model.worklist.ids[2])
    assert first.help.tour is None


def test_the_tour_can_be_left_at_once(app: QApplication, qtbot: QtBot):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(500, 400)
    target, hidden = QLabel("here", window), QLabel("there", window)
    window.show()
    hidden.hide()
    tour = Tour([Step(hidden, "a", "b"), Step(target, "c", "d")], window)
    ended: list[bool] = []
    tour.ended.connect(ended.append)
    tour.start()
    assert tour.step.title == "c", "what is hidden is passed over"
    assert not tour.grab().isNull()
    QTest.keyClick(tour, Qt.Key.Key_Escape)
    assert ended == [False]


def test_the_guide_shows_its_pages_with_their_pictures(app: QApplication, qtbot: QtBot, tmp_path: Path):
    (tmp_path / "index.md").write_text("# Start\n\n[next](two.md) [out](https://example.org)\n")
    (tmp_path / "two.md").write_text("# Second\n\ntext ![](../secret.png)\n")
    assert list(pages(tmp_path)) == ["Start", "Second"]
    guide = GuideDialog(tmp_path)
    qtbot.addWidget(guide)
    assert "next" in guide.text.toPlainText()
    from PySide6.QtCore import QUrl

    guide._follow(QUrl("https://example.org"))
    assert guide.list.currentRow() == 0
    guide._follow(QUrl("two.md"))
    assert guide.list.currentRow() == 1 and "text" in guide.text.toPlainText()


def test_the_shipped_guide_has_pages():
    assert len(pages()) >= 1


# -- exports -------------------------------------------------------------------------------------------


def test_an_export_is_asked_for_with_what_was_chosen(lynceus: Lynceus, tmp_path: Path):
    dialog = lynceus.exports.ask_export()
    assert dialog is not None
    dialog.folder.setText(str(tmp_path / "out"))
    dialog.parts["coco"].setChecked(True)
    dialog.parts["csv"].setChecked(False)
    dialog.buttons.button(QDialogButtonBox.StandardButton.Save).click()
    job = lynceus.desk.worker.jobs[-1]
    assert (job.operation, job.arguments["what"]) == ("export", ["masks", "coco"])
    assert job.arguments["out"] == str(tmp_path / "out")
    job.finished.emit({"masks": 3})
    assert "masks 3" in lynceus.window.status.message.text()


def test_an_export_of_nothing_is_not_asked_for(app: QApplication, qtbot: QtBot, tmp_path: Path):
    dialog = ExportDialog(tmp_path)
    qtbot.addWidget(dialog)
    chosen: list[object] = []
    dialog.chosen.connect(lambda *what: chosen.append(what))
    for box in dialog.parts.values():
        box.setChecked(False)
    dialog.buttons.button(QDialogButtonBox.StandardButton.Save).click()
    assert chosen == [] and dialog.problem.text()


def test_a_picture_of_the_view_is_a_file(lynceus: Lynceus, tmp_path: Path):
    lynceus.exports.save_picture(tmp_path / "view")
    assert (tmp_path / "view.png").read_bytes()[:4] == b"\x89PNG"
    lynceus.exports.save_picture(tmp_path / "absent" / "view.png")
    box = next(w for w in QApplication.topLevelWidgets() if w.isVisible() and w is not lynceus.window)
    assert "not saved" in box.text()
    box.close()


def test_labels_that_come_back_are_shown(lynceus: Lynceus, project_root: Path, tmp_path: Path):
    from engine.operations.annotating import import_annotations

    (tmp_path / "labels.csv").write_text("file,grade\nP-2_left.png,4\nnowhere.png,1\n")
    lynceus.exports.import_annotations(str(tmp_path))
    job = lynceus.desk.worker.jobs[-1]
    assert job.operation == "import_annotations"
    job.finished.emit(import_annotations(**job.arguments))
    with open_project(project_root) as store:
        events = [e for case in store.case_ids() for e in store.events(case)]
    assert [(e.kind.value, e.after, e.reader) for e in events] == [("grade", 4, "A")]
    box = next(w for w in QApplication.topLevelWidgets() if w.isVisible() and w is not lynceus.window)
    assert "1 images with labels" in box.text() and "nowhere.png" in box.informativeText().lower()
    box.close()


def test_scroll_areas_do_not_swallow_the_keyboard(lynceus: Lynceus):
    """F6 and Tab lead to what can be used, not to frames around it."""
    for area in lynceus.window.findChildren(QAbstractScrollArea):
        plain = area is lynceus.window.evidence.sentences  # text alone: nothing in it can take the focus
        if type(area).__name__ == "QScrollArea" and not (plain and area.verticalScrollBar().maximum() > 0):
            assert area.focusPolicy() == Qt.FocusPolicy.NoFocus
