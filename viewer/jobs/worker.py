"""The window's side of the worker process: submit, progress, cancel, restart after a death."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import count
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from engine.errors import WorkerDied
from engine.paths import cache_folder
from viewer.engine_words import report
from viewer.jobs.messages import decode, encode, error_of
from viewer.jobs.worker_process import KEY_VARIABLE

MAX_EARLY_DEATHS = 3  # deaths in a row before it was ready: starting it again would not help
CANCEL_GRACE_MS = 800  # then the process is killed: a cancel takes effect within a second


class Job(QObject):
    """One operation under way or waiting; exactly one of the last three signals is emitted, once."""

    progressed = Signal(int, int, str, dict)
    finished = Signal(object)
    failed = Signal(object)
    cancelled = Signal()

    def __init__(self, worker: Worker, number: int, operation: str, arguments: dict[str, Any]) -> None:
        super().__init__()  # no parent: it lives as long as somebody holds it
        self.number = number
        self.operation = operation
        self.arguments = arguments
        self.cancel_asked = False
        self._worker = worker

    def cancel(self) -> None:
        """Ask to stop; `cancelled` follows within a second, at the latest by killing the worker."""
        self._worker.cancel(self)

    def pause(self) -> None:
        """Stand still at the next report of progress, until `resume`."""
        self._worker.hold(self, True)

    def resume(self) -> None:
        """Go on where it stood."""
        self._worker.hold(self, False)


class Worker(QObject):
    """Owner of the worker process. Jobs run one at a time in the order of their submission."""

    state_changed = Signal(str)  # starting, idle, busy, restarting, stopped
    _connected = Signal(int, object)  # generation of the process, its connection
    _received = Signal(int, bytes)  # generation, message; empty: the connection closed

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = "stopped"
        self._numbers = count(1)
        self._jobs: dict[int, Job] = {}
        self._running: Job | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._generation = 0
        self._early_deaths = 0
        self._threads: list[threading.Thread] = []
        self._connected.connect(self._connect)
        self._received.connect(self._receive)

    def start(self) -> None:
        """Start the process; jobs may be submitted before it is ready."""
        self._generation += 1
        self._set_state("starting" if self._generation == 1 else "restarting")
        key = secrets.token_bytes(32)
        listener = Listener(authkey=key)
        self._process = _spawn(str(listener.address), key, self.log)
        listening = (listener, self._generation)
        waiting = (str(listener.address), key, self._process)
        self._threads = [
            threading.Thread(target=self._listen, args=listening, name="worker", daemon=True),
            threading.Thread(target=_unblock_after_death, args=waiting, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, operation: str, **arguments: Any) -> Job:
        """Queue a named operation of `engine.operations`; arguments are JSON values."""
        job = Job(self, next(self._numbers), operation, arguments)
        self._jobs[job.number] = job
        self._next()
        return job

    def cancel(self, job: Job) -> None:
        """See `Job.cancel`."""
        if job.number not in self._jobs or job.cancel_asked:
            return
        job.cancel_asked = True
        if job is not self._running:
            self._end(job, job.cancelled.emit)
            return
        self._send(encode("cancel", job.number))
        QTimer.singleShot(CANCEL_GRACE_MS, job, lambda: self._kill_if_running(job))

    def hold(self, job: Job, on: bool) -> None:
        """See `Job.pause` and `Job.resume`; a job that waits for its turn is not held."""
        if job is self._running:
            self._send(encode("pause" if on else "resume", job.number))

    def stop(self) -> None:
        """End the process; jobs that have not ended are cancelled."""
        self._generation += 1  # whatever still arrives is of the past
        for job in list(self._jobs.values()):
            self._end(job, job.cancelled.emit)
        self._running = None
        if self._process is not None:
            self._process.kill()  # results live in the store, in whole transactions: nothing to flush
            self._process.wait()
        for thread in self._threads:
            thread.join()  # else a thread could drop the last reference and delete a QObject outside its own
        if self._connection is not None:
            self._connection.close()
        self._threads, self._process, self._connection = [], None, None
        self._set_state("stopped")

    @property
    def log(self) -> Path:
        """File that the process writes its log to."""
        return cache_folder() / "worker.log"

    @property
    def process_id(self) -> int | None:
        """Of the running process."""
        return self._process.pid if self._process else None

    def _receive(self, generation: int, data: bytes) -> None:
        if generation != self._generation:
            return
        if not data:
            self._died()
            return
        message = decode(data)
        if message["kind"] == "ready":
            self._early_deaths = 0
            self._set_state("idle")
            self._next()
            return
        job = self._jobs.get(message["job"])
        if job is None:
            return
        if message["kind"] == "progress":
            job.progressed.emit(message["done"], message["total"], report(message["text"]), message["values"])
            return
        self._running = None
        self._set_state("idle")
        if message["kind"] == "done":
            self._end(job, partial(job.finished.emit, message["result"]))
        elif message["kind"] == "cancelled":
            self._end(job, job.cancelled.emit)
        else:
            self._end(job, partial(job.failed.emit, error_of(message)))
        self._next()

    def _connect(self, generation: int, connection: Connection) -> None:
        if generation == self._generation:
            self._connection = connection
        else:
            connection.close()

    def _listen(self, listener: Listener, generation: int) -> None:
        """In a thread: pass on what the process sends, until its connection closes."""
        try:
            connection = listener.accept()
            self._connected.emit(generation, connection)
            while True:
                self._received.emit(generation, connection.recv_bytes())
        except (EOFError, OSError, AuthenticationError):
            self._received.emit(generation, b"")
        finally:
            listener.close()

    def _next(self) -> None:
        if self.state != "idle" or self._running is not None or not self._jobs:
            return
        job = next(iter(self._jobs.values()))
        self._running = job
        self._set_state("busy")
        self._send(encode("run", job.number, operation=job.operation, arguments=job.arguments))

    def _send(self, message: bytes) -> None:
        if self._connection is None:
            return
        try:
            self._connection.send_bytes(message)
        except OSError:
            self._died()

    def _kill_if_running(self, job: Job) -> None:
        if job is self._running and self._process is not None:
            self._process.kill()  # its connection closes, which `_died` handles

    def _died(self) -> None:
        """Report the job that it was at, start another process, go on with the rest."""
        process, job = self._process, self._running
        early = self.state in {"starting", "restarting"}
        self._early_deaths = self._early_deaths + 1 if early else 0
        self._running = None
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        code = process.wait() if process else None
        if self._early_deaths >= MAX_EARLY_DEATHS:
            self._give_up(code)
            return
        self.start()
        if job is None:
            return
        if job.cancel_asked:
            self._end(job, job.cancelled.emit)
            return
        error = WorkerDied(
            f"the model process ended (code {code}) during {job.operation!r}",
            remedy="It was started again; what had been saved is safe. Try once more.",
        )
        self._end(job, partial(job.failed.emit, error))

    def _give_up(self, code: int | None) -> None:
        self._set_state("stopped")
        for job in list(self._jobs.values()):
            error = WorkerDied(f"the model process does not start (code {code})", self.log, "Read that log.")
            self._end(job, partial(job.failed.emit, error))

    def _end(self, job: Job, tell: Callable[[], object]) -> None:
        self._jobs.pop(job.number, None)
        tell()

    def _set_state(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)


def _unblock_after_death(address: str, key: bytes, process: subprocess.Popen[bytes]) -> None:
    """In a thread: a process that dies before it connects must not leave `accept` waiting."""
    process.wait()
    with suppress(OSError, EOFError, AuthenticationError):
        Client(address, authkey=key).close()


def _spawn(address: str, key: bytes, log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as stream:
        return subprocess.Popen(
            [sys.executable, "-m", "viewer.jobs.worker_process", address],
            # Waiting OpenMP threads sleep: on a busy machine a training step is ten times as fast.
            env={"OMP_WAIT_POLICY": "PASSIVE", **os.environ, KEY_VARIABLE: key.hex()},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
        )
