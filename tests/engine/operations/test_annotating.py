"""What was exported comes back exactly; what does not fit is named and stops nothing else."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.errors import BadTable, ProjectNotFound
from engine.io.mask_files import write_mask
from engine.operations.annotating import import_annotations
from engine.operations.exporting import export_project
from engine.operations.importing import import_paths
from engine.records import Correction, CorrectionKind, Laterality
from engine.store.project import Project, open_project
from tests.engine.operations import tiny


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two photographs of one name, turned by EXIF; a third; a film."""
    folder = tmp_path_factory.mktemp("images")
    for seed, name in enumerate(("a/eye.jpg", "b/eye.jpg", "b/other.jpg")):
        (folder / name).parent.mkdir(exist_ok=True)
        tiny.save_jpeg(folder / name, tiny.retina(seed), orientation=1 + 5 * (seed % 2))
    tiny.save_film(folder / "a" / "film.dcm", "C1")
    return folder


@pytest.fixture
def project(images: Path, tmp_path: Path) -> Path:
    root = tmp_path / "project"
    import_paths(str(root), [str(images)])
    return root


def decide(root: Path) -> None:
    rng = np.random.default_rng(3)
    with open_project(root) as store:
        for instance in store.instances_of(store.case_ids()):
            place = (instance.case_id, instance.id)
            if instance.info.kind == "dicom":
                findings = {"Mass": True, "Edema": False}
                store.record(
                    [
                        Correction(*place, CorrectionKind.FINDING, n, None, v, "ada")
                        for n, v in findings.items()
                    ]
                )
                continue
            for code in ("MA", "EX"):
                mask = rng.random((instance.info.rows, instance.info.columns)) < 0.02
                store.start_mask(instance.id, code, mask, "ada")
            store.start_mask(instance.id, "HE", np.zeros(mask.shape, np.bool_), "ada")
            events = [
                Correction(*place, CorrectionKind.GRADE, "dr", None, 3, "ada"),
                Correction(*place, CorrectionKind.GRADE, "dme", None, 1, "ada"),
            ]
            store.record(events)
        other = next(i for i in store.instances_of(store.case_ids()) if i.info.path.name == "other.jpg")
        before = other.info.laterality.value
        store.record([Correction(other.case_id, other.id, CorrectionKind.LATERALITY, "", before, "R", "ada")])


def said(store: Project) -> dict[str, tuple[object, ...]]:
    """What readers said of each image: labels, laterality and the pixels of the masks."""
    found = {}
    for instance in store.instances_of(store.case_ids()):
        review = store.review(instance.case_id).instances[instance.id]
        masks = {code: store.mask(instance.id, code).tobytes() for code in sorted(review.lesions)}
        labels = (review.grade, review.dme, dict(review.findings), instance.info.laterality)
        found[str(instance.info.path)] = (*labels, masks)
    return found


@pytest.mark.parametrize("what", [["csv", "masks"], ["csv", "coco"]])
def test_export_and_import_into_a_new_project_is_exact(
    project: Path, images: Path, tmp_path: Path, what: list[str]
):
    decide(project)
    export_project(str(project), str(tmp_path / "out"), what)
    second = tmp_path / "second"
    import_paths(str(second), [str(images)])
    result = import_annotations(str(second), [str(tmp_path / "out")], "bea")
    assert result == {"labels": 4, "masks": 9, "unchanged": 0, "refused": []}
    with open_project(project) as old, open_project(second) as new:
        assert said(new) == said(old)
        assert sum(review[3] is Laterality.RIGHT for review in said(new).values()) == 1
        events = [e for case in new.case_ids() for e in new.events(case)]
        assert {event.reader for event in events} == {"bea"}
    again = import_annotations(str(second), [str(tmp_path / "out")], "bea")
    assert again == {"labels": 0, "masks": 0, "unchanged": 13, "refused": []}


def test_a_mask_that_differs_is_a_correction_that_can_be_undone(project: Path, tmp_path: Path):
    decide(project)
    export_project(str(project), str(tmp_path / "out"), ["masks"])
    listed = tmp_path / "out" / "masks" / "masks.csv"
    with listed.open(newline="", encoding="utf-8") as stream:
        row = next(csv.DictReader(stream))
    png = listed.parent / row["mask"]
    before = cv2.imread(str(png), cv2.IMREAD_UNCHANGED) > 0
    changed = before.copy()
    changed[5:9, 5:9] = ~changed[5:9, 5:9]
    write_mask(png, changed)
    assert import_annotations(str(project), [str(listed)], "bea")["masks"] == 1
    with open_project(project) as store:
        instance = next(i for i in store.instances_of(store.case_ids()) if str(i.info.path) == row["file"])
        np.testing.assert_array_equal(store.mask(instance.id, row["lesion"]), changed)
        store.undo(store.undoable("bea", 1)[0].id, "bea")
        np.testing.assert_array_equal(store.mask(instance.id, row["lesion"]), before)


def test_lines_that_do_not_fit_are_named_and_the_rest_goes_on(project: Path, tmp_path: Path):
    table = tmp_path / "labels.csv"
    table.write_text("file,grade\nelsewhere/other.jpg,2\neye.jpg,1\nnowhere.jpg,1\n")
    write_mask(tmp_path / "small.png", np.ones((3, 3), np.bool_))
    (tmp_path / "masks.csv").write_text(
        "file,lesion,mask\nother.jpg,MA,small.png\nother.jpg,XX,small.png\nother.jpg,EX,absent.png\n"
    )
    result = import_annotations(str(project), [str(tmp_path)], "bea")
    assert (result["labels"], result["masks"]) == (1, 0)
    reasons = dict(result["refused"])
    assert "several images" in reasons["eye.jpg"] and "no image" in reasons["nowhere.jpg"]
    whys = [why for file, why in result["refused"] if file == "other.jpg"]
    assert len(whys) == 3 and "3×3" in whys[0] and "'XX'" in whys[1] and "absent.png" in whys[2]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("labels.csv", "file,grade\nother.jpg,7\n", "line 2"),
        ("labels.csv", "file,Unknownitis\nother.jpg,1\n", "Unknownitis"),
        ("masks.csv", "file,mask\nother.jpg,x.png\n", "lesion"),
        ("annotations.json", "{}", "COCO"),
    ],
)
def test_a_file_that_cannot_be_read_leaves_everything_as_it_was(
    project: Path, tmp_path: Path, name: str, text: str, reason: str
):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "labels.csv").write_text("file,grade\nother.jpg,2\n")
    (folder / name).write_text(text)
    with pytest.raises(BadTable, match=reason):
        import_annotations(str(project), [str(folder)], "bea")
    with open_project(project) as store:
        assert not any(store.events(case) for case in store.case_ids())


def test_nothing_to_read_and_no_project(project: Path, tmp_path: Path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadTable, match="no labels or masks"):
        import_annotations(str(project), [str(tmp_path / "empty")], "bea")
    (tmp_path / "labels.csv").write_text("file\nx.jpg\n")
    with pytest.raises(ProjectNotFound):
        import_annotations(str(tmp_path / "none"), [str(tmp_path / "labels.csv")], "bea")


def test_a_coco_file_of_another_size_is_refused(project: Path, tmp_path: Path):
    coco = {
        "images": [{"id": 1, "file_name": "other.jpg", "height": 2, "width": 3}],
        "categories": [{"id": 1, "name": "MA"}],
        "annotations": [
            {"image_id": 1, "category_id": 1, "segmentation": {"size": [2, 3], "counts": [0, 6]}}
        ],
    }
    (tmp_path / "a.json").write_text(json.dumps(coco))
    result = import_annotations(str(project), [str(tmp_path / "a.json")], "bea")
    assert result["masks"] == 0 and "3×2" in result["refused"][0][1]
