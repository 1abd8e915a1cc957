"""The tour: a few marks over the window, one after the other; Enter goes on, Esc ends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from viewer import theme
from viewer.widgets import named

BUBBLE_WIDTH = 380
GAP = 14


@dataclass(frozen=True, slots=True)
class Step:
    """What is pointed at and what is said of it."""

    target: QWidget
    title: str
    text: str


class Tour(QWidget):
    """Covers its parent, which stays as it is; ``ended`` tells whether all was seen.

    Parameters
    ----------
    steps
        At least one; those whose widget is hidden are passed over.
    """

    ended = Signal(bool)

    def __init__(self, steps: Sequence[Step], parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self._steps = [step for step in steps if step.target.isVisible()]
        self._place = 0
        self.setAccessibleName(self.tr("Tour"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.bubble = named(QFrame(self), "bubble")
        self.title = named(QLabel(), "heading")
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.count = named(QLabel(), "note")
        self.skip = named(QPushButton(self.tr("End the tour")), "flat")
        self.next = named(QPushButton(), "primary")
        self.skip.clicked.connect(lambda: self._end(False))
        self.next.clicked.connect(self.advance)
        row = QHBoxLayout()
        for widget in (self.count, self.skip):
            row.addWidget(widget)
        row.addStretch()
        row.addWidget(self.next)
        layout = QVBoxLayout(self.bubble)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.setSpacing(10)
        layout.addWidget(self.title)
        layout.addWidget(self.text)
        layout.addLayout(row)
        parent.installEventFilter(self)

    @property
    def step(self) -> Step | None:
        """The one that is shown."""
        return self._steps[self._place] if self._place < len(self._steps) else None

    def start(self) -> None:
        """Show the first mark; ends at once where nothing can be pointed at."""
        if not self._steps:
            self._end(True)
            return
        self.setGeometry(self._over.rect())
        self.show()
        self.raise_()
        self._show()

    def advance(self) -> None:
        """The next mark, or the end."""
        self._place += 1
        if self.step is None:
            self._end(True)
        else:
            self._show()

    def _end(self, whole: bool) -> None:
        self._over.removeEventFilter(self)
        self.hide()
        self.ended.emit(whole)
        self.deleteLater()

    def _show(self) -> None:
        step = self.step
        assert step is not None
        last = self._place == len(self._steps) - 1
        self.title.setText(step.title.upper())
        self.text.setText(step.text)
        self.count.setText(f"{self._place + 1} / {len(self._steps)}")
        self.next.setText(self.tr("Done") if last else self.tr("Next"))
        self.bubble.setAccessibleName(f"{step.title}. {step.text}")
        self.next.setFocus()
        self._lay_out()

    def _lay_out(self) -> None:
        """Beside the target where there is room, else over it; always inside the window."""
        self.bubble.setFixedWidth(min(BUBBLE_WIDTH, self.width() - 2 * GAP))
        self.bubble.ensurePolished()
        self.text.ensurePolished()  # before its first look it measures in another font
        wide = self.bubble.width()
        self.bubble.resize(wide, self.bubble.heightForWidth(wide))
        hole, size = self._hole(), self.bubble.size()
        places = [
            QPoint(hole.right() + GAP, hole.top() + GAP),
            QPoint(hole.left() - GAP - size.width(), hole.top() + GAP),
            QPoint(hole.left() + GAP, hole.bottom() + GAP),
            QPoint(hole.left() + GAP, hole.top() - GAP - size.height()),
        ]
        room = self.rect().adjusted(GAP, GAP, -GAP, -GAP)
        fitting = [place for place in places if room.contains(QRect(place, size))]
        middle = hole.center() - QPoint(size.width() // 2, size.height() // 2)
        self.bubble.move(fitting[0] if fitting else middle)
        self.update()

    def _hole(self) -> QRect:
        step = self.step
        if step is None:
            return QRect()
        corner = step.target.mapTo(self._over, QPoint(0, 0))
        return QRect(corner, step.target.size()).intersected(self.rect())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Darkness around what is pointed at."""
        painter = QPainter(self)
        hole = self._hole()
        painter.setClipRegion(QRegion(self.rect()).subtracted(QRegion(hole)))
        painter.fillRect(self.rect(), QColor(0, 0, 0, 150))
        painter.setClipping(False)
        painter.setPen(QPen(QColor(theme.colours().accent), 2))
        painter.drawRect(hole.adjusted(1, 1, -2, -2))

    def event(self, event: QEvent) -> bool:
        """No command of the window is done by a key while the tour covers it."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, Space and Right go on; Esc ends."""
        if event.key() == Qt.Key.Key_Escape:
            self._end(False)
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Right, Qt.Key.Key_Space}:
            self.advance()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The window was made larger or smaller."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._over.rect())
            self._lay_out()
        return super().eventFilter(watched, event)
