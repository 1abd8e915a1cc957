"""The top line: product, menus, project, mode, and the banner that is always visible."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenuBar, QSizePolicy, QWidget

from viewer.language import translate
from viewer.widgets import named


def banner() -> str:
    """What every window says."""
    return translate("TopBar", "Not for clinical use")


class TopBar(QFrame):
    """See the module."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topBar")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 5, 14, 5)
        layout.setSpacing(12)
        product = named(QLabel("Lynceus"), "product")
        self.menus = QMenuBar()
        self.menus.setNativeMenuBar(False)
        self.menus.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.project = named(QLabel(), "projectTitle")
        self.project.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.mode = named(QLabel(), "muted")
        self.keys = named(QLabel(self.tr("F1 keys")), "muted")
        self.banner = named(QLabel(banner()), "banner")
        layout.addWidget(product)
        layout.addWidget(self.menus)
        layout.addWidget(self.project, 1)
        for widget in (self.mode, self.keys, self.banner):
            layout.addWidget(widget)
