"""The images of a diagnosis as points on a plane: diamonds in the diseased cluster, circles in the other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from viewer import theme
from viewer.state.diagnosis import Diagnosed, Point, bounds, nearest

LIKELY, UNLIKELY = "#e69f00", "#56b4e9"  # Okabe and Ito; the shape says it too
RADIUS, REACH = 5.0, 12.0  # pixels
MARGIN = 14


class ClusterMap(QWidget):
    """Points of images over those that the clusters were fitted on; hover names one, a click chooses it.

    Attributes
    ----------
    chosen
        Place among the images of `Diagnosed`, -1 for none; the arrow keys move it, Enter opens it.
    """

    picked = Signal(int)
    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: Diagnosed | None = None
        self._names: Sequence[str] = ()
        self._bounds = (0.0, 0.0, 1.0, 1.0)
        self.chosen = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Map of the clusters; arrow keys choose an image, Enter opens it"))

    def sizeHint(self) -> QSize:
        """Room for a look."""
        return QSize(460, 320)

    def show_found(self, found: Diagnosed | None, names: Sequence[str] = ()) -> None:
        """Show a run; ``names`` of its images, in their order."""
        self._found, self._names, self.chosen = found, names, -1
        if found is not None:
            self._bounds = bounds(found)
        self.update()

    def choose(self, place: int) -> None:
        """Mark an image."""
        self.chosen = place
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Name the image under the pointer."""
        place = self._at(event.position())
        text = self._names[place] if 0 <= place < len(self._names) else ""
        QToolTip.showText(event.globalPosition().toPoint(), text, self)
        self.setCursor(Qt.CursorShape.PointingHandCursor if place >= 0 else Qt.CursorShape.ArrowCursor)

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
