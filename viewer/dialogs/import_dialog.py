"""Progress of an import, and afterwards what was refused and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from viewer.language import translate


class ImportDialog(QDialog):
    """See the module. Not modal: reviewing goes on meanwhile."""

    cancel_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Import"))
        self.resize(760, 220)
        self.text = QLabel(self.tr("Looking for images…"))
        self.text.setWordWrap(True)
        self.bar = QProgressBar(textVisible=False)
        self.bar.setRange(0, 0)
        self.refused = QTableWidget(0, 2)
        self.refused.setHorizontalHeaderLabels([self.tr("File not imported"), self.tr("Why, and what to do")])
        self.refused.setAccessibleName(self.tr("Files not imported"))
        self.refused.verticalHeader().hide()
        self.refused.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.refused.setWordWrap(True)
        self.refused.setShowGrid(False)
        self.refused.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.refused.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.refused.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.refused.setColumnWidth(0, 240)
        self.refused.hide()
        self.button = QPushButton(self.tr("Cancel"))
        self.button.clicked.connect(self._pressed)
        self.running = True
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self.button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 18, 22, 18)
        layout.setSpacing(12)
        layout.addWidget(self.text)
        layout.addWidget(self.bar)
        layout.addWidget(self.refused, 10)
        layout.addStretch(1)
        layout.addLayout(row)

    def show_progress(self, done: int, total: int, text: str) -> None:
        """A report of the worker."""
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        known = self.tr("{0}\n{1} of {2} files").format(text, done, total)
        self.text.setText(known if total else text or self.tr("Looking for images…"))

    def show_result(self, result: Mapping[str, Any]) -> None:
        """It ended: ``added``, ``known``, ``cases`` and ``refused`` [(file, why)]."""
        refused: Sequence[Sequence[str]] = result.get("refused") or ()
        self._end(summary(result))
        self.refused.setRowCount(len(refused))
        for row, (file, why) in enumerate(refused):
            name = QTableWidgetItem(Path(file).name)
            name.setToolTip(str(file))
            name.setTextAlignment(Qt.AlignmentFlag.AlignTop)
            self.refused.setItem(row, 0, name)
            reason = QTableWidgetItem(str(why).removeprefix(f"{file}: "))
            reason.setTextAlignment(Qt.AlignmentFlag.AlignTop)
            self.refused.setItem(row, 1, reason)
        if refused:
            self.refused.show()
            self.resize(self.width(), 460)
            self.refused.resizeRowsToContents()

    def show_end(self, text: str) -> None:
        """It was cancelled or failed."""
        self._end(text)

    def _end(self, text: str) -> None:
        self.running = False
        self.text.setText(text)
        self.bar.hide()
        self.button.setText(self.tr("Close"))

    def _pressed(self) -> None:
        if self.running:
            self.cancel_pressed.emit()
        else:
            self.accept()

    def reject(self) -> None:
        """Closing the dialog lets a running import go on."""
        super().reject()


def summary(result: Mapping[str, Any]) -> str:
    """What an import did, in a sentence."""
    added = translate("ImportDialog", "Images added: {0} (cases: {1})")
    parts = [added.format(result["added"], result["cases"])]
    if result.get("known"):
        parts.append(translate("ImportDialog", "{0} already known").format(result["known"]))
    refused = len(result.get("refused") or ())
    if refused:
        parts.append(translate("ImportDialog", "{0} not imported").format(refused))
    if not (result["added"] or result.get("known") or refused):
        return translate(
            "ImportDialog", "No images were found there. Lynceus reads JPEG, PNG, TIFF, BMP and DICOM files."
        )
    return f"{', '.join(parts)}."
