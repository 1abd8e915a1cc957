"""Retraining on a project of a few phantoms, with tiny networks and few steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import Cancelled, TooFewSamples, WrongUsage
from engine.operations import retraining
from engine.operations.importing import import_paths
from engine.operations.predicting import predict_project
from engine.operations.retraining import evaluate_reviewed, retrain
from engine.records import CaseState, Correction, CorrectionKind, GradeScores, LabelScore, Prediction
from engine.records import ModelVersion as Version
from engine.store.project import open_project
from engine.training.recipes import cxr_ml_gzsl
from engine.training.recipes.chest_config import TuningConfig
from tests.engine.operations import tiny

SYSTEM = "cxr_ml_gzsl"
PATIENTS = (1, 2, 3, 11, 21)
HELD_BACK = 2  # the hash of their names puts the last two there, on every machine
FILMS = len(PATIENTS)


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    folder = tmp_path_factory.mktemp("films")
    for number in PATIENTS:
        tiny.save_film(folder / f"C{number}.dcm", f"C{number}", number)
    return folder


@pytest.fixture
def project(films, tmp_path, shipped, monkeypatch):
    """A project with predictions; retraining takes three steps."""
    tuning = TuningConfig(steps=3, batch=4, views=1, replay=4, lr=1e-2)
    small = replace(cxr_ml_gzsl.CONFIGS["shipped"], tuning=tuning)
    monkeypatch.setitem(cxr_ml_gzsl.CONFIGS, "shipped", small)
    root = tmp_path / "project"
    import_paths(str(root), [str(films)])
    assert predict_project(str(root), systems=[SYSTEM], device="cpu")["predicted"] == FILMS
    return root


def review(root, finding="Mass", present=True):
    """Decide one finding of every case and accept it."""
    with open_project(root) as store:
        for instance in store.instances_of(store.case_ids()):
            place = (instance.case_id, instance.id)
            decided = Correction(*place, CorrectionKind.FINDING, finding, None, present, "ada")
            state = Correction(
                instance.case_id, None, CorrectionKind.STATE, "", None, CaseState.CORRECTED.value, "ada"
            )
            store.record([decided, replace(state, before=store.case(instance.case_id).state.value)])


def snapshot(root):
    """What must not change: files of the project and its models."""
    with open_project(root) as store:
        models = [(row.version, row.active) for row in store.models()]
    return sorted(p.name for p in root.iterdir()), sorted((root / "models").rglob("*")), models


def test_a_new_version_is_registered_but_not_active(project):
    review(project)
    said = retrain(str(project), SYSTEM, device="cpu")
    assert (said["trained_on"], said["held_back"]) == (FILMS - HELD_BACK, HELD_BACK)
    assert said["missing"] == 0
    assert said["old"]["images"] == said["new"]["images"] == said["held_back"]
    with open_project(project) as store:
        held = {e.instance.case_id for e in store.reviewed_images(store.case(1).modality) if e.held_back}
        assert set(said["flipped"]) <= held
        (row,) = store.models(SYSTEM)
        assert (row.version, row.active) == (said["version"], False)
        assert store.active_model(SYSTEM) is None
        assert row.card.metrics["reviewed"]["held_back"] == said["held_back"]
    assert not list(project.glob("retraining-*"))


def test_the_next_version_starts_from_the_active_one(project):
    review(project)
    first = retrain(str(project), SYSTEM, device="cpu")
    with open_project(project) as store:
        store.activate(SYSTEM, first["version"], "ada")
        base = store.active_model(SYSTEM).sha256
    second = retrain(str(project), SYSTEM, device="cpu")
    assert second["version"] != first["version"]
    with open_project(project) as store:
        cards = {row.version: row.card for row in store.models(SYSTEM)}
        assert store.active_model(SYSTEM).version == first["version"]
    assert cards[second["version"]].parent == base
    assert evaluate_reviewed(str(project), SYSTEM, device="cpu")["images"] == first["held_back"]


def test_nothing_reviewed_is_too_few(project):
    before = snapshot(project)
    with pytest.raises(TooFewSamples, match="no reviewed case") as error:
        retrain(str(project), SYSTEM, device="cpu")
    assert error.value.remedy
    with pytest.raises(TooFewSamples, match="held-back"):
        evaluate_reviewed(str(project), SYSTEM, device="cpu")
    assert snapshot(project) == before


def test_a_system_without_a_recipe_cannot_be_retrained(project):
    with pytest.raises(WrongUsage):
        retrain(str(project), "rura_net", device="cpu")


@pytest.mark.parametrize("where", ["reading reviewed images", "learning corrections", "measuring"])
def test_cancel_leaves_the_project_as_it_was(where, project):
    review(project)
    before = snapshot(project)

    def progress(done, total, text="", **values):
        if text.startswith(where):
            raise Cancelled

    with pytest.raises(Cancelled):
        retrain(str(project), SYSTEM, device="cpu", progress=progress)
    assert snapshot(project) == before


def test_a_reviewed_image_that_is_gone_is_left_out(project, films):
    review(project)
    hidden = films / "C1.dcm"
    moved = hidden.rename(films / ".C1")
    try:
        said = retrain(str(project), SYSTEM, device="cpu")
    finally:
        moved.rename(hidden)
    assert said["missing"] == 1
    assert said["trained_on"] + said["held_back"] == FILMS - 1


def test_what_each_system_learns_from():
    from engine.records import ReviewedImage

    mask = {"MA": np.zeros((2, 2), np.bool_)}
    cases = {
        "nothing": ReviewedImage(None, ""),
        "grade": ReviewedImage(None, "", grade=0),
        "finding": ReviewedImage(None, "", findings={"Mass": False}),
        "mask": ReviewedImage(None, "", masks=mask),
    }
    learns = {
        system: {name for name, example in cases.items() if retraining.teaches(system, example)}
        for system in ("zoom_in_net", "lesion_unet", "disease_similarity", "cxr_ml_gzsl", "cm_dml_gzsl")
    }
    assert learns == {
        "zoom_in_net": {"grade"},
        "lesion_unet": {"mask"},
        "disease_similarity": {"grade", "finding"},
        "cxr_ml_gzsl": {"finding"},
        "cm_dml_gzsl": {"finding"},
    }


def test_what_a_reviewer_would_notice():
    version = Version("s", "v1", "0")
    assert retraining.top(Prediction(version, grade=GradeScores(3, (0, 0, 0, 1.0, 0)))) == 3
    assert retraining.top(Prediction(version, labels=(LabelScore("Mass", 1.0),))) == "Mass"
    levels = np.array([[0, 127, 128]], np.uint8)
    masks = {"MA": levels, "HE": levels, "EX": np.zeros((1, 3), np.uint8)}
    said = Prediction(version, masks=masks, thresholds={"MA": 0.5, "HE": 0.6, "EX": 0.0})
    assert retraining.top(said) == ("MA",)
