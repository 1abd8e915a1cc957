from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from viewer import theme
from viewer.actions import COMMANDS
from viewer.canvas import corners, hud
from viewer.window import HELD, Window


@pytest.fixture
def window(app: QApplication, qtbot: QtBot) -> Window:
    made = Window()
    qtbot.addWidget(made)
    shown(made, qtbot)
    made.canvas.views[0].setFocus()
    return made


def shown(window: Window, qtbot: QtBot) -> None:
    """Show a window and wait until keys go to it."""
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()


def test_every_command_has_a_menu_entry(window: Window):
    entries = {action for menu in window.menus.values() for action in menu.actions()}
    for command in COMMANDS:
        action = window.actions_by_id[command.id]
        assert action in entries and action.text() == command.text
        assert bool(action.shortcuts()) == (bool(command.keys) and command.id not in HELD)


def test_commands_that_cannot_be_used_are_grey(window: Window):
    window.set_situation(project=True, modality="chest", editing=False)
    enabled = {name for name, action in window.actions_by_id.items() if action.isEnabled()}
    assert {"review.finding_1", "review.accept", "view.window_1"} <= enabled
    assert not {"review.grade_1", "masks.fill", "view.red_free"} & enabled
    window.set_situation(project=True, modality="fundus", editing=True)
    assert window.actions_by_id["masks.fill"].isEnabled()
    assert not window.actions_by_id["review.accept"].isEnabled()


def test_one_digit_grades_or_marks_by_modality(window: Window):
    done: list[str] = []
    window.command.connect(done.append)
    for modality in ("fundus", "chest"):
        window.set_situation(project=True, modality=modality, editing=False)
        QTest.keyClick(window, Qt.Key.Key_2)
    assert done == ["review.grade_2", "review.finding_2"]


def test_own_keys_are_used(app: QApplication, qtbot: QtBot):
    window = Window({"review.next": "K"})
    qtbot.addWidget(window)
    shown(window, qtbot)
    window.setFocus()  # not the search field
    window.set_situation(project=True, modality="fundus", editing=False)
    done: list[str] = []
    window.command.connect(done.append)
    QTest.keyClick(window, Qt.Key.Key_K)
    QTest.keyClick(window, Qt.Key.Key_D)
    assert done == ["review.next"]


def test_f6_goes_round_the_panes(window: Window):
    window.review.comment.show()
    window.canvas.show_views(1)
    window.canvas.views[0].setFocus()
    seen = []
    for _ in range(4):
        window.next_pane()
        seen.append(QApplication.focusWidget())
    comment, cases, view = window.review.comment.field, window.worklist.list, window.canvas.views[0]
    assert seen == [comment, cases, view, comment]


def test_dropped_files_are_told(window: Window, tmp_path: Path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a b.png")), QUrl("https://example.org/x.png")])
    dropped: list[list[Path]] = []
    window.dropped.connect(dropped.append)
    move, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(5, 5), move, data, left, none))
    assert dropped == [[tmp_path / "a b.png"]]


@pytest.mark.parametrize("name", ["dark", "light"])
def test_text_is_never_smaller_than_12_points_and_stands_out(app: QApplication, qtbot: QtBot, name: str):
    theme.apply(app, name)
    window = Window()
    qtbot.addWidget(window)
    window.show()
    for widget in window.findChildren(QWidget):
        assert widget.fontInfo().pixelSize() >= 16, widget
    for label in window.findChildren(QLabel):
        assert label.fontInfo().family() == theme.FAMILY
    colours = theme.THEMES[name]
    for text in (colours.text, colours.muted):
        assert contrast(text, colours.panel) >= 4.5  # WCAG 2.1, 1.4.3
    assert contrast(colours.warning, colours.warning_back) >= 4.5
    on_white = "#" + 3 * f"{255 - corners.PLATE.alpha():02x}"  # the plate is black and lets some through
    assert contrast(hud.TEXT.name(), on_white) >= 4.5


def contrast(one: str, other: str) -> float:
    """Ratio of luminances (WCAG 2.1)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)
