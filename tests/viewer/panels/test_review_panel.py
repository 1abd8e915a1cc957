from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.records import (
    ChestGate,
    Correction,
    CorrectionKind,
    Diagnosis,
    GradeScores,
    LabelScore,
    Laterality,
    Modality,
    ModelVersion,
    NamedScore,
    Prediction,
)
from engine.store.rows import StoredPrediction
from viewer.panels.comment_panel import CommentPanel
from viewer.panels.decision_bar import DecisionBar
from viewer.panels.evidence_strip import EvidenceStrip, Inset
from viewer.panels.findings_panel import FIRST_SHOWN, FindingsPanel
from viewer.panels.grade_panel import GradePanel
from viewer.panels.history_panel import HistoryPanel, event_text
from viewer.panels.lesions_panel import LesionRow, LesionsPanel
from viewer.panels.review_panel import ReviewPanel
from viewer.panels.similar_panel import SimilarPanel
from viewer.panels.status_bar import StatusBar
from viewer.panels.top_bar import TopBar, banner
from viewer.state.ranking import rank

SCORES = GradeScores(2, (0.01, 0.06, 0.64, 0.29, 0.0))


def test_model_and_reader_are_shown_apart(app: QApplication, qtbot: QtBot):
    panel = GradePanel()
    qtbot.addWidget(panel)
    panel.show_grade(Laterality.RIGHT, SCORES, None)
    assert [row.value for row in panel.bars.rows] == ["0.01", "0.06", "0.64", "0.29", "0.00"]
    assert [row.chosen for row in panel.bars.rows] == [False, False, True, False, False]
    assert "Uncalibrated" in panel.calibration.text() and "0.93" in panel.referable.text()
    panel.show_grade(Laterality.RIGHT, SCORES, 1)
    assert [row.mark for row in panel.bars.rows] == [None, True, None, None, None]
    assert panel.bars.rows[2].value == "0.64"  # the model's word stays
    assert panel.reader.text() == "Reader: grade 1 · the model said 2"
    assert "no" in panel.referable.text() and "reader" in panel.referable.text()


@pytest.mark.parametrize("calibrated", [False, True])
def test_a_score_is_called_a_probability_only_when_calibrated(
    app: QApplication, qtbot: QtBot, calibrated: bool
):
    panel = GradePanel()
    qtbot.addWidget(panel)
    panel.show_grade(Laterality.RIGHT, replace(SCORES, calibrated=calibrated), None)
    assert ("p(" in panel.referable.text()) is calibrated
    assert ("Probabilities" in panel.calibration.text()) is calibrated


def test_without_a_model_there_are_no_numbers(app: QApplication, qtbot: QtBot):
    panel = GradePanel()
    qtbot.addWidget(panel)
    panel.show_grade(Laterality.UNKNOWN, None, None)
    assert {row.value for row in panel.bars.rows} == {"–"}
    assert panel.referable.text() == "No model has graded this eye."


def test_a_click_on_a_bar_grades(app: QApplication, qtbot: QtBot):
    panel = GradePanel()
    qtbot.addWidget(panel)
    panel.show_grade(Laterality.LEFT, SCORES, None)
    panel.show()
    with qtbot.waitSignal(panel.graded) as graded:
        QTest.mouseClick(panel.bars.row_widget(3), Qt.MouseButton.LeftButton)
    assert graded.args == [3]


def test_oedema_risk_of_model_and_reader_in_one_line(app: QApplication, qtbot: QtBot):
    panel = GradePanel()
    qtbot.addWidget(panel)
    line = panel.dme
    panel.show_grade(Laterality.LEFT, replace(SCORES, dme=1, dme_probability=0.83), None)
    assert [button.isChecked() for button in line.buttons] == [False, True, False]
    assert line.text.text() == "model 1 · 0.83"
    panel.show_grade(Laterality.LEFT, replace(SCORES, dme=1, dme_probability=0.83), None, (), 2)
    assert [button.isChecked() for button in line.buttons] == [False, False, True]
    assert line.text.text() == "reader · model 1 · 0.83"
    panel.show_grade(Laterality.LEFT, SCORES, None)
    assert not any(button.isChecked() for button in line.buttons) and line.text.text() == ""
    with qtbot.waitSignal(panel.dme_graded) as graded:
        line.buttons[0].click()
    assert graded.args == [0]


def findings(count: int = 3) -> FindingsPanel:
    panel = FindingsPanel()
    labels = [LabelScore(f"Label {n:02d}", 1.0 - n / 100, seen=n != 1) for n in range(count)]
    panel.show_findings(rank(labels, {"Label 02": True}))
    return panel


def test_findings_carry_badges_marks_and_numbers(app: QApplication, qtbot: QtBot):
    panel = findings(20)
    qtbot.addWidget(panel)
    rows = panel.list.rows
    assert len(rows) == FIRST_SHOWN
    assert [row.key for row in rows[:10]] == [*"123456789", " "]
    assert (rows[1].badge, rows[0].badge, rows[2].mark) == ("unseen", "seen", True)
    assert panel.numbered(2) == "Label 01" and panel.numbered(10) == ""
    assert panel.more.text() == "10 more"
    panel.more.click()
    assert len(panel.list.rows) == 20 and panel.more.text() == "Fewer"


def test_findings_above_their_threshold_are_marked_by_more_than_colour(app: QApplication, qtbot: QtBot):
    panel = findings()
    qtbot.addWidget(panel)
    labels = [LabelScore("Mass", 0.8), LabelScore("Nodule", 0.2), LabelScore("Edema", 0.1)]
    panel.show_findings(rank(labels, {}, {"Mass": 0.5, "Nodule": 0.5}))
    mass, nodule, edema = panel.list.rows
    assert (mass.bold, nodule.bold, edema.bold) == (True, False, False)
    assert mass.limit == nodule.limit == pytest.approx(4 / 7)
    assert edema.limit is None
    assert "At or above its threshold" in mass.tip
    assert "Below" in panel.list.row_widget(1).accessibleName()
    assert not panel.list.grab().isNull()


def test_what_the_gate_says_stands_over_the_ranking(app: QApplication, qtbot: QtBot):
    panel = findings()
    qtbot.addWidget(panel)
    panel.show_gate(ChestGate(0.83))
    assert panel.normal.text() == "No finding: 0.83 of 1" and panel.scope.isHidden()
    panel.show_gate(ChestGate(0.1, False, ("child",)))
    assert "child" in panel.scope.text() and not panel.scope.isHidden()
    panel.show_gate(None)
    assert panel.normal.isHidden() and panel.scope.isHidden()


def test_hover_and_leave_ask_for_evidence(app: QApplication, qtbot: QtBot):
    panel = findings()
    qtbot.addWidget(panel)
    wanted: list[str] = []
    panel.evidence_wanted.connect(wanted.append)
    row = panel.list.row_widget(1)
    point = QPointF(2, 2)
    QApplication.sendEvent(row, QEnterEvent(point, point, point))
    QApplication.sendEvent(row, QEvent(QEvent.Type.Leave))
    assert wanted == ["Label 01", ""]


def test_find_shows_a_label_and_enter_marks_it(app: QApplication, qtbot: QtBot):
    panel = findings(20)
    qtbot.addWidget(panel)
    chosen: list[str] = []
    marked: list[str] = []
    panel.evidence_chosen.connect(chosen.append)
    panel.mark_pressed.connect(marked.append)
    panel.search.setText("label 15")
    assert chosen == ["Label 15"] and panel.list.rows[15].chosen
    QTest.keyClick(panel.search, Qt.Key.Key_Return)
    assert marked == ["Label 15"]


def test_lesion_rows_report_what_was_changed_and_nothing_when_shown(app: QApplication, qtbot: QtBot):
    panel = LesionsPanel()
    qtbot.addWidget(panel)
    told: list[tuple[object, ...]] = []
    panel.visibility_changed.connect(lambda *a: told.append(a))
    panel.opacity_changed.connect(lambda *a: told.append(a))
    row = LesionRow("HE", "Haemorrhages", "#D55E00", "hatch", 3, True, 0.6)
    panel.show_lesions([row, LesionRow("EX", "Hard exudates", "#F0E442", "solid", None, False, 0.4)])
    assert told == []
    assert (panel.line("HE").count.text(), panel.line("EX").count.text()) == ("3", "…")
    panel.line("HE").eye.click()
    panel.line("EX").slider.setValue(80)
    assert told == [("HE", False), ("EX", 0.8)]
    panel.show_lesions([row], "status")
    assert list(panel._rows) == ["HE"] and panel.status.text() == "status"


def test_similar_diseases_strongest_first(app: QApplication, qtbot: QtBot):
    panel = SimilarPanel()
    qtbot.addWidget(panel)
    panel.show_similar(
        [NamedScore("A", 0.2), NamedScore("B", 0.7)], Diagnosis("DR", -0.1, False), "Phantoms only."
    )
    assert [row.name for row in panel.bars.rows] == ["B", "A"]
    assert panel.diagnosis.text() == "DR: unlikely · margin -0.10"
    assert panel.caution.text() == "Phantoms only."
    panel.show_similar([], None)
    assert panel.isHidden()


def test_a_comment_is_told_once_when_left(app: QApplication, qtbot: QtBot):
    panel = CommentPanel()
    qtbot.addWidget(panel)
    told: list[str] = []
    panel.changed.connect(told.append)
    panel.show_comment("old")
    panel.commit()
    panel.field.setPlainText("new ")
    panel.commit()
    panel.commit()
    assert told == ["new"]


def test_a_comment_is_told_after_a_pause_and_typing_is_not_overwritten(app: QApplication, qtbot: QtBot):
    panel = CommentPanel()
    qtbot.addWidget(panel)
    told: list[str] = []
    panel.changed.connect(told.append)
    panel.show_comment("")
    panel.field.setPlainText("in the left lung ")
    assert panel.dirty and panel.pause.isActive() and told == []
    panel.show_comment("")  # another edit was recorded meanwhile
    assert panel.field.toPlainText() == "in the left lung "
    panel.pause.timeout.emit()
    assert told == ["in the left lung"] and not panel.dirty and not panel.pause.isActive()
    panel.show_comment("in the left lung")
    assert panel.field.toPlainText() == "in the left lung "  # the cursor stays where it is
    panel.show_comment("of the next case")
    assert panel.field.toPlainText() == "of the next case" and not panel.dirty
    panel.field.setPlainText("x")
    panel.field.setPlainText("of the next case")
    assert not panel.dirty and not panel.pause.isActive()


@pytest.mark.parametrize(("button", "command"), [("accept", "review.accept"), ("unsure", "review.unsure")])
def test_decisions_name_their_command(app: QApplication, qtbot: QtBot, button: str, command: str):
    bar = DecisionBar()
    qtbot.addWidget(bar)
    with qtbot.waitSignal(bar.triggered) as triggered:
        getattr(bar, button).click()
    assert triggered.args == [command]


def test_history_newest_first_with_undone_and_unsaved(app: QApplication, qtbot: QtBot):
    panel = HistoryPanel()
    qtbot.addWidget(panel)
    kind = CorrectionKind.GRADE
    events = [
        Correction(1, 2, kind, "dr", None, 3, "A", id=1, at="2024-05-01T10:00:00+00:00"),
        Correction(1, 2, kind, "dr", 3, None, "B", undoes=1, id=2, at="2024-05-01T11:00:00+00:00"),
        Correction(1, 2, kind, "dr", None, 4, "A"),
    ]
    said = StoredPrediction(
        1, "2024-05-01T09:00:00+00:00", Prediction(ModelVersion("zoom_in_net", "v7", "a"))
    )
    panel.show_history(events, [said])
    lines = panel.text.text().splitlines()
    assert lines[0] == "now DR grade – → 4 · A"
    assert "undone: DR grade 3 → – · B" in lines[1]
    assert lines[3].endswith("predicted · zoom_in_net v7")


@pytest.mark.parametrize("kind", list(CorrectionKind))
def test_every_kind_of_event_has_words(kind: CorrectionKind):
    assert event_text(Correction(1, None, kind, "k", None, None, "A")).endswith("· A")


def test_insets_show_the_pixels_and_report_clicks(app: QApplication, qtbot: QtBot):
    strip = EvidenceStrip()
    qtbot.addWidget(strip)
    red = np.zeros((40, 40, 3), np.uint8)
    red[..., 0] = 255
    strip.show_evidence([Inset(1, red, "attention 0.41")], "Because.")
    strip.resize(1000, 190)
    strip.show()
    assert [view.isHidden() for view in strip.insets] == [False, True, True, True]
    view = strip.insets[0]
    color = view.grab().toImage().pixelColor(view.width() // 2, view.height() // 2)
    assert (color.red(), color.green()) == (255, 0)
    with qtbot.waitSignal(strip.region_chosen) as chosen:
        QTest.mouseClick(view, Qt.MouseButton.LeftButton)
    assert chosen.args == [1]
    strip.show_evidence([], "")
    assert strip.isHidden()


def test_panels_follow_the_modality(app: QApplication, qtbot: QtBot):
    panel = ReviewPanel()
    qtbot.addWidget(panel)
    panel.show_case(Modality.FUNDUS)
    assert not panel.grade.isHidden() and panel.findings.isHidden()
    panel.show_case(Modality.CHEST, "Mind this.")
    assert panel.grade.isHidden() and not panel.findings.isHidden()
    assert panel.caution.text() == "Mind this."
    panel.show_case(None)
    assert panel.decision.isHidden()


def test_saved_is_said_only_when_nothing_is_pending(app: QApplication, qtbot: QtBot):
    bar = StatusBar()
    qtbot.addWidget(bar)
    texts = []
    for count, failed in ((2, False), (0, False), (1, True)):
        bar.show_pending(count, failed)
        texts.append(bar.saved.text())
    assert texts == ["● saving…", "● all saved", "● not saved"]
    assert not bar.retry.isHidden()
    bar.show_task("training", 3, 10)
    assert (bar.bar.value(), bar.bar.maximum(), bar.cancel.isHidden()) == (3, 10, False)
    bar.show_task("")
    assert bar.bar.isHidden()
    bar.show_agreement(0.8, 4)
    assert bar.agreement.text() == ""
    bar.show_agreement(0.8, 5)
    assert bar.agreement.text() == "agreement κ 0.80 · 5 eyes"


def test_the_banner_is_always_there(app: QApplication, qtbot: QtBot):
    bar = TopBar()
    qtbot.addWidget(bar)
    bar.show()
    assert bar.banner.isVisible() and bar.banner.text() == banner() == "Not for clinical use"


@pytest.mark.parametrize("width", [470, 640, 900, 1400])
def test_the_sentence_fits_beside_the_insets(app: QApplication, qtbot: QtBot, width: int):
    strip = EvidenceStrip()
    qtbot.addWidget(strip)
    pixels = np.zeros((40, 40, 3), np.uint8)
    why = "Microaneurysms and haemorrhages in regions 1, 2 and 3. M-Net alone says 3 (0.46)."
    strip.resize(width, 170)
    strip.show_evidence([Inset(n, pixels, "attention 0.41") for n in range(1, 5)], why)
    strip.show()
    strip.resize(width, strip.height())
    QApplication.processEvents()
    assert strip.why.height() >= strip.why.heightForWidth(strip.why.width())
    bar = strip.sentences.verticalScrollBar()
    assert bar.maximum() == 0 or width < 600
    assert strip.height() <= 190


def test_a_long_sentence_can_be_scrolled_to_its_end(app: QApplication, qtbot: QtBot):
    strip = EvidenceStrip()
    qtbot.addWidget(strip)
    strip.resize(640, 170)
    pixels = np.zeros((40, 40, 3), np.uint8)
    strip.show_evidence([Inset(n, pixels, "attention 0.41") for n in range(1, 5)], "Because of it. " * 60)
    strip.show()
    QApplication.processEvents()
    bar = strip.sentences.verticalScrollBar()
    assert bar.maximum() > 0
    assert strip.sentences.focusPolicy() == Qt.FocusPolicy.TabFocus
    strip.sentences.setFocus()
    qtbot.keyClick(strip.sentences, Qt.Key.Key_PageDown)
    assert bar.value() > 0
    strip.show_evidence([], "Because of it. " * 60)
    assert bar.value() == 0
    assert strip.height() <= 190
    strip.show_evidence([], "Because of it.")
    QApplication.processEvents()
    assert strip.sentences.focusPolicy() == Qt.FocusPolicy.NoFocus
