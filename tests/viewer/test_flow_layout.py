from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from viewer.flow_layout import FlowLayout


class Block(QWidget):
    def __init__(self, width: int, height: int) -> None:
        super().__init__()
        self.size_wanted = QSize(width, height)

    def sizeHint(self) -> QSize:
        return self.size_wanted

    def minimumSizeHint(self) -> QSize:
        return self.size_wanted


def made(qtbot: QtBot, *sizes: tuple[int, int]) -> tuple[QWidget, FlowLayout, list[Block]]:
    parent = QWidget()
    qtbot.addWidget(parent)
    layout = FlowLayout(parent, spacing=4)
    blocks = [Block(*size) for size in sizes]
    for block in blocks:
        layout.addWidget(block)
    parent.show()
    return parent, layout, blocks


@pytest.mark.parametrize("width", [30, 60, 64, 70, 100, 98, 1000])
def test_nothing_overlaps_or_is_cut_off_and_the_height_is_what_was_said(qtbot: QtBot, width: int) -> None:
    parent, layout, blocks = made(qtbot, (30, 20), (30, 10), (30, 20))
    parent.resize(width, layout.heightForWidth(width))
    layout.setGeometry(QRect(0, 0, width, layout.heightForWidth(width)))
    places = [block.geometry() for block in blocks]
    assert all(QRect(0, 0, width, layout.heightForWidth(width)).contains(place) for place in places)
    assert not any(a.intersects(b) for n, a in enumerate(places) for b in places[:n])
    assert max(place.bottom() for place in places) + 1 == layout.heightForWidth(width)


def test_lines_break_where_they_are_full_and_items_stand_in_their_middle(qtbot: QtBot) -> None:
    _, layout, blocks = made(qtbot, (30, 20), (30, 10), (30, 20))
    assert [layout.heightForWidth(width) for width in (98, 97, 64, 63)] == [20, 44, 44, 58]
    layout.setGeometry(QRect(0, 0, 64, 44))
    assert [block.y() for block in blocks] == [0, 5, 24]


def test_what_is_hidden_takes_no_room(qtbot: QtBot) -> None:
    _, layout, blocks = made(qtbot, (30, 20), (30, 10), (30, 20))
    blocks[1].hide()
    assert layout.heightForWidth(64) == 20
    assert FlowLayout().heightForWidth(50) == 0
