from __future__ import annotations

import pytest

from engine.errors import ProjectNotFound, StoreConflict
from engine.io.readers import read_info
from engine.operations import demo
from engine.operations.demo import build_demo, results_table
from engine.store.project import open_project
from tests.engine.operations import tiny


@pytest.fixture
def small(monkeypatch):
    """Two eye pairs and two films, drawn small."""
    monkeypatch.setattr(demo, "EYE_PAIRS", 2)
    monkeypatch.setattr(demo, "CHESTS", 2)
    monkeypatch.setattr(demo, "SIZE", 240)


def test_the_demo_holds_what_was_drawn_and_what_the_models_said(small, shipped, tmp_path):
    said = build_demo(str(tmp_path))
    assert said["cases"] == 4
    images = sorted((tmp_path / "images").iterdir())
    kinds = [read_info(path).kind for path in images]
    assert kinds.count("dicom") == 3  # one pair and one film of two
    with open_project(tmp_path / "project") as store:
        assert sorted(i.info.path for i in store.instances_of(store.case_ids())) == images
        assert store.setting("images") == "phantoms"
    table = results_table(str(tmp_path)).splitlines()
    assert len(table) == 1 + len(images)
    assert all(path.name in " ".join(table) for path in images)
    assert "grade" in table[3] and "uncalibrated" in " ".join(table)
    demo._clear(tmp_path, tmp_path / "images", tmp_path / "project")  # what it does where one was built
    assert [path.name for path in tmp_path.iterdir()] == ["truth.json"]


def test_the_same_images_on_every_machine(small, tmp_path):
    first, second = tmp_path / "1", tmp_path / "2"
    for folder in (first, second):
        folder.mkdir()
        list(demo._draw(folder))
    assert [p.read_bytes() for p in sorted(first.iterdir())] == [
        p.read_bytes() for p in sorted(second.iterdir())
    ]


def test_a_folder_that_is_no_demo_is_left_alone(small, tmp_path):
    tiny.save_jpeg(tmp_path / "eye.jpg", tiny.retina())
    for name in ("images", "project"):
        (tmp_path / name).mkdir(exist_ok=True)
        with pytest.raises(StoreConflict):
            build_demo(str(tmp_path))
    with pytest.raises(ProjectNotFound):
        results_table(str(tmp_path))
    assert (tmp_path / "eye.jpg").is_file()
