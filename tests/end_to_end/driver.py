"""Drive the real `main()`: a script of steps runs inside its event loop, with real key and mouse events."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

from PySide6.QtCore import QDeadlineTimer, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from viewer.app import main
from viewer.window import Window

Condition = Callable[[], object]
Script = Generator[Condition, None, None]
"""Yields what must become true before it goes on."""

LOOK_EVERY_MS = 100  # each look opens the store: more would slow down what it waits for
PATIENCE_MS = 600_000


class Driver:
    """Runs `main(argv)` and a script in it; an error of the script ends both and is raised."""

    def __init__(self, script: Callable[[Driver], Script]) -> None:
        self._script = script(self)
        self._waiting: Condition | None = None
        self._deadline = QDeadlineTimer(PATIENCE_MS)
        self._error: BaseException | None = None
        self._timer = QTimer()
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)

    def run(self, argv: Sequence[str]) -> None:
        self._timer.start()
        code = main(argv)
        self._timer.stop()
        if self._error is not None:
            raise self._error
        assert code == 0

    @property
    def window(self) -> Window:
        return next(w for w in QApplication.topLevelWidgets() if isinstance(w, Window) and w.isVisible())

    @property
    def view(self) -> QWidget:
        return self.window.canvas.views[0]

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.view.setFocus()
        QTest.keyClick(self.view, key, modifier)

    def drag(self, *points: tuple[float, float]) -> None:
        """A stroke with the left button through points given as shares of the canvas."""
        view = self.view
        places = [QPoint(round(x * view.width()), round(y * view.height())) for x, y in points]
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=places[0])
        for place in places[1:]:
            QTest.mouseMove(view, place)
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=places[-1])

    def click(self, widget: QWidget) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def _look(self) -> None:
        try:
            if self._waiting is None or self._waiting():
                self._waiting = next(self._script)
                self._deadline = QDeadlineTimer(PATIENCE_MS)
            elif self._deadline.hasExpired():
                raise AssertionError(f"waited in vain for {_place(self._script)}")
        except StopIteration:
            self._finish()
        except BaseException as error:
            self._error = error
            self._finish()

    def _finish(self) -> None:
        self._timer.stop()
        for widget in QApplication.topLevelWidgets():
            widget.close()  # the last one ends `main`


def _place(script: Script) -> str:
    frame = script.gi_frame
    return f"the condition yielded at line {frame.f_lineno}" if frame else "the end"
