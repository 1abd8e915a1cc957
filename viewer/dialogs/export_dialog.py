"""What to export, and where to."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from viewer.widgets import note, say


class ExportDialog(QDialog):
    """See the module; emits the folder and the names that `engine.operations.exporting` knows."""

    chosen = Signal(str, list)

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export"))
        self.resize(680, 300)
        self.folder = QLineEdit(str(folder))
        self.folder.setAccessibleName(self.tr("Folder of the export"))
        self.browse = QPushButton(self.tr("Choose…"))
        self.browse.clicked.connect(self._browse)
        self.parts = {
            "csv": QCheckBox(self.tr("Tables: labels and grades, scores, every correction (CSV)")),
            "masks": QCheckBox(self.tr("Corrected masks (PNG of 0 and 255, in the size of their images)")),
            "coco": QCheckBox(self.tr("The same masks as one COCO file")),
        }
        for name in ("csv", "masks"):
            self.parts[name].setChecked(True)
        self.caution = note(
            self.tr("The files name patients as the images do: keep them where the images may be kept."),
            "caution",
        )
        self.problem = note(name="refused")
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.accepted.connect(self._accepted)
        self.buttons.rejected.connect(self.reject)
        self._lay_out()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(QLabel(self.tr("Folder")))
        row.addWidget(self.folder, 1)
        row.addWidget(self.browse)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 18, 22, 18)
        layout.setSpacing(12)
        layout.addLayout(row)
        for box in self.parts.values():
            layout.addWidget(box)
        layout.addWidget(self.caution)
        layout.addWidget(self.problem)
        layout.addStretch()
        layout.addWidget(self.buttons)

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Folder of the export"), self.folder.text())
        if folder:
            self.folder.setText(folder)

    def _accepted(self) -> None:
        what = [name for name, box in self.parts.items() if box.isChecked()]
        if not what or not self.folder.text().strip():
            say(self.problem, self.tr("Choose a folder and at least one kind of files."))
            return
        self.accept()
        self.chosen.emit(self.folder.text().strip(), what)
