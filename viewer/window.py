"""The window: three panes, menus from the one table of commands, status line. It decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QPaintEvent,
)
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QMenu, QVBoxLayout, QWidget

from viewer.actions import BY_ID, COMMANDS, MENUS, available, keys_of
from viewer.canvas.area import CanvasArea
from viewer.language import translate
from viewer.panels.compare_bar import CompareBar
from viewer.panels.edit_bar import EditBar
from viewer.panels.evidence_strip import EvidenceStrip
from viewer.panels.review_panel import ReviewPanel
from viewer.panels.status_bar import StatusBar
from viewer.panels.top_bar import TopBar
from viewer.panels.worklist_panel import WorklistPanel

HELD = ("view.hide_overlays", "view.magnify")  # act while their key is down
SHIFT, KEYPAD = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.KeypadModifier
KEY_EVENTS = frozenset({QEvent.Type.KeyPress, QEvent.Type.KeyRelease})
LEAVE_TEXT = frozenset({Qt.Key.Key_Escape, Qt.Key.Key_F1, Qt.Key.Key_F6})  # commands even in a text field
START_SIZE = (1440, 860)


class Window(QMainWindow):
    """See the module."""

    command = Signal(str)
    held = Signal(str, bool)  # command, whether its key is down
    dropped = Signal(object)  # list[Path]
    painted = Signal()  # after the first paint
    close_asked = Signal(QCloseEvent)

    def __init__(self, own_keys: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.setWindowTitle("Lynceus")
        self.resize(*START_SIZE)
        self.setMinimumSize(1024, 640)
        self.setAcceptDrops(True)
        self.top = TopBar()
        self.worklist = WorklistPanel()
        self.canvas = CanvasArea()
        self.evidence = EvidenceStrip()
        self.review = ReviewPanel()
        self.status = StatusBar()
        self.actions_by_id: dict[str, QAction] = {}
        self._painted = False
        self._own_keys = dict(own_keys or {})
        self._situation: tuple[bool, str, bool] | None = None
        self._make_menus()
        self.edit_bar = EditBar(self.actions_by_id)
        self.compare_bar = CompareBar()
        self._lay_out()
        self.evidence.hide()
        self.set_situation(project=False, modality="", editing=False)
        application = QApplication.instance()
        if application is not None:
            application.installEventFilter(self)

    def set_situation(self, *, project: bool, modality: str, editing: bool) -> None:
        """Enable the commands that can be used now; ``modality`` is empty when no case is open."""
        if self._situation == (project, modality, editing):
            return
        self._situation = (project, modality, editing)
        for command in COMMANDS:
            usable = available(command.when, project=project, modality=modality, editing=editing)
            self.actions_by_id[command.id].setEnabled(usable)

    def set_checked(self, command: str, on: bool) -> None:
        """Show a switch's state without switching."""
        action = self.actions_by_id[command]
        action.blockSignals(True)
        action.setChecked(on)
        action.blockSignals(False)

    def is_checked(self, command: str) -> bool:
        """Whether a switch is on."""
        return self.actions_by_id[command].isChecked()

    def next_pane(self) -> None:
        """F6: worklist, canvas, review panel, in turn."""
        panes = [self.worklist.list, self.canvas.views[0], self.review.comment.field]
        focus = QApplication.focusWidget()
        inside = [
            i for i, p in enumerate(panes) if focus is not None and (p is focus or p.isAncestorOf(focus))
        ]
        panes[(inside[0] + 1) % len(panes) if inside else 1].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _make_menus(self) -> None:
        menus: dict[str, QMenu] = {name: self.top.menus.addMenu(translate("Menus", name)) for name in MENUS}
        for command in COMMANDS:
            parent, _, child = command.menu.partition(" > ")
            if command.menu not in menus:
                menus[command.menu] = menus[parent].addMenu(translate("Menus", child))
            action = QAction(translate("Commands", command.text), self)
            action.setCheckable(command.checkable)
            action.setAutoRepeat(command.id in {"review.next", "review.previous"})
            action.triggered.connect(lambda _=False, name=command.id: self.command.emit(name))
            menus[command.menu].addAction(action)
            self.addAction(action)
            self.actions_by_id[command.id] = action
        self.menus = menus
        self.set_keys(self._own_keys)

    def set_keys(self, own: Mapping[str, str]) -> None:
        """Use these keys from now on; commands that are not named have their default ones."""
        self._own_keys = dict(own)
        for command in COMMANDS:
            # Held down, not pressed: that key is watched by the event filter.
            keys = () if command.id in HELD else keys_of(command, own)
            self.actions_by_id[command.id].setShortcuts([QKeySequence(key) for key in keys])

    def _lay_out(self) -> None:
        self.setMenuWidget(self.top)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.edit_bar)
        column.addWidget(self.compare_bar)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.evidence)
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.worklist)
        row.addWidget(middle, 1)
        row.addWidget(self.review)
        whole = QWidget()
        rows = QVBoxLayout(whole)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(body, 1)
        rows.addWidget(self.status)
        self.setCentralWidget(whole)

    # -- events --------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A text field keeps its keys, Enter too; overlays are hidden while their key is down."""
        kind = event.type()  # of every event of the application: the rest must cost nothing
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() & ~(SHIFT | KEYPAD) == Qt.KeyboardModifier.NoModifier
            if plain and _typing() and event.key() not in LEAVE_TEXT:
                event.accept()
                return True
        elif kind in KEY_EVENTS and isinstance(event, QKeyEvent):
            ours = isinstance(watched, QWidget) and watched.window() is self and not _typing()
            key = QKeySequence(event.key()).toString()
            for command in HELD if ours and not event.isAutoRepeat() else ():
                if key in keys_of(BY_ID[command], self._own_keys):
                    self.held.emit(command, kind == QEvent.Type.KeyPress)
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell the first one: what is slow may start now."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            self.painted.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files and folders are welcome."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Report them."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask whether everything is saved."""
        self.close_asked.emit(event)


def _typing() -> bool:
    """Whether the keyboard belongs to a text field."""
    focus = QApplication.focusWidget()
    return focus is not None and (focus.inherits("QLineEdit") or focus.inherits("QPlainTextEdit"))
