"""Predictions: appended, read back exactly, and which of them counts."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import StoreUnavailable, WrongUsage
from engine.records import (
    Box,
    Case,
    CaseState,
    Diagnosis,
    GradeScores,
    ImageInfo,
    LabelScore,
    Modality,
    ModelCard,
    ModelVersion,
    NamedScore,
    Prediction,
)
from engine.store import predictions
from engine.store.project import Project, open_project
from engine.store.rows import CaseQuery

MakeInfo = Callable[..., ImageInfo]


def model(system: str = "zoom_in_net", version: str = "v1") -> ModelVersion:
    return ModelVersion(system, version, "ab" * 32)


def graded(grade: int, version: str = "v1", **more: Any) -> Prediction:
    p = tuple(0.6 if g == grade else 0.1 for g in range(5))
    return Prediction(model(version=version), grade=GradeScores(grade, p), **more)


def ranked(version: str = "v1", system: str = "cxr_ml_gzsl", **scores: float) -> Prediction:
    labels = tuple(LabelScore(name, score) for name, score in scores.items())
    return Prediction(model(system, version), labels=labels)


def register(project: Project, tmp_path: Path, version: str, system: str = "zoom_in_net") -> None:
    weights = tmp_path / f"{version}.safetensors"
    weights.write_bytes(version.encode())
    project.add_model(weights, ModelCard(system, version, {}))


def test_everything_comes_back(project: Project, pair: Case) -> None:
    rng = np.random.default_rng(0)
    said = Prediction(
        model("rura_net"),
        grade=GradeScores(2, (0.1, 0.2, 0.5, 0.1, 0.1), True, (0.2,) * 5, True, 1, 0.75),
        labels=(LabelScore("Mass", 0.5, False, True), LabelScore("Edema", -1.25)),
        similar=(NamedScore("AMD", 0.25),),
        diagnosis=Diagnosis("glaucoma", -0.5, False, "AMD"),
        boxes=(Box(1.5, 2.0, 30.0, 40.0, 0.9),),
        masks={c: rng.integers(0, 256, (300, 400)).astype(np.uint8) for c in ("MA", "HE")},
        thresholds={"MA": 0.3},
        maps={n: rng.normal(size=(7, 9)).astype(np.float32) for n in ("attention/2", "evidence/Mass")},
        embedding=rng.normal(size=16).astype(np.float32),
        notes=("fellow eye missing",),
    )
    instance = pair.instances[0].id
    (number,) = project.add_predictions([(instance, said)])
    stored = project.predictions(instance)["rura_net"]
    found = stored.prediction
    assert stored.id == number
    for name in ("model", "grade", "labels", "similar", "diagnosis", "boxes", "notes"):
        assert getattr(found, name) == getattr(said, name), name
    assert dict(found.thresholds) == {"MA": 0.3}
    assert list(found.masks) == ["MA", "HE"]
    for code in said.masks:
        np.testing.assert_array_equal(found.masks[code], said.masks[code])
    for name in said.maps:
        np.testing.assert_array_equal(found.maps[name], said.maps[name])
        assert found.maps[name].dtype == np.float32
    assert said.embedding is not None
    assert found.embedding is not None
    np.testing.assert_array_equal(found.embedding, said.embedding)
    with pytest.raises(KeyError):
        found.masks["EX"]


def test_arrays_are_read_on_access_only(project: Project, pair: Case) -> None:
    instance = pair.instances[0].id
    project.add_predictions([(instance, graded(1, masks={"MA": np.ones((300, 400), np.uint8)}))])
    blobs = [p for p in project.blobs.folder.rglob("*") if p.is_file()]
    assert [p.parent.name for p in blobs] == [p.name[:2] for p in blobs]
    for blob in blobs:
        blob.unlink()
    found = project.predictions(instance)["zoom_in_net"].prediction
    assert len(found.masks) == 1
    with pytest.raises(StoreUnavailable) as caught:
        found.masks["MA"]
    assert blobs[0].name in str(caught.value)


def test_storing_a_stored_prediction_again_writes_no_blob(project: Project, pair: Case) -> None:
    instance = pair.instances[0].id
    arrays = {"masks": {"MA": np.ones((300, 400), np.uint8)}, "maps": {"a": np.ones((2, 2), np.float32)}}
    project.add_predictions([(instance, graded(1, **arrays))])
    before = sorted(p for p in project.blobs.folder.rglob("*") if p.is_file())
    stored = project.predictions(instance)["zoom_in_net"].prediction
    project.add_predictions([(pair.instances[1].id, stored)])
    assert sorted(p for p in project.blobs.folder.rglob("*") if p.is_file()) == before
    again = project.predictions(pair.instances[1].id)["zoom_in_net"].prediction
    np.testing.assert_array_equal(again.masks["MA"], arrays["masks"]["MA"])


def test_newest_counts_and_history_keeps_all(project: Project, pair: Case) -> None:
    instance = pair.instances[0].id
    for grade in (0, 3, 1):
        project.add_predictions([(instance, graded(grade))])
    found = project.predictions(instance)["zoom_in_net"].prediction.grade
    assert found is not None
    assert found.grade == 1
    history = [
        s.prediction.grade.grade
        for s in project.prediction_history(instance, "zoom_in_net")
        if s.prediction.grade
    ]
    assert history == [1, 3, 0]
    assert project.prediction_history(instance, "lesion_unet") == []


def test_versions_that_spoke_of_an_image_come_latest_first(project: Project, pair: Case) -> None:
    instance = pair.instances[0].id
    for version in ("v1", "v3", "v2", "v1"):
        project.add_predictions([(instance, graded(0, version))])
    project.add_predictions([(instance, ranked("v9")), (pair.instances[1].id, graded(0, "v8"))])
    assert project.prediction_versions(instance, "zoom_in_net") == ["v1", "v2", "v3"]
    assert project.prediction_versions(instance, "lesion_unet") == []


def current_grade(project: Project, instance: int) -> int:
    grade = project.predictions(instance)["zoom_in_net"].prediction.grade
    assert grade is not None
    return grade.grade


def test_the_active_version_counts(project: Project, pair: Case, tmp_path: Path) -> None:
    instance, other = (i.id for i in pair.instances)
    for version in ("v2", "v3"):
        register(project, tmp_path, version)
    project.add_predictions(
        [(instance, graded(2, "v2")), (other, graded(0, "v2")), (instance, graded(4, "v3"))]
    )
    assert current_grade(project, instance) == 4, "nothing is active: the newest"
    project.activate("zoom_in_net", "v2", "A")
    assert current_grade(project, instance) == 2
    project.add_predictions([(instance, graded(1, "v3")), (instance, graded(3, "v2"))])
    assert current_grade(project, instance) == 3
    project.activate("zoom_in_net", "v3", "A")
    assert (current_grade(project, instance), current_grade(project, other)) == (1, 0)
    project.activate("zoom_in_net", "", "A")
    assert current_grade(project, instance) == 3
    assert project.case_rows([pair.id])[0].top == "3 severe"


def test_a_roll_back_that_was_killed_is_finished_at_the_next_opening(
    project: Project, image: MakeInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in ("v2", "v3"):
        register(project, tmp_path, version)
    project.import_images(image(f"{n}.png") for n in range(5))
    instances = [i.id for i in project.instances_of(project.case_ids())]
    for grade, version in ((1, "v2"), (4, "v3")):
        project.add_predictions((i, graded(grade, version)) for i in instances)
    write, done = predictions.write_current, []

    def dies(*arguments: Any) -> None:
        if done:
            raise KeyboardInterrupt
        done.append(True)
        write(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(predictions, "chunks", lambda items: ([item] for item in items))
        patch.setattr(predictions, "write_current", dies)
        with pytest.raises(KeyboardInterrupt):
            project.activate("zoom_in_net", "v2", "A")
    assert sorted(current_grade(project, i) for i in instances) == [1, 4, 4, 4, 4]
    with open_project(project.root) as again:
        assert {current_grade(again, i) for i in instances} == {1}
        assert {r.top for r in again.case_rows(again.case_ids())} == {"1 mild"}


def test_summaries_and_scores_follow_a_roll_back(project: Project, chest: Case, tmp_path: Path) -> None:
    instance = chest.instances[0].id
    for version in ("v2", "v3"):
        register(project, tmp_path, version, "cxr_ml_gzsl")
    project.add_predictions([(instance, ranked("v2", Mass=0.9, Edema=0.1, Hernia=0.0))])
    project.add_predictions([(instance, ranked("v3", Mass=0.1, Edema=0.8))])
    assert project.case_rows([chest.id])[0].top == "Edema"
    project.activate("cxr_ml_gzsl", "v2", "A")
    row = project.case_rows([chest.id])[0]
    assert (row.top, row.score) == ("Mass", 0.9)
    high = CaseQuery(score_label="Mass", score_range=(0.5, math.inf))
    assert project.case_ids(high) == [chest.id]
    project.activate("cxr_ml_gzsl", "v3", "A")
    assert project.case_ids(high) == []
    assert project.case_ids(CaseQuery(score_label="Hernia")) == [], "the newer model does not know it"


def test_summary_line(project: Project, pair: Case) -> None:
    assert math.isnan(project.case_rows([pair.id])[0].score)
    right, left = pair.instances
    project.add_predictions([(right.id, graded(1)), (left.id, graded(3))])
    row = project.case_rows([pair.id])[0]
    assert (row.state, row.top, row.score) == (CaseState.PREDICTED, "3 severe", 0.6)
    assert row.thumbnail == right.info.sha256
    entropy = -(0.6 * math.log(0.6) + 4 * 0.1 * math.log(0.1)) / math.log(5)
    assert row.uncertainty == pytest.approx(entropy)
    assert project.case(pair.id).state is CaseState.PREDICTED


def test_a_grade_stands_before_similarity(project: Project, pair: Case) -> None:
    instance = pair.instances[0].id
    similar = Prediction(model("disease_similarity"), similar=(NamedScore("AMD", 0.9),))
    project.add_predictions([(instance, graded(1)), (instance, similar)])
    assert project.case_rows([pair.id])[0].top == "1 mild"
    assert project.case_ids(CaseQuery(label="AMD")) == [pair.id]


@pytest.mark.parametrize("order", [("cxr_ml_gzsl", "cm_dml_gzsl"), ("cm_dml_gzsl", "cxr_ml_gzsl")])
def test_of_two_rankings_the_line_shows_the_first_systems(
    project: Project, chest: Case, order: tuple[str, str]
) -> None:
    scores = {"cxr_ml_gzsl": {"Mass": 0.4}, "cm_dml_gzsl": {"Nodule": -0.9}}
    for system in order:
        project.add_predictions([(chest.instances[0].id, ranked(system=system, **scores[system]))])
    assert project.case_rows([chest.id])[0].top == "Mass"


def test_blobs_that_cannot_be_written_are_told(project: Project, pair: Case) -> None:
    project.blobs.folder.rmdir()
    project.blobs.folder.write_bytes(b"in the way")
    with pytest.raises(StoreUnavailable) as caught:
        project.add_predictions([(pair.instances[0].id, graded(1, masks={"MA": np.ones((3, 4), np.uint8)}))])
    assert str(project.blobs.folder) in str(caught.value)
    assert project.predictions(pair.instances[0].id) == {}


def test_an_unknown_image_is_refused_and_nothing_kept(project: Project, pair: Case) -> None:
    with pytest.raises(WrongUsage, match="99"):
        project.add_predictions([(pair.instances[0].id, graded(1)), (99, graded(2))])
    assert project.predictions(pair.instances[0].id) == {}


def test_thousands_are_streamed(project: Project, image: MakeInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predictions, "ADD_CHUNK", 4)
    project.import_images(image(f"{n}.png") for n in range(11))
    instances = project.instances_of(project.case_ids())
    ids = project.add_predictions((i.id, graded(i.id % 5)) for i in instances)
    assert len(set(ids)) == 11
    assert all(current_grade(project, i.id) == i.id % 5 for i in instances)


def test_scores_that_are_no_numbers_do_not_sort(project: Project, chest: Case) -> None:
    project.add_predictions([(chest.instances[0].id, ranked(Mass=math.nan, Edema=-math.inf))])
    row = project.case_rows([chest.id])[0]
    assert math.isnan(row.score)
    assert project.score_names() == []
    found = project.predictions(chest.instances[0].id)["cxr_ml_gzsl"].prediction.labels
    assert math.isnan(found[0].score)
    assert found[1].score == -math.inf


def test_embeddings_by_version(project: Project, pair: Case) -> None:
    one, two = (i.id for i in pair.instances)
    vectors = {i: np.full(3, i, np.float32) for i in (one, two)}
    project.add_predictions([(i, graded(0, embedding=v)) for i, v in vectors.items()])
    project.add_predictions([(one, graded(0, embedding=np.zeros(3, np.float32))), (two, graded(1))])
    found = dict(project.embeddings("zoom_in_net", "v1"))
    np.testing.assert_array_equal(found[one], np.zeros(3))
    np.testing.assert_array_equal(found[two], vectors[two])
    assert dict(project.embeddings("zoom_in_net", "v9")) == {}


def test_modality_of_a_case_is_kept(project: Project, chest: Case) -> None:
    assert project.case(chest.id).modality is Modality.CHEST
