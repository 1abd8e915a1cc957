"""Help and comfort: key sheet, key editor, palette, guide, tour, settings, text size, crash reports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QMessageBox

import engine
from engine.errors import EngineError
from viewer import crash
from viewer.control.desk import Desk
from viewer.dialogs.guide_dialog import GuideDialog
from viewer.dialogs.key_editor import KeyEditor
from viewer.dialogs.keys_dialog import KeysDialog
from viewer.dialogs.message import show_error
from viewer.dialogs.palette_dialog import PaletteDialog, entries
from viewer.dialogs.settings_dialog import SettingsDialog
from viewer.dialogs.tour import Step, Tour
from viewer.panels.top_bar import banner

DEMO_IMAGES = "phantoms"  # what `engine.operations.demo` says of its images
TEXT_STEP = 0.1


class HelpControl(QObject):
    """See the module."""

    setting_changed = Signal(str)

    def __init__(self, desk: Desk, run: Callable[[str], None]) -> None:
        super().__init__(desk)
        self._desk, self._run = desk, run
        self.tour: Tour | None = None
        self._tour_asked = -1  # generation of the project that was asked whether it is the demo
        self.tour_allowed = False  # only in a window that a person looks at
        desk.case_opened.connect(self.offer_tour)
        desk.window.painted.connect(self.offer_tour)

    # -- dialogs -------------------------------------------------------------------------------------

    def show_keys(self) -> None:
        """F1: every command with its keys."""
        self._open(KeysDialog(self._desk.settings["keys"], self._desk.window))

    def edit_keys(self) -> KeyEditor:
        """Change the keys; they hold as soon as they are saved."""
        editor = KeyEditor(self._desk.settings["keys"], self._desk.window)
        editor.accepted.connect(lambda: self._keep_keys(editor))
        self._open(editor)
        return editor

    def show_palette(self) -> PaletteDialog:
        """Ctrl+K: find a command by a few letters."""
        actions = self._desk.window.actions_by_id
        usable = {name: action.isEnabled() for name, action in actions.items()}
        palette = PaletteDialog(entries(self._desk.settings["keys"], usable), self._desk.window)
        palette.chosen.connect(lambda name: actions[name].trigger())
        self._open(palette)
        palette.field.setFocus()
        return palette

    def show_settings(self) -> None:
        """All settings."""
        dialog = SettingsDialog(self._desk.settings, self._desk.window)
        dialog.changed.connect(self.setting_changed)
        self._open(dialog)

    def show_guide(self) -> GuideDialog:
        """The user guide, beside the work."""
        guide = GuideDialog(parent=self._desk.window)
        guide.finished.connect(guide.deleteLater)
        guide.show()
        return guide

    def show_about(self) -> None:
        """Version, purpose, licence."""
        what = self.tr(
            "Review of fundus photographs and chest X-rays with models that learn from their reviewers."
        )
        text = f"Lynceus {engine.__version__}<br>{what}<br>{banner()}. Apache-2.0."
        QMessageBox.about(self._desk.window, "Lynceus", text)

    def show_report(self, report: Path, earlier: bool = False) -> None:
        """Tell that a crash report was written; ``earlier``: it is of the run before this one."""
        title = self.tr("Lynceus ended unexpectedly last time") if earlier else self.tr("An unforeseen error")
        show_error(self._desk.window, title, crash.as_error(report))

    def _open(self, dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _keep_keys(self, editor: KeyEditor) -> None:
        try:
            self._desk.settings["keys"] = editor.own
        except EngineError as error:
            self._desk.fail(self.tr("The keys could not be kept"), error)
        self._desk.window.set_keys(editor.own)

    def resize_text(self, larger: bool) -> None:
        """Ctrl++ and Ctrl+-."""
        scale = self._desk.settings["font_scale"] + (TEXT_STEP if larger else -TEXT_STEP)
        try:
            self._desk.settings["font_scale"] = round(min(max(scale, 1.0), 2.0), 2)
        except EngineError as error:
            self._desk.tell(str(error))
        self.setting_changed.emit("font_scale")

    # -- the tour ------------------------------------------------------------------------------------

    def offer_tour(self) -> None:
        """Start it the first time that a case of the demo is open in a window that a person looks at."""
        project, window = self._desk.project, self._desk.window
        wanted = self.tour_allowed and not self._desk.settings["tour_seen"]
        if not wanted or project is None or self._desk.open is None or not window.isVisible():
            return
        if self._tour_asked == self._desk.generation:
            return
        self._tour_asked = self._desk.generation
        if project.setting("images") == DEMO_IMAGES:
            self.start_tour()

    def start_tour(self) -> None:
        """Show where things are."""
        if self.tour is not None:
            return
        self.tour = Tour(self._steps(), self._desk.window)
        self.tour.ended.connect(self._tour_ended)
        self.tour.start()

    def _tour_ended(self, _: bool) -> None:
        self.tour = None
        try:
            self._desk.settings["tour_seen"] = True
        except EngineError as error:
            self._desk.tell(str(error))
        self._desk.window.canvas.views[0].setFocus()

    def _steps(self) -> list[Step]:
        window = self._desk.window
        return [
            Step(
                window.worklist,
                self.tr("Worklist"),
                self.tr(
                    "All cases, and what the models say. Search, filter by the chips, sort by any score."
                ),
            ),
            Step(
                window.canvas,
                self.tr("Image"),
                self.tr(
                    "The wheel zooms, the middle button moves, a double click fits. "
                    "Hold H to see the image without anything drawn on it."
                ),
            ),
            Step(
                window.evidence,
                self.tr("Why"),
                self.tr("The regions that the model looked at, at full resolution. Click one to go there."),
            ),
            Step(
                window.review,
                self.tr("What the models say, and what you decide"),
                self.tr("Grades by 0–4, findings by 1–9. No model ever writes over your word."),
            ),
            Step(
                window.review.decision,
                self.tr("Decide"),
                self.tr("Enter accepts and goes on, U asks a second reader, X rejects; Ctrl+Z undoes."),
            ),
            Step(
                window.status,
                self.tr("Saved at once"),
                self.tr("Every decision and every stroke is saved when it is made: look for “all saved”."),
            ),
            Step(
                window.top.keys,
                self.tr("Keys"),
                self.tr("F1 shows all keys, Ctrl+K finds any command by a few letters."),
            ),
        ]
