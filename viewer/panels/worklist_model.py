"""The worklist as a Qt model: ids first, rows and thumbnails only for what is painted."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QImage

from engine.store.rows import CaseQuery, CaseRow
from viewer import language
from viewer.actions import GRADES
from viewer.language import translate
from viewer.state.worklist import Worklist

Thumbnails = Callable[[str, Path], QImage | None]


class Role(IntEnum):
    """Data of the model beyond the display text."""

    ROW = Qt.ItemDataRole.UserRole
    THUMBNAIL = Qt.ItemDataRole.UserRole + 1
    REASON = Qt.ItemDataRole.UserRole + 2


class WorklistModel(QAbstractListModel):
    """Rows of a `Worklist`.

    Parameters
    ----------
    thumbnails
        Gives the thumbnail of a file or None while it is being made.
    """

    def __init__(self, worklist: Worklist, thumbnails: Thumbnails) -> None:
        super().__init__()
        self.worklist = worklist
        self._thumbnails = thumbnails
        self._waiting: dict[str, set[int]] = {}

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        """How many cases are listed."""
        return 0 if parent.isValid() else len(self.worklist)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Row, thumbnail, or the text that a screen reader says."""
        if not index.isValid():
            return None
        if role == Role.THUMBNAIL:
            return self._thumbnail(index.row())
        if role == Role.REASON:
            return self.worklist.reason(self.worklist.ids[index.row()])
        if role not in {Role.ROW, Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return None
        row = self.worklist.row(index.row())
        if role == Role.ROW or row is None:
            return row
        text = f"{row.name}, {result_text(row.top)}, {language.state(row.state.value)}"
        reason = self.worklist.reason(row.id)
        return f"{text}, {translate('Reasons', reason)}" if reason else text

    def set_query(self, query: CaseQuery | None = None) -> None:
        """List what answers another question, or the same one anew."""
        self.beginResetModel()
        self.worklist.refresh(query)
        self._waiting.clear()
        self.endResetModel()

    def refresh_case(self, case_id: int) -> None:
        """Paint a case anew; its place stays until the next question."""
        position = self.worklist.forget(case_id)
        if position is not None:
            index = self.index(position)
            self.dataChanged.emit(index, index)

    def thumbnail_ready(self, sha256: str) -> None:
        """A thumbnail was made: paint the rows that waited for it."""
        for position in self._waiting.pop(sha256, ()):
            index = self.index(position)
            self.dataChanged.emit(index, index, [Role.THUMBNAIL])

    def row(self, position: int) -> CaseRow | None:
        """The row at a position."""
        return self.worklist.row(position)

    def _thumbnail(self, position: int) -> QImage | None:
        row = self.worklist.row(position)
        if row is None or not row.thumbnail:
            return None
        image = self._thumbnails(row.thumbnail, row.path)
        if image is None:
            self._waiting.setdefault(row.thumbnail, set()).add(position)
        return image


def result_text(text: str) -> str:
    """What a line of the worklist says of a case: a grade with its number, findings, or a state."""
    if text[:1].isdigit():
        number = int(text[0])
        name = GRADES[number] if number < len(GRADES) else ""
        said = translate("Grades", name)
        return text if said == name else f"{number} {said}"
    names = [(name, language.term(name)) for name in text.split(", ")]
    return ", ".join(said if said != name else language.state(name) for name, said in names)
