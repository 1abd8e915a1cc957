"""Small widgets that panels and dialogs share: headings, notes, buttons that show their key."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QSlider, QVBoxLayout, QWidget

from viewer import theme

W = TypeVar("W", bound=QWidget)
MARGIN = 14
KEYPAD = Qt.KeyboardModifier.KeypadModifier
_SLIDER_KEYS = frozenset(
    {
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
    }
)


def heading(text: str) -> QLabel:
    """Title of a section, in capitals."""
    label = QLabel(text.upper())
    label.setObjectName("heading")
    label.setWordWrap(True)
    return label


def note(text: str = "", name: str = "note") -> QLabel:
    """Muted text that wraps; ``name`` caution or refused colours it."""
    label = QLabel(text)
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setVisible(bool(text))
    return label


def say(label: QLabel, text: str) -> None:
    """Set a note's text; an empty one takes no room."""
    label.setText(text)
    label.setVisible(bool(text))


def named(widget: W, name: str) -> W:
    """A widget with the object name that the style sheet knows."""
    widget.setObjectName(name)
    return widget


def column(widget: QWidget, spacing: int = 6, margin: int = 0) -> QVBoxLayout:
    """A vertical layout for a widget."""
    layout = QVBoxLayout(widget)
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.setSpacing(spacing)
    return layout


class ElidedLabel(QLabel):
    """One line that ends in an ellipsis where there is no room for all of it; the tool tip has it whole."""

    def setText(self, text: str) -> None:
        """Show another text."""
        super().setText(text)
        self.setToolTip(text)

    def minimumSizeHint(self) -> QSize:
        """Room for a word."""
        whole = super().minimumSizeHint()
        return QSize(min(whole.width(), 8 * self.fontMetrics().averageCharWidth()), whole.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """As much as fits."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        shown = elided(self.fontMetrics(), self.text(), self.width())
        painter.drawText(self.rect(), self.alignment(), shown)


class KeyButton(QPushButton):
    """A button with its key beneath its text; never takes the keyboard from the canvas.

    Parameters
    ----------
    text, key
        What it does and the key that does it too; the key may be empty.
    primary
        Whether it is the one main action.
    """

    def __init__(
        self, text: str, key: str = "", primary: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._text, self.key = text, key
        if primary:
            self.setObjectName("primary")
        self.setAccessibleName(f"{text} ({key})" if key else text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Room for both lines."""
        metrics = self.fontMetrics()
        width = max(metrics.horizontalAdvance(self._text), metrics.horizontalAdvance(self.key)) + 20
        return QSize(width, metrics.height() * (2 if self.key else 1) + 12)

    def minimumSizeHint(self) -> QSize:
        """The size hint with less room beside the words: other languages have longer ones."""
        return self.sizeHint() - QSize(14, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame by the style sheet, then both lines."""
        super().paintEvent(event)
        painter = QPainter(self)
        colours = theme.colours()
        primary = self.objectName() == "primary" and self.isEnabled()
        painter.setPen("#ffffff" if primary else colours.text if self.isEnabled() else colours.muted)
        area = self.rect().adjusted(0, 5, 0, -5)
        if not self.key:
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self._text)
            return
        painter.drawText(area, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, self._text)
        painter.setPen("#d6e9f5" if primary else colours.muted)
        painter.drawText(area, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom, self.key)


class KeySlider(QSlider):
    """A horizontal slider whose arrow keys move it while it has the keyboard, whatever shortcuts they are."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)

    def event(self, event: QEvent) -> bool:
        """Arrows, page keys, Home and End are its own."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() & ~KEYPAD == Qt.KeyboardModifier.NoModifier
            if plain and event.key() in _SLIDER_KEYS:
                event.accept()
                return True
        return super().event(event)


def number(value: float) -> str:
    """Two decimals, a true minus sign, and no negative zero."""
    text = f"{value:.2f}"
    return "0.00" if text == "-0.00" else text.replace("-", "−")


def elided(metrics: QFontMetrics, text: str, width: int) -> str:
    """Text that fits a width, with an ellipsis where it is cut."""
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
