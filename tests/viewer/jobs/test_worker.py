"""The worker process with real operations: done, refused, cancelled, killed, given up."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from engine.errors import UnreadableImage, WorkerDied, WrongUsage
from viewer.jobs.messages import decode, encode, error_fields, error_of
from viewer.jobs.worker import Worker
from viewer.jobs.worker_process import Inbox

PATIENCE_MS = 60_000


@pytest.fixture
def worker(qtbot: QtBot) -> Iterator[Worker]:
    worker = Worker()
    worker.start()
    yield worker
    worker.stop()


def test_import_finishes_with_a_result(worker: Worker, qtbot: QtBot, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), np.full((64, 64, 3), 90, np.uint8))
    job = worker.submit("import", project=str(tmp_path / "p"), paths=[str(tmp_path / "a.png")])
    with qtbot.waitSignal(job.finished, timeout=PATIENCE_MS) as done:
        pass
    assert done.args[0]["added"] == 1
    assert worker.state == "idle"


def test_refusal_arrives_as_the_engines_error(worker: Worker, qtbot: QtBot, tmp_path: Path) -> None:
    job = worker.submit("import", project=str(tmp_path / "p"), paths=[str(tmp_path)])
    with qtbot.waitSignal(job.failed, timeout=PATIENCE_MS) as failed:
        pass
    assert isinstance(failed.args[0], UnreadableImage)
    assert str(tmp_path) in str(failed.args[0])


def test_unknown_operation_is_refused_and_the_next_job_runs(
    worker: Worker, qtbot: QtBot, tmp_path: Path
) -> None:
    bad = worker.submit("dance")
    good = worker.submit("import", project=str(tmp_path / "p"), paths=[str(tmp_path)])
    errors: list[Exception] = []
    bad.failed.connect(errors.append)
    good.failed.connect(errors.append)
    with qtbot.waitSignal(good.failed, timeout=PATIENCE_MS):
        pass
    assert [type(error) for error in errors] == [WrongUsage, UnreadableImage]


def test_cancel_of_a_waiting_and_of_a_running_job(worker: Worker, qtbot: QtBot, tmp_path: Path) -> None:
    running = worker.submit("demo", folder=str(tmp_path / "demo"))
    waiting = worker.submit("demo", folder=str(tmp_path / "other"))
    with qtbot.waitSignal(waiting.cancelled, timeout=PATIENCE_MS):
        waiting.cancel()
    with qtbot.waitSignal(running.progressed, timeout=PATIENCE_MS):
        pass
    with qtbot.waitSignal(running.cancelled, timeout=PATIENCE_MS):
        running.cancel()
    assert not (tmp_path / "other").exists()


def test_a_paused_job_stands_still_and_can_be_cancelled(worker: Worker, qtbot: QtBot, tmp_path: Path) -> None:
    job = worker.submit("demo", folder=str(tmp_path / "demo"))
    with qtbot.waitSignal(job.progressed, timeout=PATIENCE_MS):
        pass
    job.pause()
    with qtbot.assertNotEmitted(job.finished), qtbot.waitSignal(job.cancelled, timeout=PATIENCE_MS):
        job.cancel()


def test_killed_worker_is_reported_and_restarted(worker: Worker, qtbot: QtBot, tmp_path: Path) -> None:
    doomed = worker.submit("demo", folder=str(tmp_path / "demo"))
    (tmp_path / "empty").mkdir()
    after = worker.submit("import", project=str(tmp_path / "p"), paths=[str(tmp_path / "empty")])
    with qtbot.waitSignal(doomed.progressed, timeout=PATIENCE_MS):
        pass
    first = worker.process_id
    assert first is not None
    errors: list[Exception] = []
    doomed.failed.connect(errors.append)
    after.failed.connect(errors.append)
    with qtbot.waitSignal(after.failed, timeout=PATIENCE_MS):
        os.kill(first, signal.SIGKILL)
    assert [type(error) for error in errors] == [WorkerDied, UnreadableImage]
    assert worker.process_id != first


def test_worker_that_cannot_start_gives_up(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 7\n")
    broken.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(broken))
    worker = Worker()
    job = worker.submit("dance")
    with qtbot.waitSignal(job.failed, timeout=PATIENCE_MS) as failed:
        worker.start()
    assert "7" in str(failed.args[0])
    assert worker.state == "stopped"
    worker.stop()


def test_a_pause_ends_with_resume_or_cancel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Inbox, "_read", lambda self: None)
    inbox = Inbox(None)  # type: ignore[arg-type]
    for end in ("resume", "cancel"):
        inbox._take({"kind": "pause", "job": 5})
        waiting = threading.Thread(target=inbox.wait_while_paused, args=(5,), daemon=True)
        waiting.start()
        inbox.wait_while_paused(6)  # another job is not held
        assert waiting.is_alive()
        inbox._take({"kind": end, "job": 5})
        waiting.join(10)
        assert not waiting.is_alive()
    assert inbox.is_cancelled(5) and inbox.jobs.empty()
    inbox._take({"kind": "run", "job": 7})
    assert inbox.jobs.get_nowait()["job"] == 7


def test_errors_survive_the_wire() -> None:
    error = UnreadableImage("truncated", "a.png", "Get it again.")
    there = json.loads(json.dumps(error_fields(error)))
    back = error_of(there)
    assert type(back) is UnreadableImage
    assert str(back) == str(error)
    strange = error_of(error_fields(ZeroDivisionError("one / zero")))
    assert "one / zero" in str(strange)


def test_messages_are_json() -> None:
    message = decode(encode("progress", 3, done=1, total=2, values={"loss": 0.5}))
    assert message == {"kind": "progress", "job": 3, "done": 1, "total": 2, "values": {"loss": 0.5}}
