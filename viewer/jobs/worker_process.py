"""The worker: a process without Qt that holds the models and runs one named operation at a time.

Started by `viewer.jobs.worker` as ``python -m viewer.jobs.worker_process ADDRESS``; it ends when the
window's end of the connection closes, whatever it is doing, so no orphan keeps training.
"""

from __future__ import annotations

import logging
import os
import queue
import sys
import threading
import time
from multiprocessing.connection import Client, Connection
from typing import Any

from engine import memory
from engine.errors import Cancelled
from viewer.jobs.messages import decode, encode, error_fields

KEY_VARIABLE = "LYNCEUS_WORKER_KEY"
NICENESS = 10  # the window's frames come first while both cores train
REPORT_EVERY_S = 0.05

log = logging.getLogger("lynceus.worker")


class Inbox:
    """Messages from the window, read in a thread so that a cancel arrives while a job runs."""

    def __init__(self, connection: Connection) -> None:
        self.jobs: queue.Queue[dict[str, Any]] = queue.Queue()
        self._connection = connection
        self._cancelled: set[int] = set()
        self._paused: set[int] = set()
        self._changed = threading.Condition()
        threading.Thread(target=self._read, name="inbox", daemon=True).start()

    def is_cancelled(self, job: int) -> bool:
        """Whether the window asked to cancel that job."""
        return job in self._cancelled

    def wait_while_paused(self, job: int) -> None:
        """Return when the job may go on, or is to be cancelled."""
        with self._changed:
            self._changed.wait_for(lambda: job not in self._paused or job in self._cancelled)

    def _read(self) -> None:
        while True:
            try:
                message = decode(self._connection.recv_bytes())
            except (EOFError, OSError):
                os._exit(0)  # the window is gone: nobody wants the result
            self._take(message)

    def _take(self, message: dict[str, Any]) -> None:
        kinds = {"cancel": self._cancelled.add, "pause": self._paused.add, "resume": self._paused.discard}
        if message["kind"] not in kinds:
            self.jobs.put(message)
            return
        with self._changed:
            kinds[message["kind"]](message["job"])
            self._changed.notify_all()


class Reporter:
    """The `Progress` that an operation gets: sends at most twenty reports a second, raises on cancel.

    While its job is paused it does not return: the operation stands where it is, with all it has in memory.
    """

    def __init__(self, connection: Connection, inbox: Inbox, job: int) -> None:
        self._connection = connection
        self._inbox = inbox
        self._job = job
        self._last = 0.0

    def __call__(self, done: int, total: int, text: str = "", **values: float) -> None:
        """Report, or raise `Cancelled`."""
        self._inbox.wait_while_paused(self._job)
        if self._inbox.is_cancelled(self._job):
            raise Cancelled()
        now = time.monotonic()
        if values or done == total or now - self._last >= REPORT_EVERY_S:
            self._last = now
            report = encode("progress", self._job, done=done, total=total, text=text, values=values)
            self._connection.send_bytes(report)


def run_job(connection: Connection, inbox: Inbox, message: dict[str, Any]) -> None:
    """Run one operation and send how it ended; nothing that it raises ends the worker."""
    from engine import operations

    job = message["job"]
    try:
        if inbox.is_cancelled(job):
            raise Cancelled()
        operation = operations.named(message["operation"])
        result = operation(**message["arguments"], progress=Reporter(connection, inbox, job))
        answer = encode("done", job, result=result)
    except Cancelled:
        answer = encode("cancelled", job)
    except Exception as error:  # the window shows it; the worker lives on
        log.exception("operation %s failed", message["operation"])
        answer = encode("failed", job, **error_fields(error))
    connection.send_bytes(answer)


def main(address: str) -> None:
    """Serve until the window says stop or goes away."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    connection = Client(address, authkey=bytes.fromhex(os.environ.pop(KEY_VARIABLE)))
    inbox = Inbox(connection)
    connection.send_bytes(encode("ready", 0))
    memory.keep_freed()
    import torch  # noqa: F401  (the slow import, done while the window is idle)

    while True:
        message = inbox.jobs.get()
        if message["kind"] == "stop":
            return
        run_job(connection, inbox, message)
        memory.give_back()


if __name__ == "__main__":
    main(sys.argv[1])
