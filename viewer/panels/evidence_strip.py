"""Under the image: the model's regions at full resolution, and *Why*."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QImage, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from viewer import theme
from viewer.widgets import heading, named

LARGEST = 170  # side of an inset in pixels
LEAST_TEXT, MOST_TEXT = 140, 168  # height of the sentence; the image needs the rest
MARGIN = 10
REGIONS = 4
INSETS_SHARE = 0.56  # of the width; the rest is for the sentence
HINT_FROM = 1150  # pixels of width


@dataclass(frozen=True, slots=True, eq=False)
class Inset:
    """One region: its number, its pixels (uint8 RGB ``[h, w, 3]``, upright) and what to write on it."""

    number: int
    pixels: NDArray[np.uint8]
    caption: str


class EvidenceStrip(QFrame):
    """See the module; emits the number of the region that was clicked."""

    region_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("evidenceStrip")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN, 14, MARGIN)
        layout.setSpacing(10)
        self.insets = [InsetView(number) for number in range(1, REGIONS + 1)]
        for inset in self.insets:
            inset.chosen.connect(self.region_chosen)
            layout.addWidget(inset, 0, Qt.AlignmentFlag.AlignTop)
        text = QVBoxLayout()
        text.setContentsMargins(6, 4, 0, 0)
        text.setSpacing(0)
        text.addWidget(heading(self.tr("Why")))
        said = named(QWidget(), "sentences")
        lines = QVBoxLayout(said)
        lines.setContentsMargins(0, 4, 0, 0)
        self.why = QLabel()
        self.why.setWordWrap(True)
        self.why.setTextFormat(Qt.TextFormat.PlainText)
        self.why.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.hint = QLabel()
        self.hint.setObjectName("note")
        self.hint.setWordWrap(True)
        lines.addWidget(self.why)
        lines.addWidget(self.hint)
        lines.addStretch()
        self.sentences = QScrollArea(widgetResizable=True)
        self.sentences.setFrameShape(QFrame.Shape.NoFrame)
        self.sentences.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.sentences.setAccessibleName(self.tr("Why"))
        self.sentences.setWidget(said)
        self.sentences.verticalScrollBar().rangeChanged.connect(self._take_focus)
        self._take_focus(0, 0)
        text.addWidget(self.sentences, 1)
        layout.addLayout(text, 1)

    def show_evidence(self, insets: Sequence[Inset], why: str, hint: str = "") -> None:
        """Show up to four regions and the sentence."""
        by_number = {inset.number: inset for inset in insets}
        for view in self.insets:
            view.set_inset(by_number.get(view.number))
        self.why.setText(why)
        self.hint.setText(hint)
        self.setVisible(bool(insets) or bool(why))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The insets leave room for the sentence."""
        super().resizeEvent(event)
        self._fit()

    def _take_focus(self, _: int, last: int) -> None:
        """Tab leads to the sentences when there is more of them than can be seen."""
        policy = Qt.FocusPolicy.TabFocus if last > 0 else Qt.FocusPolicy.NoFocus
        self.sentences.setFocusPolicy(policy)

    def _fit(self) -> None:
        side = min(LARGEST, round(self.width() * INSETS_SHARE / REGIONS))
        for view in self.insets:
            view.setFixedSize(side, side)
        self.hint.setVisible(self.width() > HINT_FROM and bool(self.hint.text()))
        shown = sum(not view.isHidden() for view in self.insets)
        room = self.width() - MARGIN - 14 - 6 - shown * (side + 10)
        lines = self.why.heightForWidth(room) + self.fontMetrics().height() + 16
        self.setFixedHeight(min(max(side, LEAST_TEXT, lines), MOST_TEXT) + 2 * MARGIN)
        self.sentences.verticalScrollBar().setValue(0)


class InsetView(QWidget):
    """One region, cropped to the widget's shape around its middle."""

    chosen = Signal(int)

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.number = number
        self._image: QImage | None = None
        self._pixels: NDArray[Any] | None = None  # QImage keeps no reference of its own
        self._caption = ""
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_inset(self, inset: Inset | None) -> None:
        """Show a region, or hide."""
        self.setVisible(inset is not None)
        if inset is None:
            self._image = self._pixels = None
            return
        pixels = np.ascontiguousarray(inset.pixels)
        height, width = pixels.shape[:2]
        self._pixels = pixels
        self._image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        self._caption = inset.caption
        self.setAccessibleName(self.tr("Region {0}: {1}").format(inset.number, inset.caption))
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Zoom there."""
        self.chosen.emit(self.number)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Pixels, number tag, caption."""
        if self._image is None or self._image.isNull():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        scale = min(self._image.width() / self.width(), self._image.height() / self.height())
        width, height = self.width() * scale, self.height() * scale
        left, top = (self._image.width() - width) / 2, (self._image.height() - height) / 2
        source = QRectF(left, top, width, height)
        target = QRectF(0, 0, self.width(), self.height())
        painter.drawImage(target, self._image, source)
        painter.fillRect(QRectF(4, 4, 20, 22), QColor("#ffffff"))
        painter.setPen(QColor("#111418"))
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.drawText(QRectF(4, 4, 20, 22), Qt.AlignmentFlag.AlignCenter, str(self.number))
        painter.setFont(self.font())
        line = QRectF(0, self.height() - 26, self.width(), 26)
        painter.fillRect(line, QColor(0, 0, 0, 130))
        painter.setPen(QColor("#ffffff"))
        room = line.adjusted(7, 0, -4, 0)
        fits = painter.fontMetrics().horizontalAdvance(self._caption) <= room.width()
        caption = self._caption if fits else self._caption.rpartition(" ")[2]
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, caption)
        painter.setPen(QColor(theme.colours().line))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
