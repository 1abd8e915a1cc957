"""What the retraining page says before, while and after."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.systems import SYSTEMS
from viewer.dialogs.retrain_dialog import RetrainDialog, figure
from viewer.state.retraining import Phase, Retraining

PLAN = {
    "train": {"images": 30, "patients": 15},
    "held_back": {"images": 10, "patients": 5},
    "missing": 0,
    "seconds": 240.0,
}


@pytest.fixture
def dialog(app: QApplication, qtbot: QtBot) -> RetrainDialog:
    made = RetrainDialog([s for s in SYSTEMS.values() if s.recipe])
    qtbot.addWidget(made)
    made.show()
    return made


def test_what_is_held_back_and_how_long_it_takes(dialog: RetrainDialog):
    dialog.show_plan(None)
    assert "Counting" in dialog.plan.text()
    dialog.show_plan(PLAN)
    text = dialog.plan.text()
    assert "30 reviewed images of 15 patients" in text and "10 images of 5 patients are held back" in text
    assert "4 min" in text and "gone" not in text
    dialog.show_plan({**PLAN, "seconds": None, "missing": 2})
    assert "after the first run" in dialog.plan.text() and "2 images are gone" in dialog.plan.text()
    dialog.show_plan({**PLAN, "train": {"images": 0, "patients": 0}})
    assert "Nothing to learn from" in dialog.plan.text()


def test_pause_and_go_on(dialog: RetrainDialog):
    asked: list[bool] = []
    dialog.pause_pressed.connect(asked.append)
    state = Retraining()
    state.start("zoom_in_net")
    dialog.show_state(state)
    assert dialog.pause.isVisible() and dialog.pause.text() == "Pause"
    dialog.pause.click()
    state.pause()
    dialog.show_state(state)
    assert dialog.pause.text() == "Go on" and "Paused" in dialog.text.text() and dialog.cancel.isEnabled()
    dialog.pause.click()
    assert asked == [True, False]
    state.phase = Phase.CANCELLING
    dialog.show_state(state)
    assert not dialog.pause.isEnabled()


def test_the_time_left(dialog: RetrainDialog):
    now = [0.0]
    state = Retraining(clock=lambda: now[0])
    state.start("zoom_in_net")
    for done in range(5):
        state.progress(done, 65, "learning", {"loss": 1.0})
        now[0] += 3.0
    dialog.show_state(state)
    assert dialog.text.text() == "learning · about 3 min left"


def test_intervals_warnings_and_flips(dialog: RetrainDialog):
    state = Retraining()
    result = {
        "version": "v2",
        "held_back": 10,
        "old": {"kappa": 0.5},
        "new": {"kappa": 0.4},
        "intervals": {"kappa": {"old": [0.3, 0.7], "new": [0.2, 0.6], "difference": [-0.2, 0.05]}},
        "warnings": ["kappa fell by 0.100; that may be chance."],
        "flips": [
            {"case_id": 7, "old": "grade 1", "new": "grade 2", "reader": "grade 2", "verdict": "better"},
            {"case_id": 8, "old": "grade 3", "new": "grade 1", "reader": "grade 3", "verdict": "worse"},
        ],
        "flipped": [7, 8],
    }
    state.finish(result)
    dialog.show_state(state, {7: "P-7", 8: "P-8"})
    cells = [dialog.table.item(0, column).text() for column in range(4)]
    assert cells == ["kappa", "0.500 (0.30 … 0.70)", "0.400 (0.20 … 0.60)", "-0.100 (-0.20 … +0.05)"]
    assert dialog.warnings.isVisible() and "may be chance" in dialog.warnings.text()
    texts = [dialog.cases.item(n).text() for n in range(2)]
    assert texts[0] == "P-8: grade 3 → grade 1 · reader grade 3 · worse"
    assert texts[1].endswith("better")
    opened: list[int] = []
    dialog.case_chosen.connect(opened.append)
    dialog.cases.itemClicked.emit(dialog.cases.item(0))
    assert opened == [8] and dialog.cases.item(0).data(Qt.ItemDataRole.UserRole) == 8
    dialog.show_state(Retraining())
    assert not dialog.warnings.isVisible()


def test_figures():
    assert figure(None, None) == figure(float("nan"), (0.0, 1.0)) == "–"
    assert figure(0.5, None, "+") == "+0.500"
