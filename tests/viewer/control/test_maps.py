"""Choosing the score, attention and gated map of each grade by keys and clicks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.records import Modality
from engine.store.project import open_project
from tests.viewer.conftest import fundus_prediction
from viewer.app import Lynceus

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def map_of(kind: str, grade: int) -> np.ndarray:
    """A map that no other is."""
    values = np.zeros((6, 8), np.float32)
    values[("gated", "attention", "score").index(kind), grade] = 1
    return values


@pytest.fixture
def project_root(project_root: Path) -> Path:
    """The eyes with all their maps; P-2 is graded 1."""
    with open_project(project_root) as project:
        for instance in project.instances_of(project.case_ids()):
            if instance.info.modality is Modality.FUNDUS:
                kinds = ("gated", "attention", "score")
                maps = {f"{kind}/{g}": map_of(kind, g) for kind in kinds for g in range(5)}
                said = fundus_prediction(2 if instance.info.path.stem == "P-1_right" else 1)
                project.add_predictions([(instance.id, replace(said, maps=maps))])
    return project_root


@pytest.fixture
def eyes(lynceus: Lynceus, qtbot: QtBot) -> Lynceus:
    project = lynceus.desk.project
    row = next(r for r in project.case_rows(project.case_ids()) if r.name.startswith("P-1"))
    lynceus.cases.open(row.id)
    qtbot.waitUntil(lambda: all(lynceus.pictures.is_shown(n) for n in range(2)))
    QApplication.processEvents()
    lynceus.window.canvas.views[0].setFocus()
    return lynceus


def shown(lynceus: Lynceus, monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray | None]:
    """What the views are given."""
    got: list[np.ndarray | None] = []
    for view in lynceus.window.canvas.views:
        monkeypatch.setattr(view, "set_heat", lambda values, opacity=0.6: got.append(values))
    lynceus.pictures.show_active()
    return got


def press(lynceus: Lynceus, code: Qt.Key, keys: Qt.KeyboardModifier) -> None:
    QTest.keyClick(lynceus.window.canvas.views[0], code, keys)
    QApplication.processEvents()


def test_keys_go_through_kinds_and_grades(eyes: Lynceus, monkeypatch: pytest.MonkeyPatch):
    assert not eyes.window.is_checked("view.evidence")
    press(eyes, Qt.Key.Key_V, SHIFT)  # shows the first
    assert eyes.window.is_checked("view.evidence")
    assert "Gated attention map for grade 2" in eyes.window.status.message.text()
    right, left = shown(eyes, monkeypatch)[:2]
    assert np.array_equal(right, map_of("gated", 2)) and np.array_equal(left, map_of("gated", 1))
    press(eyes, Qt.Key.Key_V, SHIFT)
    press(eyes, Qt.Key.Key_V, SHIFT)
    assert "Score map for grade 2" in eyes.window.status.message.text()
    for _ in range(5):
        press(eyes, Qt.Key.Key_V, SHIFT | CONTROL)
    right, left = shown(eyes, monkeypatch)[:2]
    assert np.array_equal(right, map_of("score", 4)) and np.array_equal(left, map_of("score", 4))
    assert eyes.window.review.maps.levels[4].isChecked()


def test_chips_choose_and_hide(eyes: Lynceus, monkeypatch: pytest.MonkeyPatch):
    panel = eyes.window.review.maps
    assert panel.isVisibleTo(eyes.window) and not panel.text.text()
    panel.kinds["attention"].click()
    panel.levels[0].click()
    assert np.array_equal(shown(eyes, monkeypatch)[0], map_of("attention", 0))
    assert panel.kinds["attention"].isChecked() and not panel.kinds["gated"].isChecked()
    panel.kinds["attention"].click()
    assert not eyes.window.is_checked("view.evidence")
    assert not any(chip.isChecked() for chip in panel.kinds.values())
    assert shown(eyes, monkeypatch)[0] is None


def test_a_choice_stays_from_case_to_case(eyes: Lynceus):
    eyes.window.review.maps.kinds["score"].click()
    eyes.cases.step(1)
    QApplication.processEvents()
    assert eyes.maps.choice.kind == "score" and eyes.window.review.maps.kinds["score"].isChecked()


def test_without_maps_that_is_said(eyes: Lynceus):
    here = eyes.desk.open
    here.behind[here.active].pop("zoom_in_net")
    eyes.pictures.show_active()
    panel = eyes.window.review.maps
    assert "no maps" in panel.text.text()
    assert not any(chip.isEnabled() for chip in [*panel.kinds.values(), *panel.levels.values()])
