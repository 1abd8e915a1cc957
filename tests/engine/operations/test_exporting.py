"""What is exported is what was decided, read back from the files."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from engine import vocabulary
from engine.errors import ProjectNotFound
from engine.io.coco import read_coco
from engine.io.mask_files import read_mask
from engine.io.tables import read_labels
from engine.operations.exporting import EVENT_COLUMNS, export_project
from engine.operations.importing import import_paths
from engine.operations.predicting import predict_project
from engine.records import Correction, CorrectionKind
from engine.store.project import open_project
from tests.engine.operations import tiny


def rows(path):
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def project(tmp_path, shipped):
    """Two folders with a photograph of one name, and a film."""
    for seed, folder in enumerate(("a", "b")):
        (tmp_path / folder).mkdir()
        tiny.save_jpeg(tmp_path / folder / "eye.jpg", tiny.retina(seed), orientation=1 + 5 * seed)
    tiny.save_film(tmp_path / "a" / "film, 1.dcm", 'C "1"')
    root = tmp_path / "project"
    import_paths(str(root), [str(tmp_path / "a"), str(tmp_path / "b")])
    return root


def decide(root):
    """Masks on both photographs, a grade on one, two findings on the film; the masks by file."""
    rng = np.random.default_rng(0)
    painted = {}
    with open_project(root) as store:
        for instance in store.instances_of(store.case_ids()):
            place = (instance.case_id, instance.id)
            if instance.info.kind == "dicom":
                events = [
                    Correction(*place, CorrectionKind.FINDING, "Mass", None, True, "ada"),
                    Correction(*place, CorrectionKind.FINDING, "Edema", None, False, "ada"),
                ]
                store.record(events)
                continue
            for code in ("MA", "EX"):
                mask = rng.random((instance.info.rows, instance.info.columns)) < 0.01
                store.start_mask(instance.id, code, mask, "ada")
                painted[str(instance.info.path), code] = mask
            grade = Correction(*place, CorrectionKind.GRADE, "dr", None, 3, "ada")
            if "/a/" in str(instance.info.path):
                store.record([grade])
    return painted


def test_tables_say_what_was_decided(project, tmp_path):
    decide(project)
    out = tmp_path / "out"
    written = export_project(str(project), str(out), ["csv"])
    known = [term.name for term in vocabulary.terms()]
    labels = {
        Path(r.file).relative_to(tmp_path).as_posix(): r for r in read_labels(out / "labels.csv", known)
    }
    assert written["labels.csv"] == len(labels) == 3
    assert labels["a/eye.jpg"].grade == 3
    assert labels["b/eye.jpg"].grade is None
    assert labels["a/film, 1.dcm"].findings == {"Mass": True, "Edema": False}
    assert labels["a/film, 1.dcm"].patient == 'C "1"'
    events = rows(out / "events.csv")
    assert tuple(events[0]) == EVENT_COLUMNS
    assert written["events.csv"] == len(events) == 4 + 1 + 2
    assert {e["reader"] for e in events} == {"ada"}
    (grade,) = [e for e in events if e["kind"] == "grade"]
    assert (json.loads(grade["before"]), json.loads(grade["after"])) == (None, 3)
    assert {p.name for p in out.iterdir()} == {"labels.csv", "scores.csv", "events.csv"}


def test_scores_read_back_exactly(project, tmp_path):
    predict_project(str(project), systems=["zoom_in_net", "cxr_ml_gzsl"], device="cpu")
    written = export_project(str(project), str(tmp_path / "out"), ["csv"])
    found = {
        (r["file"], r["system"], r["label"]): float(r["score"]) for r in rows(tmp_path / "out" / "scores.csv")
    }
    assert written["scores.csv"] == len(found) == 2 * 5 + len(tiny.FINDINGS)
    with open_project(project) as store:
        for instance in store.instances_of(store.case_ids()):
            for system, stored in store.predictions(instance.id).items():
                file, said = str(instance.info.path), stored.prediction
                for label in said.labels:
                    assert found[file, system, label.name] == label.score
                for grade, p in enumerate(said.grade.probabilities if said.grade else ()):
                    assert found[file, system, f"DR{grade}"] == p


def test_masks_of_files_of_one_name_read_back_exactly(project, tmp_path):
    painted = decide(project)
    written = export_project(str(project), str(tmp_path / "out"), ["masks"])
    listed = {(r["file"], r["lesion"]): r["mask"] for r in rows(tmp_path / "out" / "masks" / "masks.csv")}
    assert written == {"masks": 4}
    assert set(listed) == set(painted)
    assert len(set(listed.values())) == 4
    for key, mask in painted.items():
        np.testing.assert_array_equal(read_mask(tmp_path / "out" / "masks" / listed[key], *mask.shape), mask)


def test_coco_reads_back_exactly(project, tmp_path):
    painted = decide(project)
    written = export_project(str(project), str(tmp_path / "out"), ["coco"])
    assert written == {"annotations.json": 4}
    found = read_coco(tmp_path / "out" / "annotations.json")
    back = {(image.file, code): mask for image in found for code, mask in image.masks.items()}
    assert set(back) == set(painted)
    for key, mask in painted.items():
        np.testing.assert_array_equal(back[key], mask)


def test_a_project_without_decisions_gives_empty_tables(project, tmp_path):
    written = export_project(str(project), str(tmp_path / "out"), ["csv", "masks", "coco"])
    assert written == {"labels.csv": 3, "scores.csv": 0, "events.csv": 0, "masks": 0, "annotations.json": 0}
    assert rows(tmp_path / "out" / "events.csv") == []
    assert [p.name for p in (tmp_path / "out" / "masks").iterdir()] == ["masks.csv"]


def test_a_second_export_takes_the_place_of_the_first(project, tmp_path):
    decide(project)
    for _ in range(2):
        export_project(str(project), str(tmp_path / "out"), ["csv", "masks", "coco"])
    assert len(list((tmp_path / "out" / "masks").glob("*.png"))) == 4


def test_no_project(tmp_path):
    with pytest.raises(ProjectNotFound):
        export_project(str(tmp_path / "none"), str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()
