from __future__ import annotations

import json

import pytest

from engine import weights
from engine.errors import TooFewSamples, UnknownLabel, WrongUsage
from engine.inference import approximate_diagnosis, loading
from engine.inference.diagnosis_config import DiagnosisConfig
from engine.inference.predictor import Options
from engine.operations.diagnosing import diagnose, example_notes
from engine.operations.files import predict_files
from engine.operations.importing import import_paths
from engine.operations.predicting import default_systems, predict_project
from engine.store.project import open_project
from tests.engine.operations import tiny

FEW = {"reference": 2, "side": 128, "source": "glaucoma", "lesions": ["HE"]}


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    for seed in range(10):
        tiny.save_jpeg(folder / f"{chr(97 + seed)}_left.jpg", tiny.retina(seed))
        tiny.save_jpeg(folder / f"{chr(97 + seed)}_right.jpg", tiny.retina(50 + seed))
    return folder


@pytest.fixture
def project(images, tmp_path, shipped):
    root = tmp_path / "project"
    import_paths(str(root), [str(images)])
    return root


def given(**switches):
    return Options(target="glaucoma", extra=FEW | {"fit": "given"} | switches)


def test_clusters_of_all_the_images_of_a_run(images, shipped, monkeypatch):
    monkeypatch.setattr(approximate_diagnosis, "ENOUGH", 20)  # more than are decoded at once
    rows = list(predict_files([images], "rura_net", options=given(features="masked"), device="cpu"))
    assert len(rows) == 20
    assert not any("error" in row for row in rows)
    assert all("20 given images" in " ".join(row["notes"]) for row in rows)
    assert {row["diagnosis"]["target"] for row in rows} == {"glaucoma"}


def test_masks_are_written_and_bad_files_are_named(images, tmp_path, shipped):
    (images / "c_left.jpg").write_bytes(b"no image")
    (images / "d_left.jpg").write_bytes((images / "d_right.jpg").read_bytes()[:400])
    options = Options(target="glaucoma", extra=FEW)
    rows = list(predict_files([images], "rura_net", options=options, masks=tmp_path / "masks", device="cpu"))
    bad = {row["file"].rsplit("/", 1)[-1] for row in rows if "error" in row}
    assert bad == {"c_left.jpg", "d_left.jpg"}
    assert len(list((tmp_path / "masks").glob("*_HE.png"))) == 18
    assert all(set(row["masks"]) == {"HE"} for row in rows if "error" not in row)


def test_a_run_of_bad_files_names_each(images, shipped):
    for file in images.iterdir():
        file.write_bytes(b"no image")
    tiny.save_film(images / "C0.dcm", "C0", 0)
    rows = list(
        predict_files([images], "rura_net", options=Options(target="glaucoma", extra=FEW), device="cpu")
    )
    assert len(rows) == 21
    assert all("error" in row for row in rows)
    assert any("chest" in row["error"] for row in rows)


def test_a_project_is_diagnosed_with_every_step(project):
    with open_project(project) as store:
        ids = store.case_ids()
    table = diagnose(str(project), "Coats disease", ids[:3], ["HE"], ids[3:4], FEW, "cpu")
    json.dumps(table, allow_nan=False)
    assert table["lesions"] == ["HE"]
    assert table["source"] == "glaucoma"
    assert table["refused"] == []
    assert len(table["similar"]) == 2  # the known diseases but the healthy one
    assert {image["case"] for image in table["images"]} == set(ids[:3])
    assert len(table["reference"]) == 4
    with open_project(project) as store:
        for image in table["images"]:
            kept = store.predictions(image["instance"])["rura_net"].prediction.diagnosis
            assert (kept.target, kept.score) == ("Coats disease", pytest.approx(image["score"]))


def test_examples_that_cannot_be_read_are_told(project, images):
    with open_project(project) as store:
        ids = store.case_ids()
        example = store.instances_of(ids[3:4])[0]
    example.info.path.write_bytes(b"no picture any more")
    table = diagnose(str(project), "Coats disease", ids[:2], ["HE"], ids[3:4], FEW, "cpu")
    assert any("1 example images could not be read" in note for note in table["notes"])
    assert table["refused"] == []
    assert example_notes(3, []) == ()
    assert "first 32 of 40" in example_notes(40, [])[0]


def test_what_cannot_be_diagnosed(project):
    with pytest.raises(UnknownLabel, match="ZZ"):
        diagnose(str(project), "x", lesions=["ZZ"], device="cpu")
    with pytest.raises(WrongUsage):
        diagnose(str(project), " ", device="cpu")
    with pytest.raises(WrongUsage):
        diagnose(str(project), "x", switches={"clustering": "Magic"}, device="cpu")
    with pytest.raises(TooFewSamples, match="no fundus photograph"):
        diagnose(str(project), "glaucoma", [], ["HE"], switches=FEW, device="cpu")


def test_masks_that_only_phantoms_taught_are_kept_back_and_it_is_said(project):
    with open_project(project) as store:
        store.set_setting("images", "phantoms")
        instance = store.instances_of(store.case_ids()[:1])[0]
    predict_project(str(project), [instance.id], ["lesion_unet"], "cpu")
    with open_project(project) as store:
        said = store.predictions(instance.id)["lesion_unet"].prediction
    assert "HE" in said.masks and "NV" not in said.masks
    assert any("no mask is given" in note for note in said.notes)


def test_a_system_whose_weights_are_gone_is_named(project, shipped, tmp_path):
    source = loading.shipped("lesion_unet")
    with open_project(project) as store:
        row = store.add_model(source, weights.read_card(source), active=True)
        row.weights.unlink()
        instance = store.instances_of(store.case_ids()[:1])[0]
        assert "lesion_unet" not in default_systems(store)
    result = predict_project(str(project), [instance.id], device="cpu")
    assert result["predicted"] == 1  # the grade still
    ((file, system, why),) = result["refused"]
    assert (file, system) == (str(row.weights), "lesion_unet")
    assert "activate another version" in why


def test_the_switches_have_defaults():
    assert DiagnosisConfig().clustering == "AGG"
