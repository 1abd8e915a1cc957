"""The centre of the window: one or two image views, and a page for when there is nothing to show."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from engine.records import MaskDelta
from viewer.canvas.view import ImageView
from viewer.tools.context import ToolSettings
from viewer.widgets import named

MAX_VIEWS = 2


class Pane(QWidget):
    """One view with a message that takes its place when the image cannot be shown."""

    locate_pressed = Signal()

    def __init__(self, settings: ToolSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = ImageView(settings=settings)
        self.view.setAccessibleName(self.tr("Image"))
        self._message = QLabel()
        self._message.setWordWrap(True)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.locate = QPushButton(self.tr("Locate…"))
        self.locate.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.locate.clicked.connect(self.locate_pressed)
        page = named(QFrame(), "canvasArea")
        layout = QVBoxLayout(page)
        layout.setContentsMargins(40, 40, 40, 40)
        layout.addStretch()
        layout.addWidget(self._message)
        layout.addSpacing(12)
        layout.addWidget(self.locate, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch()
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.view)
        self._stack.addWidget(page)

    def show_view(self) -> None:
        """Show the picture."""
        self._stack.setCurrentIndex(0)

    def show_message(self, text: str, locate: bool = False) -> None:
        """Say why there is no picture; ``locate`` offers to look for the file."""
        self.view.set_picture(None)
        self._message.setText(text)
        self.locate.setVisible(locate)
        self._stack.setCurrentIndex(1)

    @property
    def message(self) -> str:
        """What is said instead of the picture; empty when the picture is shown."""
        return self._message.text() if self._stack.currentIndex() == 1 else ""


class CanvasArea(QFrame):
    """Signals carry the index of the view, 0 on the left."""

    activated = Signal(int)
    box_clicked = Signal(int, int)
    cursor_at = Signal(int, float, float, str)
    stroke_finished = Signal(int, str, object)
    locate_pressed = Signal(int)
    open_pressed = Signal()
    import_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("canvasArea")
        self.tool_settings = ToolSettings()
        self._count = 0
        self.panes = [Pane(self.tool_settings) for _ in range(MAX_VIEWS)]
        self.views = [pane.view for pane in self.panes]
        pair = QWidget()
        row = QHBoxLayout(pair)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for index, pane in enumerate(self.panes):
            row.addWidget(pane, 1)
            self._connect(index, pane)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._make_welcome())
        self._stack.addWidget(pair)
        self.show_views(0)

    def show_views(self, count: int) -> None:
        """Show so many views, linked when there are two; 0 shows the welcome page."""
        for index, pane in enumerate(self.panes):
            pane.setVisible(index < count)
            pane.show_view()
            if index >= count:
                pane.view.set_picture(None)
        self._count = count
        self._link()
        self._stack.setCurrentIndex(1 if count else 0)

    def show_only(self, index: int | None) -> None:
        """Give one view all the room for a while; None: all views that show something again."""
        for place, pane in enumerate(self.panes):
            pane.setVisible(place < self._count and index in (None, place))
        self._link(alone=index is not None)

    def _link(self, alone: bool = False) -> None:
        both = self._count == MAX_VIEWS and not alone
        self.views[0].link(self.views[1] if both else None)

    def set_active(self, index: int, several: bool) -> None:
        """A bright frame around the active view, where there are several."""
        for place, view in enumerate(self.views):
            view.set_active(several and place == index)

    def _connect(self, index: int, pane: Pane) -> None:
        view = pane.view
        view.activated.connect(lambda: self.activated.emit(index))
        view.box_clicked.connect(lambda number: self.box_clicked.emit(index, number))
        view.cursor_at.connect(lambda x, y, text: self.cursor_at.emit(index, x, y, text))
        view.stroke_finished.connect(lambda code, delta: self._stroke_finished(index, code, delta))
        pane.locate_pressed.connect(lambda: self.locate_pressed.emit(index))

    def _stroke_finished(self, index: int, code: str, delta: MaskDelta) -> None:
        self.stroke_finished.emit(index, code, delta)

    def _make_welcome(self) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.addStretch()
        self.welcome = QLabel(self.tr("Drop images, folders or a project here"))
        self.welcome.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint = QLabel(self.tr("Fundus photographs and chest X-rays: DICOM, JPEG, PNG, TIFF, BMP"))
        self.hint.setObjectName("note")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(self.welcome)
        layout.addWidget(self.hint)
        layout.addSpacing(14)
        row = QHBoxLayout()
        row.addStretch()
        for text, signal in (
            (self.tr("Open project…"), self.open_pressed),
            (self.tr("Import images…"), self.import_pressed),
        ):
            button = QPushButton(text)
            button.clicked.connect(signal)
            row.addWidget(button)
        row.addStretch()
        layout.addLayout(row)
        layout.addStretch()
        return page
