"""The images of a diagnosis as a table: name, answer, margin, lesion areas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from viewer.state.diagnosis import Diagnosed
from viewer.widgets import number

FIXED = 3  # columns before the lesions
Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()


class JudgedModel(QAbstractTableModel):
    """Rows in the order of `Diagnosed.images`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._found: Diagnosed | None = None
        self._names: Sequence[str] = ()

    def show_found(self, found: Diagnosed | None, names: Sequence[str]) -> None:
        """Show a run."""
        self.beginResetModel()
        self._found, self._names = found, names
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        """One an image."""
        return 0 if parent.isValid() or self._found is None else len(self._found.images)

    def columnCount(self, parent: Index = ROOT) -> int:
        """Name, answer, margin, then one a lesion."""
        return 0 if parent.isValid() else FIXED + (len(self._found.lesions) if self._found else 0)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell's text, numbers to the right."""
        if self._found is None or not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() >= FIXED - 1:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        one = self._found.images[index.row()]
        if index.column() >= FIXED:
            area = one.areas.get(self._found.lesions[index.column() - FIXED])
            return "–" if area is None else f"{area / 10_000:.3f} %"
        likely = self.tr("likely") if one.positive else self.tr("unlikely")
        return (self._names[index.row()], likely, number(one.score))[index.column()]

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles of the columns."""
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        if section >= FIXED and self._found is not None:
            return self._found.lesions[section - FIXED]
        return (self.tr("Image"), self.tr("Answer"), self.tr("Margin"))[section]
