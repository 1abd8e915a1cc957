"""Reports of errors that nobody foresaw: what the program was at, and nothing of any patient.

A report holds versions, the functions that were running (module and line of Lynceus and its libraries, no
folder of this computer) and the names of the last commands. It never holds a message, a value, a file or
folder name outside the program: each of these could name a patient.
"""

from __future__ import annotations

import contextlib
import faulthandler
import platform
import re
import sys
import sysconfig
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import engine
from engine.errors import EngineError

KEPT = 10  # reports; ours
LAST = 20  # commands; ours
_ROOTS = (
    Path(engine.__file__).parents[1],
    *(Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
)
RAW = "running.trace"
_FRAME = re.compile(r'^\s*File "(?P<file>[^"]*)", line (?P<line>\d+) in (?P<function>[\w<>.]+)\s*$')
_PLAIN = re.compile(r"^(Fatal Python error: [A-Za-z ]+|Current thread .*|Thread 0x.*)$")


def place(file: str) -> str:
    """A source file as ``package/module.py``: no folder of this computer, nothing that is no source."""
    path = Path(file)
    inside = [path.relative_to(root) for root in _ROOTS if path.is_relative_to(root)]
    shortest = min(inside, key=lambda part: len(part.parts), default=None)
    return shortest.as_posix() if shortest is not None and shortest.suffix == ".py" else "?"


def head(commands: tuple[str, ...]) -> list[str]:
    """The lines that every report begins with."""
    import PySide6

    return [
        f"Lynceus {engine.__version__}, Python {platform.python_version()}, PySide6 {PySide6.__version__}",
        f"{platform.system()} {platform.machine()}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"last commands: {', '.join(commands) or 'none'}",
        "",
    ]


def lines_of(error: BaseException) -> list[str]:
    """Type and calls of an error, and of those that it came from; no message, no values."""
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        kind = type(current)
        lines.append(f"{kind.__module__}.{kind.__qualname__}")
        trace = current.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            lines.append(f"  {place(code.co_filename)}:{trace.tb_lineno} in {code.co_qualname}")
            trace = trace.tb_next
        current = current.__cause__ or current.__context__
    return lines


def stripped(raw: str) -> list[str]:
    """What ``faulthandler`` wrote when the process died, without folders of this computer."""
    lines = []
    for line in raw.splitlines():
        frame = _FRAME.match(line)
        if frame is not None:
            lines.append(f"  {place(frame['file'])}:{frame['line']} in {frame['function']}")
        elif _PLAIN.match(line):
            lines.append(line)
    return lines


@dataclass(eq=False)
class CrashReports:
    """Watches this process and writes reports into a folder.

    Parameters
    ----------
    folder
        Made when the first report is written.
    told
        Called with each report that was written.
    """

    folder: Path
    told: Callable[[Path], object] = lambda path: None
    commands: deque[str] = field(default_factory=lambda: deque(maxlen=LAST))
    _raw: TextIO | None = None
    _hooks: tuple[Any, Any] = (None, None)

    def start(self) -> Path | None:
        """Watch from now on; the report of the last run, where it ended without a word."""
        earlier = self._collect()
        self._hooks = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._caught
        threading.excepthook = self._caught_in_thread
        with contextlib.suppress(OSError):  # a folder that cannot be written: no report, but the window works
            if faulthandler.is_enabled():
                return earlier  # whoever enabled it wants the traces elsewhere
            self.folder.mkdir(parents=True, exist_ok=True)
            self._raw = (self.folder / RAW).open("w", encoding="utf-8")
            faulthandler.enable(self._raw)
        return earlier

    def stop(self) -> None:
        """Watch no longer; a run that ends well leaves nothing behind."""
        sys.excepthook, threading.excepthook = self._hooks
        if self._raw is not None:
            faulthandler.disable()
            self._raw.close()
            self._raw = None
            (self.folder / RAW).unlink(missing_ok=True)

    def write(self, lines: list[str]) -> Path | None:
        """A report; the oldest ones go. None when it cannot be written."""
        now = datetime.now(UTC)
        path = self.folder / f"report-{now:%Y%m%d-%H%M%S-%f}.txt"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join([*head(tuple(self.commands)), *lines]) + "\n", encoding="utf-8")
            for old in sorted(self.folder.glob("report-*.txt"))[:-KEPT]:
                old.unlink(missing_ok=True)
        except OSError:
            return None
        return path

    def _caught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self._hooks[0](kind, error, trace)  # the terminal has it whole
        if isinstance(error, KeyboardInterrupt):
            return
        report = self.write(lines_of(error.with_traceback(trace)))
        if report is not None:
            self.told(report)

    def _caught_in_thread(self, arguments: Any) -> None:
        self._hooks[1](arguments)
        if arguments.exc_value is not None and not isinstance(arguments.exc_value, SystemExit):
            self.write(lines_of(arguments.exc_value))  # no dialog: this is not the window's thread

    def _collect(self) -> Path | None:
        """Make a report of what the last run left when it died; None when it ended well."""
        raw = self.folder / RAW
        try:
            text = raw.read_text(encoding="utf-8", errors="replace")
            raw.unlink()
        except OSError:
            return None
        lines = stripped(text)
        return self.write(lines) if lines else None


def as_error(report: Path) -> EngineError:
    """What the reader is told of a report."""
    from viewer.language import translate

    return EngineError(
        translate("Crash", "Something went wrong that was not foreseen. What was saved is safe."),
        report,
        translate(
            "Crash", "The report names no patient, file or value. Send it to whoever looks after Lynceus."
        ),
    )
