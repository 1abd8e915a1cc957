from __future__ import annotations

import math
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.records import CaseState, Modality
from engine.store.rows import CaseQuery, CaseRow
from viewer import language
from viewer.panels.worklist_delegate import paint_state, score_text, second_line
from viewer.panels.worklist_model import Role, WorklistModel, result_text
from viewer.panels.worklist_panel import WorklistPanel
from viewer.state.filters import ORDERS, Filters
from viewer.state.worklist import Queue, Worklist


class Source:
    def __init__(self, count: int) -> None:
        self.count, self.asked = count, []

    def case_ids(self, query: CaseQuery) -> list[int]:
        return [] if query.text == "nobody" else list(range(1, self.count + 1))

    def counts(self) -> dict[CaseState, int]:
        return {CaseState.PREDICTED: self.count}

    def case_rows(self, ids: list[int]) -> list[CaseRow]:
        self.asked += ids
        return [line(c) for c in ids]


def line(
    case_id: int = 1, state: CaseState = CaseState.PREDICTED, top: str = "2 moderate", score: float = 0.64
):
    return CaseRow(case_id, f"P-{case_id}", Modality.FUNDUS, state, top, score, 0.5, f"sha{case_id}", Path())


def shown(qtbot: QtBot, count: int = 1000) -> tuple[WorklistPanel, WorklistModel, Source, list[str]]:
    source, wanted = Source(count), []

    def thumbnails(sha: str, _: Path) -> QImage | None:
        wanted.append(sha)
        return None

    model = WorklistModel(Worklist(source), thumbnails)
    model.set_query(CaseQuery())
    panel = WorklistPanel()
    qtbot.addWidget(panel)
    panel.set_model(model)
    panel.resize(240, 600)
    panel.show()
    QApplication.processEvents()
    panel.list.grab()
    return panel, model, source, wanted


def test_only_what_is_painted_is_fetched(app: QApplication, qtbot: QtBot):
    _, model, source, wanted = shown(qtbot)
    assert model.rowCount() == 1000
    assert 0 < len(source.asked) <= 64
    assert 0 < len(set(wanted)) < 30


def test_a_click_chooses_a_case(app: QApplication, qtbot: QtBot):
    panel, model, _, _ = shown(qtbot)
    place = panel.list.visualRect(model.index(2)).center()
    with qtbot.waitSignal(panel.case_chosen) as chosen:
        QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == [3]


def test_selecting_tells_nobody_and_scrolls(app: QApplication, qtbot: QtBot):
    panel, model, _, _ = shown(qtbot)
    chosen: list[int] = []
    panel.case_chosen.connect(chosen.append)
    panel.select(900)
    assert chosen == [] and panel.list.currentIndex().row() == 899
    assert panel.list.viewport().rect().contains(panel.list.visualRect(model.index(899)).center())
    panel.select(None)
    assert not panel.list.currentIndex().isValid()


def test_search_chips_and_order_ask_anew(app: QApplication, qtbot: QtBot):
    panel, _, _, _ = shown(qtbot)
    asked: list[tuple[Filters, object]] = []
    panel.filters_changed.connect(lambda filters, order: asked.append((filters, order)))
    panel.search.setText("ab")
    panel.chips["unsure"].click()
    panel.set_order(ORDERS[1])
    assert asked[-1] == (Filters("ab", unsure=True), ORDERS[1])
    assert len(asked) == 3


def test_an_empty_list_says_why(app: QApplication, qtbot: QtBot):
    panel, model, _, _ = shown(qtbot)
    panel.search.setText("nobody")
    model.set_query(panel.filters().query(panel.order))
    assert "Clear the search" in panel._empty.text() and panel._empty.isVisible()
    panel.search.clear()
    model.set_query(panel.filters().query(panel.order))
    assert not panel._empty.isVisible()


def test_a_thumbnail_is_painted_when_it_arrives(app: QApplication, qtbot: QtBot):
    _, model, _, _ = shown(qtbot)
    changed: list[int] = []
    model.dataChanged.connect(lambda first, last, roles: changed.append(first.row()))
    model.thumbnail_ready("sha2")
    model.thumbnail_ready("sha2")
    assert changed == [1]
    assert model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole) == "P-1, 2 moderate, predicted"
    assert model.data(model.index(0), Role.ROW).id == 1


def test_results_are_told_in_the_reader_s_language(app: QApplication):
    texts = ["2 moderate", "Nodule", "Mass, Nodule", "ungradable", "Chikungunya", "7 odd"]
    assert [result_text(text) for text in texts] == texts
    language.install(app, "de")
    said = [result_text(text) for text in texts]
    language.remove(app)
    assert said[:4] == ["2 Mäßig", "Rundherd", "Raumforderung, Rundherd", "nicht beurteilbar"]
    assert said[4:] == texts[4:]


def test_second_lines():
    assert (second_line(line()), score_text(line())) == ("2 moderate", "0.64")
    assert score_text(line(score=math.nan)) == ""
    new = line(state=CaseState.NEW)
    assert (second_line(new), score_text(new)) == ("new", "")
    assert second_line(line(top="")) == "predicted"
    assert score_text(line(score=-0.3)) == "−0.30"


def test_a_reason_stands_in_the_place_of_the_result(app: QApplication, qtbot: QtBot):
    assert second_line(line(), "new kind") == "new kind"
    panel, model, _, _ = shown(qtbot, 3)
    model.worklist.queue = Queue((2,), {2: "systems disagree"})
    model.set_query()
    assert model.data(model.index(0), Role.REASON) == "systems disagree"
    assert model.data(model.index(0), Qt.ItemDataRole.DisplayRole).endswith("predicted, systems disagree")
    assert model.data(model.index(1), Role.REASON) == ""
    panel.list.grab()


def test_progress_and_what_the_list_is(app: QApplication, qtbot: QtBot):
    panel, _, _, _ = shown(qtbot, 3)
    panel.show_progress(1, 3)
    assert panel.decided.text() == "1 of 3 decided" and panel.chips["unreviewed"].text() == "Unreviewed 2"
    panel.show_progress(0, 0)
    assert panel.decided.isHidden() and panel.progress.isHidden()
    panel.show_banner("Sample")
    assert panel.back.isVisible() and panel.banner.text() == "Sample"
    with qtbot.waitSignal(panel.plain_wanted):
        panel.back.click()
    panel.show_banner("")
    assert panel.back.isHidden()


def test_a_saved_filter_sets_everything_and_asks_once(app: QApplication, qtbot: QtBot):
    panel, _, _, _ = shown(qtbot, 3)
    asked: list[tuple[Filters, object]] = []
    panel.filters_changed.connect(lambda filters, order: asked.append((filters, order)))
    wanted = Filters("abc", unsure=True, grades=frozenset({3}), reader="B")
    panel.set_filters(wanted, ORDERS[2])
    assert asked == [(wanted, ORDERS[2])]
    assert panel.search.text() == "abc" and panel.chips["unsure"].isChecked()
    assert panel._more.text() == "Filters 2" and panel.filters() == wanted


def test_every_state_has_a_shape_of_its_own(app: QApplication):
    def drawn(state: CaseState) -> bytes:
        image = QImage(24, 24, QImage.Format.Format_Grayscale8)
        image.fill(0)
        painter = QPainter(image)
        paint_state(painter, QPoint(12, 12).toPointF(), state)
        painter.end()
        return bytes(image.constBits())[: 24 * 24]

    shapes = {bytes(255 if v else 0 for v in drawn(state)) for state in CaseState}
    assert len(shapes) == len(CaseState)


@pytest.mark.parametrize("state", list(CaseState))
def test_rows_of_every_state_are_painted(app: QApplication, qtbot: QtBot, state: CaseState):
    panel, _, source, _ = shown(qtbot, 1)
    source.case_rows = lambda ids: [line(1, state)]
    panel.list.model().refresh_case(1)
    image = panel.list.grab().toImage()
    assert len({QColor(image.pixel(x, 30)).rgb() for x in range(image.width())}) > 1
