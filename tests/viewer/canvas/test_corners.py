"""Texts and scale bar of a view never lie on one another."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF
from pytestqt.qtbot import QtBot

from viewer.canvas.corners import MARGIN, Corner, Placed, layout, wrapped
from viewer.canvas.hud import font

NOTE = "Evidence for Pleural Thickening: relevance 0.36, 1 of 14, seen in training"
CORNERS = (
    Corner(False, False, ("PA chest", "C016 · 2026-01-05", "1024 × 1024"), titled=True),
    Corner(True, False, ("W 4096  L 2048", "12 bit DICOM · 0.400 mm")),
    Corner(False, True, (NOTE, "Evidence map, strongest 40 % of the image")),
    Corner(True, True, ("fit 0.76×", "cxr_ml_gzsl 1 · dcc5")),
)


def rects(placed: Placed) -> list[QRectF]:
    return [*placed.areas, *([placed.bar.rect] if placed.bar else [])]


@pytest.mark.parametrize("width", [320, 360, 437, 520, 640, 875, 1400, 2560])
@pytest.mark.parametrize("height", [420, 780, 1400])
def test_nothing_overlaps_at_any_size(qtbot: QtBot, width: int, height: int) -> None:
    placed = layout(CORNERS, 0.5, font().key(), float(width), float(height))
    view = QRectF(0, 0, width, height)
    assert len(rects(placed)) == 5
    for rect in rects(placed):
        assert view.contains(rect)
    for first, second in itertools.combinations(rects(placed), 2):
        assert not first.intersects(second)


def test_every_word_is_shown_once_and_lines_keep_their_order(qtbot: QtBot) -> None:
    placed = layout(CORNERS, None, font().key(), 437.0, 780.0)
    words = [word for line in placed.lines for word in line.text.split()]
    assert words == [word for corner in CORNERS for text in corner.lines for word in text.split()]
    assert placed.bar is None
    assert [line.title for line in placed.lines][:2] == [True, False]


def test_the_bar_is_at_the_bottom_where_it_is_free_and_above_the_texts_where_not(qtbot: QtBot) -> None:
    free = layout(CORNERS[3:], 0.5, font().key(), 900.0, 700.0).bar
    taken = layout(CORNERS, 0.5, font().key(), 900.0, 700.0)
    assert free is not None
    assert free.y == 700.0 - MARGIN - 4.0
    assert free.text == "5 cm"
    assert free.right - free.left == pytest.approx(50 / 0.5)
    assert taken.bar is not None
    assert taken.bar.y < min(area.top() for area in taken.areas if area.top() > 350)


def test_texts_wrap_between_words_only(qtbot: QtBot) -> None:
    metrics = QFontMetricsF(font())
    room = metrics.horizontalAdvance("Evidence for Pneumonia:")
    lines = wrapped("Evidence for Pneumonia: relevance 0.36", metrics, room)
    assert lines == ["Evidence for Pneumonia:", "relevance 0.36"]
    assert wrapped("Pneumonoultramicroscopic", metrics, 10.0) == ["Pneumonoultramicroscopic"]
    assert wrapped("", metrics, 10.0) == []
