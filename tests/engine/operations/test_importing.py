from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import BadTable, Cancelled, StoreUnavailable, UnreadableImage, WrongUsage
from engine.io.sandbox import Sandbox
from engine.operations import importing
from engine.operations.importing import find_files, import_paths
from engine.store.project import open_project
from tests.engine.operations import tiny


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    for seed, name in enumerate(("a_left", "a_right", "b")):
        tiny.save_jpeg(folder / f"{name}.jpg", tiny.retina(seed))
    return folder


def names(root):
    with open_project(root) as store:
        return sorted(i.info.path.name for i in store.instances_of(store.case_ids()))


def test_files_are_found_once_in_order_and_sidecars_left_out(tmp_path):
    for name in (
        "b/2.png",
        "b/1.PNG",
        "a.jpg",
        "notes.txt",
        ".hidden.png",
        ".git/x.png",
        "b/labels.CSV",
        "c",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    found = [p.relative_to(tmp_path).as_posix() for p in find_files([tmp_path, tmp_path / "a.jpg"])]
    assert found == ["a.jpg", "c", "b/1.PNG", "b/2.png"]
    asked = [tmp_path / "notes.txt", tmp_path / "none.png", tmp_path / ("x" * 300)]
    assert list(find_files(asked)) == asked  # what is named is looked at, whatever it is
    assert list(find_files([])) == []


@pytest.mark.skipif(not tiny.permissions_bind(), reason="this user may read and write everything")
def test_a_folder_that_may_not_be_listed_is_not_passed_over(images):
    closed = images / "closed"
    closed.mkdir(mode=0)
    assert closed in list(find_files([images]))
    closed.chmod(0o755)


def test_import_pairs_eyes_and_again_knows_them(images, tmp_path):
    project = str(tmp_path / "project")
    first = import_paths(project, [str(images)])
    assert (first["added"], first["known"], first["cases"], first["refused"]) == (3, 0, 2, [])
    assert len(set(first["case_ids"])) == 2
    again = import_paths(project, [str(images)])
    assert (again["added"], again["known"], again["cases"]) == (0, 3, 0)
    assert set(again["case_ids"]) == set(first["case_ids"])


def test_files_are_never_changed(images, tmp_path):
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in images.iterdir()}
    import_paths(str(tmp_path / "project"), [str(images)])
    assert {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in images.iterdir()} == before


def test_a_moved_file_is_found_again(images, tmp_path):
    project = tmp_path / "project"
    import_paths(str(project), [str(images)])
    moved = images.rename(tmp_path / "moved")
    again = import_paths(str(project), [str(moved)])
    assert (again["added"], again["known"]) == (0, 3)
    with open_project(project) as store:
        assert all(i.info.path.is_file() for i in store.instances_of(store.case_ids()))


def test_relative_paths_are_kept_absolute(images, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    import_paths("project", ["images"])
    with open_project(tmp_path / "project") as store:
        assert all(i.info.path.is_absolute() for i in store.instances_of(store.case_ids()))


def test_cancel_keeps_finished_batches(images, tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 2)

    def progress(done, total, text="", **values):
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        import_paths(str(tmp_path / "project"), [str(images)], progress=progress)
    assert names(tmp_path / "project") == ["a_left.jpg", "a_right.jpg"]
    assert import_paths(str(tmp_path / "project"), [str(images)])["added"] == 1


def test_a_store_that_cannot_be_written_ends_the_import_and_keeps_what_was_there(
    images, tmp_path, monkeypatch
):
    project = tmp_path / "project"
    import_paths(str(project), [str(images / "b.jpg")])

    def full(*_, **__):
        raise StoreUnavailable("the disk is full", "somewhere", "Free some space.")

    with monkeypatch.context() as patch:
        patch.setattr("engine.store.project.importing.import_images", full)
        with pytest.raises(StoreUnavailable):
            import_paths(str(project), [str(images)])
    assert names(project) == ["b.jpg"]


def test_a_decoder_that_dies_costs_one_file(images, tmp_path, monkeypatch):
    whole = Sandbox.info

    def dies(self, path, detect=False):
        if Path(path).name == "a_right.jpg":
            self._running().kill()
        return whole(self, path, detect)

    monkeypatch.setattr(Sandbox, "info", dies)
    result = import_paths(str(tmp_path / "project"), [str(images)])
    assert result["added"] + len(result["refused"]) == 3
    assert {Path(file).name for file, _ in result["refused"]} <= {"a_right.jpg"}


def test_refusals(images, tmp_path):
    project = str(tmp_path / "project")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(UnreadableImage, match="no image"):
        import_paths(project, [str(empty)])
    with pytest.raises(BadTable):
        import_paths(project, [str(images)], pairs=str(tmp_path / "none.csv"))
    assert not Path(project).exists()


def test_a_project_among_the_images_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "project" / "blobs").mkdir(parents=True)
    for name in ("a.png", "project/lynceus.sqlite", "project/blobs/b.png"):
        (tmp_path / name).write_bytes(b"x")
    assert list(find_files([tmp_path])) == [tmp_path / "a.png"]


def test_a_project_s_own_patterns_pair_eyes_and_are_kept(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    for seed, name in enumerate(("R7xx12", "L7xx12", "R7xx13", "L7xx13")):
        tiny.save_jpeg(folder / f"{name}.jpg", tiny.retina(seed))
    root = tmp_path / "project"
    own = r"(?P<eye>[RL])7xx(?P<patient>\d+)$"
    first = import_paths(str(root), [str(folder / "R7xx12.jpg"), str(folder / "L7xx12.jpg")], patterns=[own])
    assert first["cases"] == 1
    assert import_paths(str(root), [str(folder)])["cases"] == 1  # the next import knows the pattern
    assert import_paths(str(tmp_path / "other"), [str(folder)])["cases"] == 4


@pytest.mark.parametrize("pattern", ["(", r"(?P<patient>\d+)", r"(?P<eye>left)"])
def test_a_bad_pattern_is_refused_before_anything_is_imported(images, tmp_path, pattern):
    with pytest.raises(WrongUsage):
        import_paths(str(tmp_path / "project"), [str(images)], patterns=[pattern])
    assert not (tmp_path / "project").exists()
