"""Image files that nobody vouches for, decoded in a process that can be limited and killed.

A file may hang a decoder, eat all memory or crash it. `Sandbox` makes the calls of `engine.io.readers` in
one long-lived process with a memory limit and a time limit for each call, and starts it anew after a death.
POSIX only (``RLIMIT_AS``).
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

import engine
from engine import errors
from engine.errors import DecoderFailure, EngineError, UnreadableImage
from engine.io import wire
from engine.records import ImageInfo

_ROOT = str(Path(engine.__file__).resolve().parent.parent)
_PROGRAM = "import sys; sys.path.insert(0, {root!r}); from engine.io.sandbox_process import main; main()"
_REMEDY = "Leave the file out, or export it again from its source."
_START_S = 60.0
_TUNABLES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
"""Large pages for large arrays: a sixth less time for a 16-bit radiograph. Other C libraries ignore it."""


class Sandbox:
    """A decoding process. Thread-safe: calls wait for each other. Use as a context manager, or `close`.

    Parameters
    ----------
    timeout_s
        For each call; then the process is killed.
    memory_mb
        Address space of the process at most; each file gets less, sized for what it declares. The default
        fits the largest image that the readers accept.

    Raises
    ------
    DecoderFailure
        From every call: the process ran out of time or memory, or died. The next call gets a new one.
    """

    def __init__(self, timeout_s: float = 60.0, memory_mb: int = 8192) -> None:
        self.timeout_s = timeout_s
        self.memory_mb = memory_mb
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._shared = _unnamed_file()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start the process now, while there is other work to do; calls do it by themselves."""
        with self._lock:
            self._running()

    def info(self, path: Path | str, detect: bool = False) -> ImageInfo:
        """`engine.io.readers.read_info`; with ``detect`` the modality by pixels where it is silent."""
        head, _ = self._call("info", path, detect=detect)
        return wire.to_info(head["info"])

    def stored(self, path: Path | str, frame: int | None = None) -> NDArray[Any]:
        """`engine.io.readers.read_stored`."""
        return _array(self._call("stored", path, frame=frame))

    def read(
        self, path: Path | str, frame: int | None = None, least: int = 0
    ) -> tuple[ImageInfo, NDArray[Any]]:
        """`info` and `stored` of one reading of the file: what `engine.imaging.rendering` wants.

        With ``least`` the pixels may be fewer than the info says: `engine.io.previews.reduced_pixels`.
        """
        answer = self._call("read", path, frame=frame, least=least)
        return wire.to_info(answer[0]["info"]), _array(answer)

    def picture(self, path: Path | str, frame: int = 0, least: int = 0) -> tuple[ImageInfo, NDArray[Any]]:
        """The file's `ImageInfo` and `engine.imaging.rendering.display_source` of one frame.

        ``least`` as of `read`. The info's ``sha256`` is empty: hashing costs as much as a fifth of decoding.
        """
        answer = self._call("picture", path, frame=frame, least=least)
        return wire.to_info(answer[0]["info"]), _array(answer)

    def preview(self, path: Path | str, longest: int) -> NDArray[np.uint8]:
        """`engine.io.previews.preview_of`: upright, windowed, uint8 grey or RGB."""
        return _array(self._call("preview", path, longest=longest))

    def close(self) -> None:
        """End the process. Calls under way fail."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()  # so that a call under way gives the lock back
        with self._lock:
            self._kill()
            if self._shared >= 0:
                os.close(self._shared)
                self._shared = -1

    @property
    def pid(self) -> int | None:
        """Process id while one runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise DecoderFailure("the decoder is closed", "", "Open a new one.")
        if self._process is None or self._process.poll() is not None:
            self._kill()
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    _PROGRAM.format(root=_ROOT),
                    str(self._shared),
                    str(self.memory_mb),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=(self._shared,),
                env={**_TUNABLES, **os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                start_new_session=True,  # Ctrl+C is for the program, not for its decoder
            )
            if not _asked(self._process, b"", _START_S):
                self._kill()
                raise DecoderFailure("the decoder does not start", "", "Check the installation.")
        return self._process

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()

    def _call(
        self, name: str, path: Path | str, **arguments: Any
    ) -> tuple[dict[str, Any], NDArray[Any] | None]:
        request = {"name": name, "path": os.fsencode(path).hex(), "arguments": arguments}
        with self._lock:
            head = self._exchange(json.dumps(request).encode() + b"\n", path)
            if "error" in head:
                raise _error(head)
            return head, self._received(head, path)

    def _exchange(self, request: bytes, path: Path | str) -> dict[str, Any]:
        process = self._running()
        try:
            line = _asked(process, request, self.timeout_s)
            head = json.loads(line) if line else None
        except (OSError, ValueError) as error:
            self._kill()
            raise DecoderFailure(f"the decoder died ({error})", path, _REMEDY) from error
        except BaseException:  # interrupted: its answer must not be taken for that of the next call
            self._kill()
            raise
        if line is None:
            self._kill()
            raise DecoderFailure(f"took longer than {self.timeout_s:g} s to decode", path, _REMEDY)
        if not isinstance(head, dict):
            self._kill()
            raise DecoderFailure("crashed its decoder", path, _REMEDY)
        return head

    def _received(self, head: dict[str, Any], path: Path | str) -> NDArray[Any] | None:
        """Copy the array out of the shared file, which the next call overwrites."""
        if "shape" not in head:
            return None
        array = np.empty([int(n) for n in head["shape"]], np.dtype(head["dtype"]))
        view = memoryview(array.reshape(-1).view(np.uint8).data)
        done = 0
        while done < len(view):
            got = os.preadv(self._shared, [view[done:]], done)
            if got == 0:
                raise DecoderFailure("came back incomplete from its decoder", path, _REMEDY)
            done += got
        return array


def _unnamed_file() -> int:
    """Descriptor of a file in memory without a name: nothing is left behind, however we end."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("lynceus-decoder", 0)
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _asked(process: subprocess.Popen[bytes], request: bytes, seconds: float) -> bytes | None:
    """Send a request (none: wait for the greeting) and give the answer; b"" after a death, None when late."""
    assert process.stdin is not None and process.stdout is not None  # both are pipes
    process.stdin.write(request)
    process.stdin.flush()
    return _line_within(process.stdout.fileno(), seconds)


def _line_within(descriptor: int, seconds: float) -> bytes | None:
    """One line, or b"" at the end of the stream; None when the time is over."""
    deadline = time.monotonic() + seconds
    line = b""
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while not line.endswith(b"\n"):
            if not selector.select(max(deadline - time.monotonic(), 0.0)):
                return None
            part = os.read(descriptor, 65536)
            if not part:
                return b""
            line += part
    return line


def _array(answer: tuple[dict[str, Any], NDArray[Any] | None]) -> NDArray[Any]:
    array = answer[1]
    if array is None:
        raise DecoderFailure("the decoder sent no pixels")
    return array


def _error(head: dict[str, Any]) -> EngineError:
    """The error that the process met, as its own class again."""
    kind = getattr(errors, str(head["error"]), UnreadableImage)
    if not (isinstance(kind, type) and issubclass(kind, EngineError)):
        kind = UnreadableImage
    made: EngineError = kind(str(head["what"]), head.get("where", ""), head.get("remedy") or _REMEDY)
    return made
