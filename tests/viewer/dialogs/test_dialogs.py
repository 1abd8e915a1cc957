from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel
from pytestqt.qtbot import QtBot

from engine.errors import EngineError
from engine.records import ModelCard
from engine.store.rows import ModelRow
from engine.systems import SYSTEMS
from viewer.actions import BY_ID, COMMANDS
from viewer.dialogs.curve_view import CurveView, curve_polygon
from viewer.dialogs.import_dialog import ImportDialog, summary
from viewer.dialogs.keys_dialog import KeysDialog, shown_keys
from viewer.dialogs.message import make_message, sentence
from viewer.dialogs.reason_dialog import ReasonDialog
from viewer.dialogs.retrain_dialog import RetrainDialog
from viewer.dialogs.settings_dialog import SettingsDialog
from viewer.dialogs.versions_dialog import VersionsDialog
from viewer.settings import Settings
from viewer.state.retraining import Phase, Retraining


def test_a_message_says_what_where_and_what_to_do(app: QApplication, qtbot: QtBot):
    box = make_message(None, "Not saved", EngineError("the disk is full", "/p/x", "Free some space."))
    qtbot.addWidget(box)
    assert box.text() == "Not saved"
    assert box.informativeText() == "The disk is full.\n\n/p/x\n\nFree some space."
    assert [sentence(t) for t in ("", "a", "A b!")] == ["", "A.", "A b!"]


def test_the_key_sheet_names_every_command_with_a_key(app: QApplication, qtbot: QtBot):
    dialog = KeysDialog({})
    qtbot.addWidget(dialog)
    texts = {label.text() for label in dialog.findChildren(QLabel)}
    for command in COMMANDS:
        if command.keys:
            assert command.text.rstrip("…") in texts, command.id
    assert shown_keys(BY_ID["review.grade_3"], {}) == "3"
    assert shown_keys(BY_ID["review.next"], {}) == "Right or D"


def test_a_setting_holds_at_once(app: QApplication, qtbot: QtBot, tmp_path: Path):
    settings = Settings(tmp_path / "s.toml")
    dialog = SettingsDialog(settings)
    qtbot.addWidget(dialog)
    changed: list[str] = []
    dialog.changed.connect(changed.append)
    box = dialog.fields["auto_predict"]
    assert isinstance(box, QCheckBox)
    box.click()
    dialog.fields["theme"].setCurrentText("light")
    dialog.fields["brush_size"].setValue(30)
    assert changed == ["auto_predict", "theme", "brush_size"]
    again = Settings(tmp_path / "s.toml")
    assert (again["auto_predict"], again["theme"], again["brush_size"]) == (False, "light", 30)


def test_a_setting_that_cannot_be_kept_is_told(app: QApplication, qtbot: QtBot, tmp_path: Path):
    (tmp_path / "f").write_text("")
    dialog = SettingsDialog(Settings(tmp_path / "f" / "s.toml"))
    qtbot.addWidget(dialog)
    dialog.fields["brush_size"].setValue(31)
    assert "cannot be written" in dialog._problem.text()


def test_a_reason_is_one_line(app: QApplication, qtbot: QtBot):
    dialog = ReasonDialog()
    qtbot.addWidget(dialog)
    dialog.field.setCurrentText("  very \n dark ")
    assert dialog.reason == "very dark"
    dialog.field.setCurrentText("x" * 500)
    assert len(dialog.reason) == 200


def test_an_import_from_progress_to_what_was_refused(app: QApplication, qtbot: QtBot):
    dialog = ImportDialog()
    qtbot.addWidget(dialog)
    dialog.show_progress(3, 10, "a.png")
    assert "3 of 10" in dialog.text.text() and dialog.bar.value() == 3
    with qtbot.waitSignal(dialog.cancel_pressed):
        dialog.button.click()
    dialog.show_result(
        {"added": 2, "known": 1, "cases": 1, "refused": [["/x/b.dcm", "is empty. Leave it out."]]}
    )
    assert dialog.text.text() == "Images added: 2 (cases: 1), 1 already known, 1 not imported."
    assert dialog.refused.item(0, 0).text() == "b.dcm"
    assert dialog.refused.item(0, 1).text() == "is empty. Leave it out."
    dialog.button.click()
    assert dialog.isHidden()


def test_an_import_of_nothing_says_what_can_be_read():
    assert "DICOM" in summary({"added": 0, "known": 0, "cases": 0, "refused": []})


def test_the_retraining_dialog_follows_the_state(app: QApplication, qtbot: QtBot):
    dialog = RetrainDialog([s for s in SYSTEMS.values() if s.recipe])
    qtbot.addWidget(dialog)
    dialog.show()
    state = Retraining()
    dialog.show_changes({"cases": 3, "masks_corrected": 2}, "v2")
    assert dialog.new.text() == "Since v2: 3 cases, 2 masks corrected."
    state.start(dialog.system)
    state.progress(2, 10, "epoch 1", {"loss": 1.0})
    dialog.show_state(state)
    assert dialog.cancel.isVisible() and not dialog.start.isEnabled() and not dialog.systems.isEnabled()
    state.phase = Phase.CANCELLING
    dialog.show_state(state)
    assert not dialog.cancel.isEnabled()
    state.fail("no reviewed case to learn from")
    dialog.show_state(state)
    assert dialog.start.isEnabled() and "no reviewed case" in dialog.text.text()
    state.finish({"version": "v3", "held_back": 0, "old": {}, "new": {"kappa": float("nan")}})
    dialog.show_state(state)
    assert dialog.table.item(0, 2).text() == "–"
    assert "nothing was measured" in dialog.held_back.text()
    assert dialog.accept_button.isVisible() and not dialog.start.isVisible()


def model(version: str, active: bool) -> ModelRow:
    card = ModelCard("zoom_in_net", version, {}, data="phantoms")
    return ModelRow("zoom_in_net", version, Path("w"), "ab", card, active, "2026-01-02T03:04:05")


def test_any_version_but_the_active_one_can_be_made_active(app: QApplication, qtbot: QtBot):
    dialog = VersionsDialog()
    qtbot.addWidget(dialog)
    dialog.show_models({"zoom_in_net": [model("v2", True), model("v1", False)]})
    assert not dialog.button.isEnabled()
    dialog.table.selectRow(0)
    assert not dialog.button.isEnabled()
    dialog.table.selectRow(1)
    with qtbot.waitSignal(dialog.activate_pressed) as pressed:
        dialog.button.click()
    assert pressed.args == ["zoom_in_net", "v1"]
    assert dialog.table.item(1, 2).text() == "2026-01-02 03:04"
    dialog.show_models({"zoom_in_net": [replace(model("v1", True))]})
    assert dialog.table.rowCount() == 1


def test_a_curve_fills_its_area():
    polygon = curve_polygon([(0, 1.0), (5, 3.0), (10, 2.0)], QRectF(10, 20, 100, 50))
    points = [(p.x(), p.y()) for p in polygon]
    assert points == [(10, 70), (60, 20), (110, 45)]
    flat = curve_polygon([(4, 1.0)], QRectF(0, 0, 10, 10))
    assert (flat[0].x(), flat[0].y()) == (0, 10)


@pytest.mark.parametrize("curves", [{}, {"loss": []}, {"loss": [(0, float("nan")), (1, 1.0)]}])
def test_curves_of_any_kind_are_painted(
    app: QApplication, qtbot: QtBot, curves: dict[str, list[tuple[int, float]]]
):
    view = CurveView()
    qtbot.addWidget(view)
    view.show_curves(curves)
    view.resize(200, 100)
    assert not view.grab().isNull()
