"""Paints one line of the worklist: thumbnail, name, top result, and a sign for the state."""

from __future__ import annotations

import math

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen, QPixmap, QPixmapCache
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from engine.records import CaseState
from engine.store.rows import CaseRow
from viewer import language, theme
from viewer.language import marked, translate
from viewer.panels.worklist_model import Role, result_text
from viewer.widgets import elided, number

PAD = 9
THUMBNAIL = QSize(58, 50)
STATE_SAYS_ALL = frozenset({CaseState.NEW, CaseState.UNGRADABLE})


REASONS = (
    marked("Reasons", "uncertain"),
    marked("Reasons", "systems disagree"),
    marked("Reasons", "new kind"),
)


def second_line(row: CaseRow, reason: str = "") -> str:
    """What stands under the name: why it is next, the top result, or the state when there is none."""
    if reason:
        return translate("Reasons", reason)
    silent = row.state in STATE_SAYS_ALL or not row.top
    return language.state(row.state.value) if silent else result_text(row.top)


def score_text(row: CaseRow) -> str:
    """Probability or relevance of the top result."""
    return "" if row.state in STATE_SAYS_ALL or not row.top or math.isnan(row.score) else number(row.score)


class WorklistDelegate(QStyledItemDelegate):
    """See the module."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """All rows have one height."""
        return QSize(200, max(THUMBNAIL.height(), 2 * option.fontMetrics.height() + 4) + 2 * PAD)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint a row; an empty one when the case went away meanwhile."""
        row: CaseRow | None = index.data(Role.ROW)
        if row is None:
            return
        reason: str = index.data(Role.REASON) or ""
        colours, area = theme.colours(), option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(colours.selected))
        view = option.widget
        if isinstance(view, QListView) and view.currentIndex() == index:  # the open one among the selected
            painter.fillRect(QRect(area.left(), area.top(), 3, area.height()), QColor(colours.accent))
        place = QRect(area.left() + PAD + 2, area.center().y() - THUMBNAIL.height() // 2, 0, 0)
        place.setSize(THUMBNAIL)
        _paint_thumbnail(painter, place, index.data(Role.THUMBNAIL))
        left = place.right() + 10
        right = area.right() - 10
        metrics = option.fontMetrics
        top = area.center().y() - metrics.height()
        font = QFont(option.font)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        painter.drawText(
            left, top + metrics.ascent(), elided(painter.fontMetrics(), row.name, right - left - 24)
        )
        painter.setFont(option.font)
        painter.setPen(QColor(colours.muted))
        second = QRect(left, top + metrics.height() + 2, right - left, metrics.height())
        value = "" if reason else score_text(row)  # beside a reason it would read as its size
        painter.drawText(second, Qt.AlignmentFlag.AlignRight, value)
        room = second.width() - (metrics.horizontalAdvance(value) + 8 if value else 0)
        painter.drawText(second, Qt.AlignmentFlag.AlignLeft, elided(metrics, second_line(row, reason), room))
        paint_state(painter, QPointF(right - 7, top + metrics.height() / 2), row.state)
        painter.restore()


def _paint_thumbnail(painter: QPainter, place: QRect, image: QImage | None) -> None:
    painter.fillRect(place, QColor("#000000"))
    if image is None or image.isNull():
        return
    ratio = painter.device().devicePixelRatioF()
    size = QSize(round(place.width() * ratio), round(place.height() * ratio))
    key = f"worklist/{image.cacheKey()}/{size.width()}×{size.height()}"
    scaled = QPixmap()
    if not QPixmapCache.find(key, scaled):
        whole = image.scaled(
            size, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
        )
        scaled = QPixmap.fromImage(whole)
        QPixmapCache.insert(key, scaled)
    x, y = (scaled.width() - size.width()) // 2, (scaled.height() - size.height()) // 2
    painter.drawPixmap(QRectF(place), scaled, QRectF(x, y, size.width(), size.height()))


def paint_state(painter: QPainter, center: QPointF, state: CaseState) -> None:
    """A sign for a state: its colour and its shape say the same."""
    colour = QColor(theme.STATE_COLOURS[state])
    pen = QPen(colour, 2)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    x, y = center.x(), center.y()
    if state is CaseState.NEW:
        painter.drawEllipse(center, 4.0, 4.0)
    elif state in {CaseState.PREDICTED, CaseState.IN_REVIEW}:
        if state is CaseState.PREDICTED:
            painter.setBrush(colour)
        painter.drawEllipse(center, 4.0, 4.0)
        painter.setBrush(colour)
        painter.drawChord(QRectF(x - 4, y - 4, 8, 8), 90 * 16, 180 * 16)
    elif state in {CaseState.ACCEPTED, CaseState.CORRECTED}:
        painter.drawPolyline([QPointF(x - 6, y), QPointF(x - 2, y + 4), QPointF(x + 5, y - 5)])
        if state is CaseState.CORRECTED:
            painter.drawLine(QPointF(x - 6, y + 8), QPointF(x + 5, y + 8))
    elif state is CaseState.REJECTED:
        painter.drawLine(QPointF(x - 4, y - 4), QPointF(x + 4, y + 4))
        painter.drawLine(QPointF(x - 4, y + 4), QPointF(x + 4, y - 4))
    elif state is CaseState.UNGRADABLE:
        painter.drawEllipse(center, 5.5, 5.5)
        painter.drawLine(QPointF(x - 3.8, y + 3.8), QPointF(x + 3.8, y - 3.8))
    else:
        painter.drawText(
            QRectF(x - 8, y - 11, 16, 22),
            Qt.AlignmentFlag.AlignCenter,
            "?" if state is CaseState.UNSURE else "2",
        )
