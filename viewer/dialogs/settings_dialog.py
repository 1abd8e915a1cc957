"""All settings of the one table, each with what it does; a change holds at once."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engine.errors import EngineError
from viewer.dialogs.message import sentence
from viewer.language import LANGUAGES, translate
from viewer.settings import Setting, Settings
from viewer.widgets import named, note, say

KEPT_BY_ITSELF = frozenset({"tour_seen"})


class SettingsDialog(QDialog):
    """See the module. Lists and tables (recent projects, keys) are edited in the file."""

    changed = Signal(str)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Settings"))
        self.resize(860, 600)
        self._settings = settings
        self.fields: dict[str, QWidget] = {}
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.setHorizontalSpacing(20)
        for setting in settings:
            field = None if setting.name in KEPT_BY_ITSELF else self._field(setting)
            if field is not None:
                self.fields[setting.name] = field
                text = translate("Settings", setting.description)
                field.setAccessibleName(text)
                form.addRow(QLabel(text), field)
        self._problem = note(name="refused")
        body = named(QWidget(), "reviewBody")
        form.setContentsMargins(0, 0, 12, 0)
        body.setLayout(form)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.addWidget(scroll, 1)
        layout.addWidget(self._problem)
        place = note(self.tr("Kept in {0}").format(settings.path))
        layout.addWidget(place)

    def _field(self, setting: Setting) -> QWidget | None:
        value = self._settings[setting.name]
        if setting.choices:
            return self._choice(setting, value)
        if isinstance(value, bool):
            box = QCheckBox()
            box.setChecked(value)
            box.toggled.connect(lambda on: self._set(setting.name, on))
            return box
        if isinstance(value, int):
            return self._number(setting, value)
        if isinstance(value, float):
            return self._fraction(setting, value)
        if isinstance(value, str):
            line = QLineEdit(value)
            line.editingFinished.connect(lambda: self._set(setting.name, line.text().strip()))
            return line
        return None

    def _choice(self, setting: Setting, value: str) -> QComboBox:
        box = QComboBox()
        for choice in setting.choices:
            named_so = LANGUAGES.get(choice) if setting.name == "language" else None
            box.addItem(named_so or translate("Settings", choice), choice)
        box.setCurrentIndex(setting.choices.index(value))
        box.currentIndexChanged.connect(lambda place: self._set(setting.name, setting.choices[place]))
        return box

    def _number(self, setting: Setting, value: int) -> QSpinBox:
        box = QSpinBox()
        box.setRange(1, 65536)
        box.setValue(value)
        box.valueChanged.connect(lambda number: self._set(setting.name, number))
        return box

    def _fraction(self, setting: Setting, value: float) -> QDoubleSpinBox:
        box = QDoubleSpinBox()
        box.setRange(1.0, 2.0) if setting.name == "font_scale" else box.setRange(0.0, 1.0)
        box.setSingleStep(0.05)
        box.setValue(value)
        box.valueChanged.connect(lambda number: self._set(setting.name, number))
        return box

    def _set(self, name: str, value: Any) -> None:
        if value == self._settings[name]:
            return
        try:
            self._settings[name] = value
        except EngineError as error:
            say(self._problem, sentence(str(error)))
            return
        say(self._problem, "")
        self.changed.emit(name)
