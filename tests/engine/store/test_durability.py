"""What was acknowledged is there after kill -9, on a full disk, and with several processes at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import StoreUnavailable
from engine.records import Case, CaseState, Correction, CorrectionKind
from engine.store.database import explain
from engine.store.project import Project, create_project, open_project
from engine.store.rows import STORE_FILE

K = CorrectionKind

PAINT = """
import sys
from pathlib import Path
import numpy as np
from engine.imaging.masks import delta_between
from engine.records import Correction, CorrectionKind
from engine.store.project import open_project

project = open_project(Path(sys.argv[1]))
case = project.case(project.case_ids()[0])
before = np.zeros((300, 400), np.bool_)
number = 0
while True:
    after = before.copy()
    after[number % 300, number // 300 % 400] = True
    kind = CorrectionKind.MASK
    event = Correction(case.id, case.instances[0].id, kind, "MA", None, number, sys.argv[2])
    made = project.record_mask(event, delta_between(before, after))
    print(made.id, flush=True)
    before, number = after, number + 1
"""

WRITE_AS_NOBODY = """
import os, sys
from pathlib import Path
from engine.errors import EngineError
from engine.store.project import open_project
if os.getuid() == 0:
    os.setuid(65534)
try:
    open_project(Path(sys.argv[1]))
except EngineError as error:
    print(type(error).__name__, error)
"""

FILL = """
import resource, signal, sys
from pathlib import Path
from engine.errors import StoreUnavailable
from engine.records import Correction, CorrectionKind
from engine.store.project import open_project

project = open_project(Path(sys.argv[1]))
case_id = project.case_ids()[0]
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))
before, number = "", 0
try:
    while number < 1000:
        after = f"{number} " + "x" * 4000
        project.record([Correction(case_id, None, CorrectionKind.COMMENT, "", before, after, "A")])
        before, number = after, number + 1
except StoreUnavailable as error:
    print(number, error)
"""


def child(code: str, *arguments: str) -> subprocess.Popen[str]:
    root = Path(__file__).resolve().parents[3]
    environment = {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True, env=environment
    )


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_acknowledged_strokes_survive_kill_9(project: Project, pair: Case) -> None:
    acknowledged: list[int] = []
    for reader, wanted in (("R1", 1), ("R2", 9), ("R3", 23)):
        process = child(PAINT.replace('"MA"', f'"{reader}"'), str(project.root), reader)
        assert process.stdout is not None
        seen = [int(process.stdout.readline()) for _ in range(wanted)]
        process.send_signal(signal.SIGKILL)
        seen += [int(line) for line in process.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        process.stdout.close()
        assert process.wait() == -signal.SIGKILL
        acknowledged += seen
        with open_project(project.root) as again:
            events = again.events(pair.id)
            assert set(acknowledged) <= {e.id for e in events}
            mine = [e for e in events if e.reader == reader]
            assert [e.after for e in mine] == list(range(len(mine)))
            assert len(mine) - len(seen) in (0, 1), "at most the one that was on its way"
            mask = again.mask(pair.instances[0].id, reader)
            assert mask is not None
            assert int(mask.sum()) == len(mine)


@pytest.mark.skipif(sys.platform == "win32", reason="needs RLIMIT_FSIZE")
def test_a_full_disk_is_told_and_loses_nothing(project: Project, pair: Case) -> None:
    project.close()
    process = child(FILL, str(project.root))
    output, _ = process.communicate()
    assert process.returncode == 0
    done, message = output.split(" ", 1)
    assert "disk is full" in message
    assert STORE_FILE in message
    with open_project(project.root) as again:
        events = again.events(pair.id)
        assert len(events) == int(done) > 10
        assert again.review(pair.id).comment.startswith(f"{int(done) - 1} ")
        again.record([Correction(pair.id, None, K.STATE, "", "", CaseState.ACCEPTED, "A")])


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX rights")
def test_a_read_only_project_is_told(tmp_path: Path) -> None:
    root = tmp_path / "p"
    create_project(root).close()
    for folder in [root, *root.parents]:
        if folder == tmp_path.parents[2]:
            break
        folder.chmod(0o755)
    (root / STORE_FILE).chmod(0o444)
    root.chmod(0o555)
    try:
        output, _ = child(WRITE_AS_NOBODY, str(root)).communicate()
    finally:
        root.chmod(0o755)
    assert output.startswith("StoreUnavailable"), output
    assert "cannot be written" in output
    assert str(root) in output


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreUnavailable) as caught:
        create_project(tmp_path / "file" / "project")
    assert str(tmp_path / "file") in str(caught.value)


def test_a_locked_database_is_told(project: Project, pair: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.store.database.BUSY_TIMEOUT_MS", 1)
    comment = Correction(pair.id, None, K.COMMENT, "", "", "a", "A")
    with (
        open_project(project.root) as other,
        project.database.write(),
        pytest.raises(StoreUnavailable, match="another program"),
    ):
        other.record([comment])
    project.record([comment])


def test_readers_see_one_state_while_another_process_writes(project: Project, pair: Case) -> None:
    with open_project(project.root) as other, project.database.read() as reading:
        before = reading.exec_driver_sql("SELECT count(*) FROM events").scalar()
        other.record([Correction(pair.id, None, K.COMMENT, "", "", "a", "A")])
        assert reading.exec_driver_sql("SELECT count(*) FROM events").scalar() == before
        assert len(project.events(pair.id)) == 1


def test_the_settings_that_durability_rests_on(project: Project) -> None:
    with project.database.read() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        ("database or disk is full", "full"),
        ("attempt to write a readonly database", "written"),
        ("database is locked", "another program"),
        ("database disk image is malformed", "damaged"),
        ("connection refused", "case store failed"),
    ],
)
def test_every_message_has_a_place_and_a_remedy(reason: str, word: str) -> None:
    error = explain(reason, "/p")
    assert word in str(error)
    assert str(error).startswith("/p: ")
    assert error.remedy


def test_importing_the_store_is_light() -> None:
    code = (
        "import sys, engine.store.project;"
        "print([m for m in ('torch', 'cv2', 'alembic', 'pydicom', 'scipy', 'PySide6') if m in sys.modules])"
    )
    output, _ = child(code).communicate()
    assert output.strip() == "[]"
