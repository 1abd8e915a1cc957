from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from viewer.widgets import ElidedLabel


def test_a_label_without_room_shows_the_beginning_and_an_ellipsis(qtbot: QtBot) -> None:
    line, label = QWidget(), ElidedLabel()
    qtbot.addWidget(line)
    layout = QHBoxLayout(line)
    layout.addWidget(label)
    label.setText("looking for a disease whose name is long")
    wide = label.sizeHint().width()
    line.resize(wide // 2, 40)
    line.show()
    assert label.width() < wide
    assert label.toolTip() == label.text()
    cut = label.grab().toImage()
    label.setText("looking for a disease whose name is longer")
    assert label.grab().toImage() == cut  # only the part beyond the ellipsis differs
    line.resize(2 * wide, 40)
    before = label.grab().toImage()
    label.setText("looking for a disease whose name is lonely")
    assert label.grab().toImage() != before  # with room the end is shown too


def test_a_short_text_takes_no_more_room_than_it_needs(qtbot: QtBot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.setText("ab")
    assert label.minimumSizeHint().width() <= label.sizeHint().width()
