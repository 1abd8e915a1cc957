from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

import engine
from viewer.crash import KEPT, RAW, CrashReports, lines_of, place, stripped

SECRET = "Müller^Erika 1957"


def fail(name: str) -> None:
    local = f"{name} of {SECRET}"
    try:
        raise ValueError(f"/home/erika/{local}.dcm")
    except ValueError as error:
        raise RuntimeError(SECRET) from error


def caught() -> BaseException:
    try:
        fail("scan")
    except RuntimeError as error:
        return error
    raise AssertionError


def test_a_report_says_where_and_nothing_of_whom(tmp_path: Path):
    reports = CrashReports(tmp_path / "reports")
    reports.commands.extend(["review.next", "masks.edit"])
    path = reports.write(lines_of(caught()))
    assert path is not None
    text = path.read_text(encoding="utf-8")
    assert "builtins.RuntimeError" in text and "builtins.ValueError" in text
    assert "tests/viewer/test_crash.py:" in text and "in fail" in text
    assert "last commands: review.next, masks.edit" in text
    for private in (SECRET, "Müller", "erika", "scan", str(tmp_path), str(Path.home()), ".dcm"):
        assert private not in text, private


def test_only_the_place_in_the_program_is_told():
    assert place(str(Path(engine.__file__).parent / "io" / "png.py")) == "engine/io/png.py"
    assert place(pytest.__file__) == "pytest/__init__.py"
    assert place(threading.__file__) == "threading.py"
    for foreign in ("/home/erika/viewer/engine/Erika.py", "<frozen importlib>", "C:/Users/e/x.py", ""):
        assert place(foreign) == "?"
    assert place(str(Path(engine.__file__).parents[1] / "Erika.txt")) == "?"


def test_an_unforeseen_error_is_caught_reported_and_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    passed: list[object] = []
    told: list[Path] = []
    monkeypatch.setattr(sys, "excepthook", lambda *error: passed.append(error))
    monkeypatch.setattr(threading, "excepthook", passed.append)
    reports = CrashReports(tmp_path, told.append)
    assert reports.start() is None
    error = caught()
    sys.excepthook(type(error), error, error.__traceback__)
    thread = threading.Thread(target=fail, args=("scan",))
    thread.start()
    thread.join()
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    reports.stop()
    assert len(passed) == 3
    assert len(told) == 1, "only what the window's thread met is told in the window"
    assert len(list(tmp_path.glob("report-*.txt"))) == 2
    assert not (tmp_path / RAW).exists()


def test_few_reports_are_kept(tmp_path: Path):
    reports = CrashReports(tmp_path)
    written = [reports.write([str(n)]) for n in range(KEPT + 3)]
    assert sorted(tmp_path.glob("*.txt")) == written[3:]


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path):
    (tmp_path / "file").write_text("")
    reports = CrashReports(tmp_path / "file" / "reports")
    assert reports.write(["x"]) is None
    assert reports.start() is None
    reports.stop()


def test_a_process_that_died_is_reported_by_the_next_one(tmp_path: Path):
    folder = tmp_path / "Erika"
    program = (
        "import ctypes, sys; from pathlib import Path; from viewer.crash import CrashReports\n"
        "CrashReports(Path(sys.argv[1])).start()\n"
        "def patient_function(): ctypes.string_at(0)\n"
        "patient_function()\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(folder)], check=False, capture_output=True)
    assert done.returncode < 0, "it must have died of a signal"
    reports = CrashReports(folder)
    path = reports.start()
    reports.stop()
    assert path is not None
    text = path.read_text(encoding="utf-8")
    assert "Segmentation fault" in text and "in patient_function" in text
    assert str(tmp_path) not in text and "Erika" not in text


def test_lines_that_are_no_frames_are_left_out():
    source = Path(engine.__file__)
    raw = f'Fatal Python error: Aborted\n\n  File "{source}", line 3 in main\nErika Müller\n'
    assert stripped(raw) == ["Fatal Python error: Aborted", "  engine/__init__.py:3 in main"]
