"""The images of a diagnosis as points on a plane: diamonds in the diseased cluster, circles in the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from viewer import theme
from viewer.state.diagnosis import Diagnosed, Point, bounds, nearest

LIKELY, UNLIKELY = "#e69f00", "#56b4e9"  # Okabe and Ito; the shape says it too
RADIUS, REACH = 5.0, 12.0  # pixels
MARGIN = 14
CARD, PAD, AWAY = 128, 5, 14  # of the image beside a point: its longer side, its frame, its distance


class ClusterMap(QWidget):
    """Points of images over those that the clusters were fitted on; hover shows one, a click chooses it.

    Attributes
    ----------
    chosen
        Place among the images of `Diagnosed`, -1 for none; the arrow keys move it, Enter opens it.
    thumbnail
        Gives the image of a place, None where it is not there yet: call `update` when it is.
    """

    picked = Signal(int)
    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: Diagnosed | None = None
        self._names: Sequence[str] = ()
        self._bounds = (0.0, 0.0, 1.0, 1.0)
        self.chosen = self._under = -1
        self.thumbnail: Callable[[int], QImage | None] = lambda place: None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Map of the clusters; arrow keys choose an image, Enter opens it"))

    def sizeHint(self) -> QSize:
        """Room for a look."""
        return QSize(460, 320)

    def show_found(self, found: Diagnosed | None, names: Sequence[str] = ()) -> None:
        """Show a run; ``names`` of its images, in their order."""
        self._found, self._names, self.chosen, self._under = found, names, -1, -1
        if found is not None:
            self._bounds = bounds(found)
        self.update()

    def choose(self, place: int) -> None:
        """Mark an image."""
        self.chosen = place
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show the image under the pointer."""
        self._hover(self._at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer any more."""
        self._hover(-1)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the image under the pointer."""
        self._pick(self._at(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open it."""
        place = self._at(event.position())
        if place >= 0:
            self.opened.emit(place)

    def event(self, event: QEvent) -> bool:
        """Arrows and Enter are the map's while it has the keyboard, whatever shortcuts they are."""
        keys = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Return)
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in keys
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step through the images by their margin."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
        key = Qt.Key(event.key())
        count = len(self._found.images) if self._found else 0
        if key in steps and count:
            self._pick(min(max(self.chosen + steps[key], 0), count - 1))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.chosen >= 0:
            self.opened.emit(self.chosen)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Reference points faint, images filled, centres as crosses, the chosen one ringed."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.colours()
        painter.fillRect(self.rect(), QColor(colours.field))
        if self._found is None:
            painter.setPen(QColor(colours.muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.tr("No diagnosis yet"))
            return
        found = self._found
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for point, cluster in found.reference:
            painter.setPen(QPen(self._colour(cluster, 110), 1))
            self._mark(painter, self._spot(point), cluster, RADIUS - 1)
        for one in found.images:
            painter.setPen(QPen(QColor(colours.field), 1))
            painter.setBrush(self._colour(one.cluster))
            self._mark(painter, self._spot(one.point), one.cluster, RADIUS)
        painter.setPen(QPen(QColor(colours.text), 2))
        for point in found.centres:
            at = self._spot(point)
            painter.drawLine(at - QPointF(6, 0), at + QPointF(6, 0))
            painter.drawLine(at - QPointF(0, 6), at + QPointF(0, 6))
        if self.chosen >= 0:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(self._spot(found.images[self.chosen].point), RADIUS + 5, RADIUS + 5)
        shown = self._under if self._under >= 0 else self.chosen if self.hasFocus() else -1
        if shown >= 0:
            self._draw_card(painter, self._spot(found.images[shown].point), shown)

    def _draw_card(self, painter: QPainter, at: QPointF, place: int) -> None:
        """The image of a point with its name beneath, on the side where there is room."""
        image = self.thumbnail(place)
        size = (
            image.size().scaled(CARD, CARD, Qt.AspectRatioMode.KeepAspectRatio) if image else QSize(CARD, 0)
        )
        line = painter.fontMetrics().height()
        wide, high = max(size.width(), CARD) + 2 * PAD, size.height() + line + 2 * PAD
        left = at.x() + AWAY if at.x() + AWAY + wide < self.width() else at.x() - AWAY - wide
        top = min(max(at.y() - high / 2, 0.0), max(self.height() - high, 0.0))
        painter.setPen(QPen(QColor(theme.colours().muted), 1))
        painter.setBrush(QColor(theme.colours().raised))
        painter.drawRoundedRect(QRectF(left, top, wide, high), 4, 4)
        if image:
            inset = (wide - size.width()) / 2
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(left + inset, top + PAD, size.width(), size.height()), image)
        name = self._names[place] if place < len(self._names) else ""
        short = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, round(wide - 2 * PAD))
        painter.setPen(QColor(theme.colours().text))
        beneath = QRectF(left + PAD, top + PAD + size.height(), wide - 2 * PAD, line)
        painter.drawText(beneath, Qt.AlignmentFlag.AlignCenter, short)

    def _mark(self, painter: QPainter, at: QPointF, cluster: int, size: float) -> None:
        if self._found is not None and cluster == self._found.diseased:
            around = (QPointF(0, -size), QPointF(size, 0), QPointF(0, size), QPointF(-size, 0))
            painter.drawPolygon(QPolygonF([at + corner * 1.2 for corner in around]))
        else:
            painter.drawEllipse(at, size, size)

    def _colour(self, cluster: int, alpha: int = 255) -> QColor:
        colour = QColor(LIKELY if self._found and cluster == self._found.diseased else UNLIKELY)
        colour.setAlpha(alpha)
        return colour

    def _hover(self, place: int) -> None:
        if place != self._under:
            self._under = place
            self.setCursor(Qt.CursorShape.PointingHandCursor if place >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    def _pick(self, place: int) -> None:
        if place >= 0:
            self.choose(place)
            self.picked.emit(place)

    def _at(self, position: QPointF) -> int:
        spots = [self._spot(one.point) for one in self._found.images] if self._found else []
        return nearest([(s.x(), s.y()) for s in spots], position.x(), position.y(), REACH)

    def _spot(self, point: Point) -> QPointF:
        """Where a point of the plane lies in the widget."""
        x0, y0, x1, y1 = self._bounds
        across = (point[0] - x0) / (x1 - x0) * (self.width() - 2 * MARGIN)
        down = (y1 - point[1]) / (y1 - y0) * (self.height() - 2 * MARGIN)
        return QPointF(MARGIN + across, MARGIN + down)
