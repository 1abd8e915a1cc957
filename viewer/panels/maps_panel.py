"""Which map lies over a fundus photograph: its kind, and the grade that it speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from viewer.flow_layout import FlowLayout
from viewer.language import translate
from viewer.state.zoom_maps import KINDS, LEVELS, MapChoice
from viewer.widgets import column, heading, named, note, say


def kind_names() -> Mapping[str, str]:
    """What the chips of the kinds say."""
    return {
        "gated": translate("MapsPanel", "Gated G"),
        "attention": translate("MapsPanel", "Attention A"),
        "score": translate("MapsPanel", "Score S"),
    }


class MapsPanel(QWidget):
    """See the module; a click on the kind that is shown hides the map."""

    kind_chosen = Signal(str)
    level_chosen = Signal(object)  # int, or None: the grade that the model gives

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = column(self, 5)
        layout.addWidget(heading(self.tr("Maps")))
        names = kind_names()
        self.kinds = {kind: self._chip(names[kind]) for kind in KINDS}
        for kind, chip in self.kinds.items():
            chip.clicked.connect(partial(self.kind_chosen.emit, kind))
        self.levels = {level: self._chip(self.tr("of its grade")) for level in (None,)} | {
            level: self._chip(str(level)) for level in range(LEVELS)
        }
        for level, chip in self.levels.items():
            spoken = self.tr("Map of the model's grade") if level is None else self.tr("Map of grade {0}")
            chip.setAccessibleName(spoken.format(level))
            chip.clicked.connect(partial(self._level_clicked, level))
        self.text = note()
        for chips in (self.kinds, self.levels):
            row = FlowLayout(spacing=5)
            for chip in chips.values():
                row.addWidget(chip)
            layout.addLayout(row)
        layout.addWidget(self.text)

    def show_choice(self, choice: MapChoice, shown: bool, levels: Sequence[int]) -> None:
        """Show what is chosen; ``levels`` are the grades that there is such a map of."""
        for kind, chip in self.kinds.items():
            chip.setChecked(shown and kind == choice.kind)
            chip.setEnabled(bool(levels))
        for level, chip in self.levels.items():
            chip.setChecked(level == choice.level)
            chip.setEnabled(bool(levels) and (level is None or level in levels))
        say(self.text, "" if levels else self.tr("There are no maps: the models have not run on this image."))

    def _level_clicked(self, level: int | None) -> None:
        self.level_chosen.emit(level)

    @staticmethod
    def _chip(title: str) -> QPushButton:
        chip = named(QPushButton(title), "chip")
        chip.setCheckable(True)
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return chip
