from __future__ import annotations

from dataclasses import replace

import pytest

from engine import weights
from engine.errors import Cancelled
from engine.operations.importing import import_paths
from engine.operations.predicting import default_systems, predict_project
from engine.store.project import open_project
from engine.systems import system
from tests.engine.operations import tiny


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    for seed, name in enumerate(("p_left", "p_right", "q_left", "q_right")):
        tiny.save_jpeg(folder / f"{name}.jpg", tiny.retina(seed))
    for number in range(2):
        tiny.save_film(folder / f"C{number}.dcm", f"C{number}", number)
    return folder


@pytest.fixture
def project(images, tmp_path, shipped):
    root = tmp_path / "project"
    import_paths(str(root), [str(images)])
    return root


def said(root):
    """System names by file, from the store."""
    with open_project(root) as store:
        return {i.info.path.name: store.predictions(i.id) for i in store.instances_of(store.case_ids())}


def test_every_system_speaks_of_its_modality_with_both_eyes(project):
    result = predict_project(str(project), device="cpu")
    found = said(project)
    assert result == {"predicted": 4 * 2 + 2 * 2, "refused": []}
    assert set(found["p_left.jpg"]) == {"zoom_in_net", "lesion_unet"}  # similarity is of phantoms only
    assert set(found["C0.dcm"]) == {"cxr_ml_gzsl", "cm_dml_gzsl"}
    assert all(
        found[f"{p}_{e}.jpg"]["zoom_in_net"].prediction.grade.fellow_used
        for p in "pq"
        for e in ("left", "right")
    )
    masks = found["p_left.jpg"]["lesion_unet"].prediction.masks
    assert masks["MA"].shape == tiny.retina().shape[:2]


def test_what_phantoms_trained_speaks_of_phantoms_only(project):
    with open_project(project) as store:
        assert "disease_similarity" not in default_systems(store)
        store.set_setting("images", "phantoms")
        assert "disease_similarity" in default_systems(store)
        assert "rura_net" not in default_systems(store)


def test_a_file_that_is_gone_or_changed_stops_no_other(project, images):
    (images / "p_left.jpg").unlink()
    (images / "C0.dcm").write_bytes((images / "C1.dcm").read_bytes() + b"\0\0")
    (images / "q_left.jpg").write_bytes(b"")
    result = predict_project(str(project), systems=["zoom_in_net", "cxr_ml_gzsl"], device="cpu")
    assert result["predicted"] == 3
    reasons = {file.rsplit("/", 1)[-1]: why for file, _, why in result["refused"]}
    assert set(reasons) == {"p_left.jpg", "C0.dcm", "q_left.jpg"}
    assert "gone" in reasons["p_left.jpg"] and "Put it back" in reasons["p_left.jpg"]
    assert "content changed" in reasons["C0.dcm"]
    assert "empty" in reasons["q_left.jpg"]
    notes = said(project)["p_right.jpg"]["zoom_in_net"].prediction.notes
    assert any("fellow eye could not be read" in note for note in notes)


def test_chosen_images_only(project):
    with open_project(project) as store:
        (chosen,) = [i for i in store.instances_of(store.case_ids()) if i.info.path.name == "C1.dcm"]
    result = predict_project(str(project), [chosen.id], ["cxr_ml_gzsl"], device="cpu")
    assert result["predicted"] == 1
    assert [name for name, found in said(project).items() if found] == ["C1.dcm"]


def test_cancelling_keeps_the_finished_batches(project):
    def progress(done, total, text="", **values):
        if text.startswith(system("lesion_unet").title):
            raise Cancelled

    with pytest.raises(Cancelled):
        predict_project(str(project), systems=["zoom_in_net", "lesion_unet"], device="cpu", progress=progress)
    found = said(project)
    assert set(found["p_left.jpg"]) == {"zoom_in_net"}


def test_the_active_version_speaks(project, shipped, tmp_path):
    tensors, card = weights.load(shipped / "cxr_ml_gzsl.safetensors")
    file = tmp_path / "v2.safetensors"
    card = weights.save(file, tensors, replace(card, version="v2"))
    with open_project(project) as store:
        store.add_model(file, card, active=True, reader="ada")
    predict_project(str(project), systems=["cxr_ml_gzsl"], device="cpu")
    assert said(project)["C0.dcm"]["cxr_ml_gzsl"].prediction.model.version == "v2"
