"""Why an image cannot be graded: pick a reason or type one."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from viewer.language import marked

REASONS = (
    marked("ReasonDialog", "blurred"),
    marked("ReasonDialog", "too dark"),
    marked("ReasonDialog", "overexposed"),
    marked("ReasonDialog", "field cut off"),
    marked("ReasonDialog", "media opacity"),
    marked("ReasonDialog", "wrong image"),
    marked("ReasonDialog", "artefacts"),
)


class ReasonDialog(QDialog):
    """See the module; `reason` is empty until one is given."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Ungradable"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 18)
        layout.setSpacing(12)
        layout.addWidget(QLabel(self.tr("Why can this case not be graded?")))
        self.field = QComboBox(editable=True)
        self.field.addItems([self.tr(reason) for reason in REASONS])
        self.field.setMinimumWidth(280)
        layout.addWidget(self.field)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        line = self.field.lineEdit()
        if line is not None:
            line.selectAll()

    @property
    def reason(self) -> str:
        """The reason as typed, shortened to one line."""
        return " ".join(self.field.currentText().split())[:200]
