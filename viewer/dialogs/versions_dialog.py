"""Model versions of every system; an older one can be made the active one again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.store.rows import ModelRow
from engine.systems import SYSTEMS
from viewer.widgets import named, note


class VersionsDialog(QDialog):
    """See the module."""

    activate_pressed = Signal(str, str)  # system, version
    export_pressed = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Model versions"))
        self.resize(860, 480)
        self.table = QTableWidget(0, 5)
        self.table.setHorizontalHeaderLabels(
            [
                self.tr("System"),
                self.tr("Version"),
                self.tr("Made"),
                self.tr("Trained on"),
                self.tr("Active"),
            ]
        )
        self.table.setAccessibleName(self.tr("Model versions"))
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.table.horizontalHeader().setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        self.table.itemSelectionChanged.connect(self._selected)
        self.button = named(QPushButton(self.tr("Make it the active one")), "primary")
        self.button.clicked.connect(self._activate)
        self.export = QPushButton(self.tr("Export with its card…"))
        self.export.clicked.connect(self._export)
        self._rows: list[ModelRow] = []
        row = QHBoxLayout()
        row.addWidget(self.export)
        row.addStretch()
        row.addWidget(self.button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 18, 22, 18)
        layout.setSpacing(12)
        layout.addWidget(
            note(self.tr("Nothing is ever deleted: rolling back makes an older version active again."))
        )
        layout.addWidget(self.table)
        layout.addLayout(row)
        self._selected()

    def show_models(self, models: Mapping[str, Sequence[ModelRow]]) -> None:
        """Show the versions by system, newest first."""
        self._rows = [row for rows in models.values() for row in rows]
        self.table.setRowCount(len(self._rows))
        for line, row in enumerate(self._rows):
            cells = (
                SYSTEMS[row.system].title if row.system in SYSTEMS else row.system,
                row.version,
                row.created[:16].replace("T", " "),
                row.card.data,
                self.tr("active") if row.active else "",
            )
            for place, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setTextAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
                item.setToolTip(row.card.limits if place == 3 else text)
                self.table.setItem(line, place, item)
        self.table.resizeColumnsToContents()
        self._selected()

    @property
    def chosen(self) -> ModelRow | None:
        """The selected version."""
        lines = {index.row() for index in self.table.selectedIndexes()}
        return self._rows[lines.pop()] if lines else None

    def _selected(self) -> None:
        row = self.chosen
        self.button.setEnabled(row is not None and not row.active)
        self.export.setEnabled(row is not None)

    def _export(self) -> None:
        row = self.chosen
        if row is not None:
            self.export_pressed.emit(row.system, row.version)

    def _activate(self) -> None:
        row = self.chosen
        if row is not None:
            self.activate_pressed.emit(row.system, row.version)
