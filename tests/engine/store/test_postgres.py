"""The same store on a real PostgreSQL server, started for this test where one is installed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.errors import ProjectNotFound, StoreConflict, StoreUnavailable
from engine.imaging.masks import delta_between
from engine.records import (
    CaseState,
    Correction,
    CorrectionKind,
    GradeScores,
    ImageInfo,
    LabelScore,
    Modality,
    ModelCard,
    ModelVersion,
    Prediction,
)
from engine.store import schema
from engine.store.database import Database
from engine.store.project import Project, create_project, open_project, project_exists
from engine.store.rows import CaseQuery

K = CorrectionKind
MakeInfo = Callable[..., ImageInfo]


def as_server(user: str | None, *command: str) -> None:
    done = subprocess.run(command, user=user, check=False, capture_output=True, text=True, cwd="/")
    if done.returncode:
        pytest.fail(f"{' '.join(command)}: {done.stdout}{done.stderr}")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Folder of a running server's socket."""
    if not (shutil.which("initdb") and shutil.which("pg_ctl")):
        pytest.skip("PostgreSQL's initdb and pg_ctl are not installed")
    pytest.importorskip("pg8000", reason="pg8000 is not installed (extra `postgres`)")
    user = None
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        names = {entry.pw_name for entry in pwd.getpwall()}
        user = "postgres" if "postgres" in names else "nobody"
    base = Path(tempfile.mkdtemp(prefix="lynceus-pg-"))
    if user:
        shutil.chown(base, user)
    data = str(base / "data")
    try:
        as_server(
            user, "initdb", "-D", data, "-U", "lynceus", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"
        )
        options = f"-c listen_addresses='' -k {base}"
        as_server(user, "pg_ctl", "-w", "-D", data, "-l", str(base / "log"), "-o", options, "start")
        try:
            yield str(base)
        finally:
            as_server(user, "pg_ctl", "-w", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(base)


@pytest.fixture
def url(server: str, request: pytest.FixtureRequest) -> str:
    """URL of a new, empty database."""
    name = f"db{abs(hash(request.node.name))}"
    address = "postgresql+pg8000://lynceus@/{}?unix_sock=" + server + "/.s.PGSQL.5432"
    admin = Database(Path(), address.format("postgres"))
    with admin.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    admin.close()
    return address.format(name)


@pytest.fixture
def shared(url: str, tmp_path: Path) -> Iterator[Project]:
    with create_project(tmp_path / "p", url) as project:
        yield project


def test_one_whole_review(shared: Project, url: str, image: MakeInfo, tmp_path: Path) -> None:
    images = [
        image("p10_left.png"),
        image("p10_right.png"),
        image("p2.png"),
        image("c.png", modality=Modality.CHEST),
    ]
    summary = shared.import_images(images)
    assert (summary.added, summary.cases) == (4, 3)
    assert shared.import_images(images).known == 4
    pair, _, chest = (shared.case(i) for i in summary.case_ids)
    assert [r.name for r in shared.case_rows(shared.case_ids())] == ["c", "p2", "p10"]
    grader, ranker = (ModelVersion(s, "v1", "0" * 64) for s in ("zoom_in_net", "cxr_ml_gzsl"))
    mask = np.full((300, 400), 9, np.uint8)
    shared.add_predictions(
        [
            *(
                (i.id, Prediction(grader, grade=GradeScores(2, (0.1, 0.1, 0.6, 0.1, 0.1))))
                for i in pair.instances
            ),
            (
                chest.instances[0].id,
                Prediction(ranker, labels=(LabelScore("Mass", 0.5),), masks={"MA": mask}),
            ),
        ]
    )
    stored = shared.predictions(chest.instances[0].id)["cxr_ml_gzsl"].prediction
    np.testing.assert_array_equal(stored.masks["MA"], mask)
    instance = pair.instances[0].id
    base = np.zeros((300, 400), np.bool_)
    base[5:9, 5:9] = True
    shared.start_mask(instance, "MA", base, "A")
    after = base.copy()
    after[200:260, 250:300] = True
    event = Correction(pair.id, instance, K.MASK, "MA", None, None, "A")
    shared.record_mask(event, delta_between(base, after))
    shared.record(
        [
            Correction(pair.id, instance, K.GRADE, "dr", 2, 3, "A"),
            Correction(pair.id, None, K.STATE, "", "in review", CaseState.CORRECTED, "A"),
        ]
    )
    weights = tmp_path / "w"
    weights.write_bytes(b"w")
    shared.add_model(weights, ModelCard("zoom_in_net", "v2", {}), active=True)
    with open_project(shared.root, url) as again:
        np.testing.assert_array_equal(again.mask(instance, "MA"), after)
        assert again.case(pair.id).state is CaseState.CORRECTED
        queries = (
            CaseQuery(text="P10", states=frozenset({CaseState.CORRECTED}), grades=frozenset({3})),
            CaseQuery(reader="A", disagreement=True, sort="severity", descending=True),
            CaseQuery(score_label="referable", score_range=(0.5, 1.0), sort="score:referable"),
        )
        assert [again.case_ids(q) for q in queries] == [[pair.id]] * 3
        assert len(again.reviewed_images(Modality.FUNDUS)) == 2
        active = again.active_model("zoom_in_net")
        assert active is not None
        again.rebuild_summaries()
        assert again.undo(again.undoable("A")[0].id, "A").undoes


def test_two_reviewers_at_once(shared: Project, url: str, image: MakeInfo) -> None:
    """Of two who grade the same eye at the same moment, one is told of the other; nothing is lost."""
    case = shared.case(shared.import_images([image("x.png")]).case_ids[0])
    told: list[str] = []

    def grade(project: Project, reader: str, value: int) -> None:
        try:
            project.record([Correction(case.id, case.instances[0].id, K.GRADE, "dr", None, value, reader)])
        except StoreConflict as error:
            told.append(str(error))

    with open_project(shared.root, url) as other:
        threads = [
            threading.Thread(target=grade, args=(project, reader, value))
            for project, reader, value in ((shared, "A", 1), (other, "B", 2))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    events = shared.events(case.id)
    assert (len(events), len(told)) == (1, 1)
    assert events[0].reader in told[0]


def test_opening_creating_and_migrating(url: str, tmp_path: Path) -> None:
    assert not project_exists(tmp_path, url)
    with pytest.raises(ProjectNotFound):
        open_project(tmp_path, url)
    database = Database(Path(), url)
    schema.migrate(database, "head")
    database.close()
    assert project_exists(tmp_path, url)
    open_project(tmp_path, url).close()
    with pytest.raises(StoreConflict):
        create_project(tmp_path, url)


def test_a_lost_server_is_told(tmp_path: Path) -> None:
    pytest.importorskip("pg8000", reason="pg8000 is not installed (extra `postgres`)")
    nowhere = f"postgresql+pg8000://lynceus:secret@/x?unix_sock={tmp_path}/none"
    with pytest.raises(StoreUnavailable) as caught:
        open_project(tmp_path, nowhere)
    assert "secret" not in str(caught.value)
    for wrong in ("no url", "oracle+nothing://x", "postgresql+pgnone://x/y"):
        with pytest.raises(StoreUnavailable):
            open_project(tmp_path, wrong)
