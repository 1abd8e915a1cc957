"""A layout that goes on in the next line where a line is full, as words do."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Widgets from left to right, each at its size hint; as high as its lines are for a width."""

    def __init__(self, parent: QWidget | None = None, spacing: int = 4) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setSpacing(spacing)
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """Called by `addWidget`."""
        self._items.append(item)

    def count(self) -> int:
        """How many items there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # Qt asks beyond the end
        """One of them, None beyond the last."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """One of them, no longer laid out."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """None: it takes what it needs."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """A narrower one is higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Of all lines, with the margins."""
        margins = self.contentsMargins()
        inner = QRect(0, 0, width - margins.left() - margins.right(), 0)
        return self._lay(inner, move=False) + margins.top() + margins.bottom()

    def setGeometry(self, area: QRect) -> None:
        """Place the widgets."""
        super().setGeometry(area)
        self._lay(area.marginsRemoved(self.contentsMargins()), move=True)

    def sizeHint(self) -> QSize:
        """The least, which a wider parent exceeds."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """Room for the widest item."""
        margins = self.contentsMargins()
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _lay(self, area: QRect, *, move: bool) -> int:
        """Place the lines within an area, items in the middle of their line; how high they are together."""
        y = area.y()
        for line in self._lines(area.width()):
            high = max(item.sizeHint().height() for item in line)
            x = area.x()
            for item in line:
                hint = item.sizeHint()
                if move:
                    wide = min(hint.width(), area.width())
                    item.setGeometry(QRect(x, y + (high - hint.height()) // 2, wide, hint.height()))
                x += hint.width() + self.spacing()
            y += high + self.spacing()
        return max(y - self.spacing() - area.y(), 0)

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        lines: list[list[QLayoutItem]] = []
        end = 0
        for item in (item for item in self._items if not item.isEmpty()):
            wide = item.sizeHint().width()
            if lines and end + self.spacing() + wide <= width:
                lines[-1].append(item)
                end += self.spacing() + wide
            else:
                lines.append([item])
                end = wide
        return lines
