"""The bottom line: saved or not, reader, place in the batch, agreement, worker, undo."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from viewer.widgets import ElidedLabel, named

LEAST_EYES = 5  # a kappa of fewer says nothing; ours


class StatusBar(QFrame):
    """See the module. *All saved* is shown only after the store's commit returned."""

    cancel_pressed = Signal()
    retry_pressed = Signal()
    give_up_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusBar")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 4, 14, 4)
        layout.setSpacing(20)
        self.saved = named(QLabel(), "good")
        self.retry = QPushButton(self.tr("Try again"))
        self.retry.clicked.connect(self.retry_pressed)
        self.retry.hide()
        self.give_up = named(QPushButton(self.tr("Give up this edit")), "flat")
        self.give_up.clicked.connect(self.give_up_pressed)
        self.give_up.hide()
        self.reader, self.place, self.pointer = QLabel(), QLabel(), QLabel()
        self.agreement, self.message, self.task = ElidedLabel(), ElidedLabel(), ElidedLabel()
        self.bar = QProgressBar(textVisible=False)
        self.bar.setFixedWidth(120)
        self.cancel = named(QPushButton(self.tr("Cancel")), "flat")
        self.cancel.clicked.connect(self.cancel_pressed)
        self.worker = QLabel(self.tr("worker not started"))
        self.undo = QLabel()
        for widget in (self.saved, self.retry, self.give_up, self.reader, self.place):
            layout.addWidget(widget)
        layout.addWidget(self.agreement)
        layout.addWidget(self.message)
        layout.addStretch(1)
        for right in (self.pointer, self.task, self.bar, self.cancel, self.worker, self.undo):
            layout.addWidget(right)
        self.show_task("")
        self.show_pending(0)
        self.show_undo(0)

    def show_reader(self, name: str) -> None:
        """Whose corrections these are."""
        self.reader.setText(self.tr("reader {0}").format(name))

    def show_pending(self, count: int, failed: bool = False) -> None:
        """How many edits are not committed; ``failed`` when one could not be."""
        text = self.tr("not saved") if failed else self.tr("saving…") if count else self.tr("all saved")
        self.saved.setText(f"● {text}")
        self.saved.setObjectName("bad" if failed else "muted" if count else "good")
        self.saved.style().polish(self.saved)
        self.retry.setVisible(failed)
        self.give_up.setVisible(failed)

    def show_place(self, position: int | None, total: int) -> None:
        """Where the open case stands in the list."""
        self.place.setText(f"{'–' if position is None else position + 1} / {total}" if total else "")

    def show_agreement(self, kappa: float | None, count: int) -> None:
        """Quadratic weighted kappa of this sitting."""
        self.agreement.setText(
            self.tr("agreement κ {0:.2f} · {1} eyes").format(kappa, count)
            if kappa is not None and count >= LEAST_EYES
            else ""
        )

    def show_task(self, text: str, done: int = 0, total: int = 0) -> None:
        """What the worker is at; nothing when the text is empty."""
        self.task.setText(text)
        for widget in (self.task, self.bar, self.cancel):
            widget.setVisible(bool(text))
        self.worker.setVisible(not text)  # the task says that it is at work
        self.bar.setRange(0, total)  # 0 to 0 moves: the amount is not known yet
        self.bar.setValue(done)

    def show_undo(self, count: int, text: str = "") -> None:
        """How many steps can be taken back, and the next one."""
        self.undo.setText(self.tr("undo {0}").format(count))
        self.undo.setToolTip(self.tr("Undo {0}").format(text) if text else self.tr("Nothing to undo"))
