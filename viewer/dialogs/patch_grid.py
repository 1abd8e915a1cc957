"""A scrolling grid, or list, of thumbnails that are made only when they are seen."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from viewer import theme
from viewer.widgets import elided

GAP = 8
TILE, THUMB = 168, 64  # side of a picture in the grid and in the list of clusters
ENTRY = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Tile:
    """One thumbnail: what it is known by, and the texts beneath it."""

    key: Hashable
    title: str
    detail: str = ""


class TileModel(QAbstractListModel):
    """Tiles; ``picture`` gives the image of a key, or a text that says why there is none, or None yet."""

    def __init__(self, picture: Callable[[Hashable], QImage | str | None]) -> None:
        super().__init__()
        self.tiles: tuple[Tile, ...] = ()
        self.picture = picture

    def show_tiles(self, tiles: Sequence[Tile]) -> None:
        """Show others."""
        self.beginResetModel()
        self.tiles = tuple(tiles)
        self.endResetModel()

    def retitle(self, row: int, title: str) -> None:
        """Call a tile something else."""
        tiles = list(self.tiles)
        tiles[row] = replace(tiles[row], title=title)
        self.tiles = tuple(tiles)
        self.dataChanged.emit(self.index(row), self.index(row))

    def changed(self, key: Hashable) -> None:
        """The picture of a key is there."""
        for row, tile in enumerate(self.tiles):
            if tile.key == key:
                self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        """How many tiles."""
        return 0 if parent.isValid() else len(self.tiles)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The tile, or the text that a screen reader says."""
        if not index.isValid():
            return None
        tile = self.tiles[index.row()]
        if role == ENTRY:
            return tile
        if role == Qt.ItemDataRole.ToolTipRole:
            seen = self.picture(tile.key)
            return seen if isinstance(seen, str) else tile.title
        spoken = {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}
        return ", ".join(t for t in (tile.title, tile.detail) if t) if role in spoken else None


class TileView(QListView):
    """Tiles side by side, or one beneath the other (``rows``); tells which of them are seen."""

    seen = Signal(object)  # keys, from the top
    chosen = Signal(int)  # row; -1 when none is
    opened = Signal(int)  # Enter or a double click

    def __init__(self, model: TileModel, rows: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles = model
        self.setModel(model)
        self.setItemDelegate(_RowDelegate(self) if rows else _TileDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        if not rows:
            self.setFlow(QListView.Flow.LeftToRight)
            self.setWrapping(True)
            self.setResizeMode(QListView.ResizeMode.Adjust)
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._tell_seen)
        self.verticalScrollBar().valueChanged.connect(lambda _: self._timer.start())
        model.modelReset.connect(self._timer.start)
        self.selectionModel().currentChanged.connect(lambda now, _: self.chosen.emit(now.row()))
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))

    def choose(self, row: int) -> None:
        """Make a tile the current one."""
        self.setCurrentIndex(self.tiles.index(row))

    def visible_keys(self) -> list[Hashable]:
        """Keys of the tiles in the viewport, from the top."""
        area = self.viewport().rect()
        return [
            tile.key
            for row, tile in enumerate(self.tiles.tiles)
            if self.visualRect(self.tiles.index(row)).intersects(area)
        ]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the current tile; a list does the rest."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if self.currentIndex().isValid():
                self.opened.emit(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other tiles are seen."""
        super().resizeEvent(event)
        self._timer.start()

    def showEvent(self, event: QShowEvent) -> None:
        """They are seen again."""
        super().showEvent(event)
        self._timer.start()

    def _tell_seen(self) -> None:
        if self.isVisible():
            self.seen.emit(self.visible_keys())


class _Delegate(QStyledItemDelegate):
    def _background(self, painter: QPainter, option: QStyleOptionViewItem, focus: bool) -> None:
        colours = theme.colours()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(option.rect, QColor(colours.selected))
        if chosen and focus:
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawRect(option.rect.adjusted(1, 1, -1, -1))

    def _picture(self, painter: QPainter, area: QRect, seen: QImage | str | None) -> None:
        colours = theme.colours()
        if isinstance(seen, QImage):
            size = seen.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRect(area.topLeft(), size)
            target.moveCenter(area.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(target, seen)
            return
        painter.fillRect(area, QColor(colours.track))
        if isinstance(seen, str):
            painter.setPen(QColor(colours.bad))
            painter.drawText(area.adjusted(6, 6, -6, -6), Qt.TextFlag.TextWordWrap, seen)


class _TileDelegate(_Delegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(TILE + 2 * GAP, TILE + 2 * GAP + 2 * option.fontMetrics.height())

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        painter.save()
        tile, colours, height = index.data(ENTRY), theme.colours(), option.fontMetrics.height()
        view = self.parent()
        assert isinstance(view, TileView)
        self._background(painter, option, view.hasFocus())
        area = QRect(option.rect.left() + GAP, option.rect.top() + GAP, TILE, TILE)
        self._picture(painter, area, view.tiles.picture(tile.key))
        line = QRect(area.left(), area.bottom() + 3, TILE, height)
        for text, colour in ((tile.title, colours.text), (tile.detail, colours.muted)):
            painter.setPen(QColor(colour))
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft, elided(option.fontMetrics, text, TILE))
            line.translate(0, height)
        painter.restore()


class _RowDelegate(_Delegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(3 * TILE // 2, max(THUMB, 2 * option.fontMetrics.height()) + 2 * GAP)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        painter.save()
        tile, colours, metrics = index.data(ENTRY), theme.colours(), option.fontMetrics
        view = self.parent()
        assert isinstance(view, TileView)
        self._background(painter, option, view.hasFocus())
        area = QRect(option.rect.left() + GAP, option.rect.top() + GAP, THUMB, THUMB)
        seen = view.tiles.picture(tile.key)
        self._picture(painter, area, "" if isinstance(seen, str) else seen)
        left = area.right() + GAP + 2
        room = option.rect.right() - left - GAP
        line = QRect(left, option.rect.center().y() - metrics.height(), room, metrics.height())
        for text, colour in ((tile.title, colours.text), (tile.detail, colours.muted)):
            painter.setPen(QColor(colour))
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft, elided(metrics, text, room))
            line.translate(0, metrics.height())
        painter.restore()
