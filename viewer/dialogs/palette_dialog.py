"""The command palette: type a few letters, Enter does the command; every command of the table is in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from viewer import theme
from viewer.actions import COMMANDS, keys_of
from viewer.language import translate
from viewer.state.fuzzy import ranked
from viewer.widgets import elided, named

SHOWN = 12
STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: SHOWN,
    Qt.Key.Key_PageUp: -SHOWN,
}
ID, KEYS, USABLE = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1, Qt.ItemDataRole.UserRole + 2

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: the command's id, its menu and text, its first key, whether it can be used now."""

    id: str
    text: str
    key: str
    usable: bool


def entries(changed: Mapping[str, str], usable: Mapping[str, bool]) -> list[Entry]:
    """Every command of the table, in its order."""
    made = []
    for command in COMMANDS:
        menu = " › ".join(translate("Menus", part) for part in command.menu.split(" > "))
        keys = keys_of(command, changed)
        key = QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if keys else ""
        text = f"{menu}: {translate('Commands', command.text).rstrip('…')}"
        made.append(Entry(command.id, text, key, usable.get(command.id, True)))
    return made


class PaletteDialog(QDialog):
    """See the module; emits the id of the command that was chosen, after it has closed."""

    chosen = Signal(str)

    def __init__(self, lines: Sequence[Entry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Command palette"))
        self._entries = list(lines)
        self.field = QLineEdit(placeholderText=self.tr("Type a command"))
        self.field.setAccessibleName(self.tr("Command palette: type a few letters of a command"))
        self.field.textChanged.connect(self._fill)
        self.field.returnPressed.connect(self._choose)
        self.field.installEventFilter(self)
        self.list = named(QListWidget(), "palette")
        self.list.setAccessibleName(self.tr("Commands"))
        self.list.setItemDelegate(_Lines(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.itemClicked.connect(lambda _: self._choose())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 14)
        layout.setSpacing(8)
        layout.addWidget(self.field)
        layout.addWidget(self.list)
        self.resize(640, 14 * 2 + 60 + SHOWN * (self.fontMetrics().height() + 12))
        self._fill("")

    def _fill(self, query: str) -> None:
        self.list.clear()
        texts, usable = [e.text for e in self._entries], [e.usable for e in self._entries]
        for place in ranked(query, texts, usable):
            entry = self._entries[place]
            item = QListWidgetItem(entry.text, self.list)
            item.setData(ID, entry.id)
            item.setData(KEYS, entry.key)
            item.setData(USABLE, entry.usable)
            said = entry.text if entry.usable else self.tr("{0}, not available now").format(entry.text)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, said)
            if not entry.usable:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
        self.list.setCurrentRow(0)

    def _choose(self) -> None:
        item = self.list.currentItem()
        if item is None or not item.data(USABLE):
            return
        self.accept()
        self.chosen.emit(item.data(ID))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The arrow keys move in the list while the field has the keyboard."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            places = STEPS.get(Qt.Key(event.key()))
            if places is not None and self.list.count():
                row = min(max(self.list.currentRow() + places, 0), self.list.count() - 1)
                self.list.setCurrentRow(row)
                return True
        return super().eventFilter(watched, event)


class _Lines(QStyledItemDelegate):
    """The text on the left, the key on the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, option.fontMetrics.height() + 12)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colours, area = theme.colours(), option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(colours.selected))
        inner = area.adjusted(10, 0, -10, 0)
        usable = bool(index.data(USABLE))
        metrics, key = option.fontMetrics, str(index.data(KEYS))
        painter.setPen(QColor(colours.muted))
        vertical = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(inner, vertical | Qt.AlignmentFlag.AlignRight, key)
        room = inner.width() - (metrics.horizontalAdvance(key) + 16 if key else 0)
        painter.setPen(QColor(colours.text if usable else colours.muted))
        painter.drawText(inner, vertical | Qt.AlignmentFlag.AlignLeft, elided(metrics, index.data(), room))
