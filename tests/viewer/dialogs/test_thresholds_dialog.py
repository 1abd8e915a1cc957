from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from viewer.dialogs.operating_view import OperatingView
from viewer.dialogs.thresholds_dialog import ThresholdsDialog

CURVE = {
    "thresholds": [0.0, 0.2, 0.4, 0.6, 0.8],
    "sensitivity": [1.0, 1.0, 0.9, 0.5, 0.2],
    "specificity": [0.0, 0.4, 0.6, 0.9, 1.0],
    "ppv": [0.3, 0.4, 0.5, 0.7, 1.0],
}


def found(**changes: Any) -> dict[str, Any]:
    values = {
        "label": "Mass",
        "system": "cxr_ml_gzsl",
        "version": "v1",
        "positives": 12,
        "negatives": 30,
        "needed": [10, 10],
        "held_back": False,
        "enough": True,
        "chosen": None,
        "curve": CURVE,
        "suggested": {"youden": 0.4, "sensitivity": 0.4, "specificity": 0.6, "ppv": None},
    }
    return values | changes


@pytest.fixture
def dialog(app: QApplication, qtbot: QtBot) -> ThresholdsDialog:
    made = ThresholdsDialog()
    qtbot.addWidget(made)
    made.show_labels(["Mass", "Nodule"], "Mass")
    return made


def test_the_line_starts_at_the_balanced_point_and_says_what_it_gives(dialog: ThresholdsDialog):
    dialog.show_found(found())
    assert dialog.view.threshold == 0.4
    assert "12 cases with and 30 without" in dialog.source.text()
    assert "sensitivity 0.90, specificity 0.60" in dialog.figures.text()
    assert not dialog.rules["ppv"].isEnabled()  # no threshold gives that
    assert not dialog.clear.isEnabled()
    dialog.rules["specificity"].click()
    assert dialog.view.threshold == 0.6
    assert "sensitivity 0.50, specificity 0.90" in dialog.figures.text()


def test_a_stored_threshold_is_shown_and_can_go(dialog: ThresholdsDialog, qtbot: QtBot):
    dialog.show_found(found(chosen=0.55, held_back=True))
    assert dialog.view.threshold == 0.55
    assert "held-back" in dialog.source.text()
    with qtbot.waitSignal(dialog.clear_pressed) as cleared:
        dialog.clear.click()
    assert cleared.args == ["Mass"]


def test_dragging_and_keys_move_the_line_and_saving_tells_where(dialog: ThresholdsDialog, qtbot: QtBot):
    dialog.show_found(found())
    dialog.show()
    view = dialog.view
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(view.width() // 2, 80))
    assert view.threshold == pytest.approx(0.4, abs=0.02)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(view.width() - 1, 80))
    assert view.threshold == 0.8  # at most the end of the curve
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert view.threshold == pytest.approx(0.792)
    with qtbot.waitSignal(dialog.save_pressed) as saved:
        dialog.save.click()
    assert saved.args == ["Mass", pytest.approx(0.792)]


def test_too_few_cases_give_a_sentence_and_no_curve(dialog: ThresholdsDialog):
    few = {k: v for k, v in found(positives=3, enough=False).items() if k not in ("curve", "suggested")}
    dialog.show_found(few)
    assert not dialog.save.isEnabled()
    assert not any(button.isEnabled() for button in dialog.rules.values())
    assert not dialog.view.isEnabled()
    assert "at least 10 with and 10 without" in dialog.view.message


def test_another_label_is_asked_for(dialog: ThresholdsDialog, qtbot: QtBot):
    with qtbot.waitSignal(dialog.label_chosen) as chosen:
        dialog.labels.setCurrentIndex(1)
    assert chosen.args == ["Nodule"]


def test_the_place_on_the_curve(app: QApplication, qtbot: QtBot):
    view = OperatingView()
    qtbot.addWidget(view)
    view.show_curve(CURVE, 0.3)
    assert [view.place(t) for t in (-1.0, 0.2, 0.3, 0.81)] == [0, 1, 2, 5]
    assert not view.grab().isNull()
