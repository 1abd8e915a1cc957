"""The single lesions of one kind, the largest first: a click looks at one, Delete takes it away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from viewer.widgets import column, named

SHOWN = 250  # rows; the rest are too small to be looked for in a list; ours
VISIBLE = 6  # rows without scrolling; ours


@dataclass(frozen=True, slots=True)
class RegionRow:
    """One lesion: its number on the list of its kind and its area as text."""

    number: int
    area: str
    pixels: int


class RegionsPanel(QWidget):
    """See the module. Signals carry the index of a row."""

    region_chosen = Signal(int)
    region_deleted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = column(self, 3)
        head = QHBoxLayout()
        self.title = named(QLabel(), "muted")
        self.title.setWordWrap(True)
        self.delete = named(QPushButton(self.tr("Delete")), "flat")
        self.delete.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.delete.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.delete.clicked.connect(self._delete_chosen)
        head.addWidget(self.title, 1)
        head.addWidget(self.delete)
        layout.addLayout(head)
        self.list = _List(self)
        self.list.setUniformItemSizes(True)
        self.list.setAccessibleName(self.tr("Single lesions"))
        self.list.itemClicked.connect(lambda item: self.region_chosen.emit(self.list.row(item)))
        self.list.itemActivated.connect(lambda item: self.region_chosen.emit(self.list.row(item)))
        layout.addWidget(self.list)
        self.show_regions("", (), False)

    def show_regions(self, title: str, rows: Sequence[RegionRow], editable: bool) -> None:
        """Show these lesions; nothing at all without a title."""
        self.setVisible(bool(title))
        self.title.setText(title)
        self.delete.setVisible(editable and bool(rows))
        self.list.setVisible(bool(rows))
        texts = [f"{row.number}    {row.area}" for row in rows[:SHOWN]]
        if texts != [self.list.item(n).text() for n in range(self.list.count())]:
            chosen = self.list.currentRow()
            self.list.clear()
            for row, text in zip(rows, texts, strict=False):
                item = QListWidgetItem(text)
                item.setToolTip(self.tr("{0} pixels").format(row.pixels))
                self.list.addItem(item)
            self.list.setCurrentRow(min(chosen, len(texts) - 1))
        height = self.list.sizeHintForRow(0) if rows else 0
        self.list.setFixedHeight(height * min(len(texts), VISIBLE) + 2 * self.list.frameWidth())

    def step(self, places: int) -> int:
        """Choose the next or the previous lesion; its index, -1 when there is none."""
        count = self.list.count()
        if not count:
            return -1
        here = self.list.currentRow()
        there = (here + places) % count if here >= 0 else 0 if places > 0 else count - 1
        self.list.setCurrentRow(there)
        return there

    def _delete_chosen(self) -> None:
        if self.list.currentRow() >= 0 and not self.delete.isHidden():
            self.region_deleted.emit(self.list.currentRow())


class _List(QListWidget):
    """Its Delete key takes the chosen lesion away."""

    def __init__(self, panel: RegionsPanel) -> None:
        super().__init__()
        self._panel = panel

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete, or what a list does."""
        if event.key() == Qt.Key.Key_Delete:
            self._panel._delete_chosen()
        else:
            super().keyPressEvent(event)
