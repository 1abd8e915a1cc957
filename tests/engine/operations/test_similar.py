from __future__ import annotations

import numpy as np
import pytest

from engine.errors import TooFewSamples, WrongUsage
from engine.operations import similar
from engine.operations.similar import similar_cases, similar_diseases
from engine.records import ImageInfo, Laterality, Modality, ModelVersion, NamedScore, Prediction
from engine.store.project import create_project

RNG = np.random.default_rng(3)


@pytest.fixture
def project(tmp_path, shipped):
    """Five patients with two eyes each; the last was never looked at."""
    root = tmp_path / "project"
    with create_project(root) as store:
        store.import_images(
            ImageInfo(tmp_path / f"{p}_{eye}.png", f"{p}{eye}", "png", 9, 9, modality=Modality.FUNDUS)
            for p in "abcde"
            for eye in ("left", "right")
        )
        store.add_predictions(said(store, "v1", 0.0))
    return root


def said(store, version, shift, system="disease_similarity"):
    """Embeddings by patient: a, b, c, d stand in a row; the right eyes lie far away, but d's."""
    found = []
    for instance in store.instances_of(store.case_ids()):
        patient = instance.info.path.stem[0]
        if patient == "e":
            continue
        place = "abcd".index(patient) + shift
        right = instance.info.laterality is Laterality.RIGHT
        where = 0.2 if patient == "d" and right else place + (50 if right else 0)
        vector = np.array([where, 0, 0, 0], np.float32)
        score = NamedScore("glaucoma", 0.25 * "abcd".index(patient)), NamedScore("normal", 0.5)
        found.append(
            (instance.id, Prediction(ModelVersion(system, version, ""), similar=score, embedding=vector))
        )
    return found


def cases(root):
    from engine.store.project import open_project

    with open_project(root) as store:
        return {store.case(i).name[0]: i for i in store.case_ids()}


def test_a_case_is_as_near_as_its_nearest_eye(project):
    ids = cases(project)
    found = similar_cases(str(project), [ids["a"]], 3)
    assert [case for case, _ in found] == [ids["d"], ids["b"], ids["c"]]
    assert [d for _, d in found] == pytest.approx([0.2, 1, 2], abs=1e-5)
    assert similar_cases(str(project), [ids["a"]], 1) == found[:1]


def test_a_selection_finds_what_is_near_to_any_of_it(project):
    ids = cases(project)
    found = similar_cases(str(project), [ids["a"], ids["c"]], 9)
    assert {case for case, _ in found} == {ids["b"], ids["d"]}


def test_new_predictions_are_seen_and_other_versions_are_not(project):
    from engine.store.project import open_project

    ids = cases(project)
    before = similar_cases(str(project), [ids["a"]], 3)
    with open_project(project) as store:
        store.add_predictions(said(store, "v0", 7.0))
    assert similar_cases(str(project), [ids["a"]], 3) == before
    with open_project(project) as store:
        of_a = {i.id for i in store.case(ids["a"]).instances}
        again = [(n, p) for n, p in said(store, "v1", 1.9) if n in of_a]
        store.add_predictions(again)
    assert similar_cases(str(project), [ids["a"]], 3)[0][0] == ids["c"]


def test_embeddings_are_read_once(project, monkeypatch):
    ids = cases(project)
    similar_cases(str(project), [ids["a"]], 3)
    monkeypatch.setattr(similar.Neighbours, "of", None)
    similar_cases(str(project), [ids["b"]], 3)


def test_another_system_steps_in(tmp_path, project):
    from engine.store.project import open_project

    with open_project(project) as store:
        only = store.instances_of([cases(project)["e"]]) + store.instances_of([cases(project)["a"]])
        model = ModelVersion("zoom_in_net", "v1", "")
        vector = np.ones(3, np.float32)
        store.add_predictions((i.id, Prediction(model, embedding=vector)) for i in only)
    ids = cases(project)
    assert similar_cases(str(project), [ids["e"]])[0][0] == ids["a"]


def test_what_cannot_be_answered(project):
    ids = cases(project)
    with pytest.raises(TooFewSamples):
        similar_cases(str(project), [ids["e"]])
    with pytest.raises(TooFewSamples):
        similar_diseases(str(project), [ids["e"]])
    with pytest.raises(WrongUsage):
        similar_cases(str(project), [])
    with pytest.raises(TooFewSamples):
        similar_cases(str(project), [i for n, i in ids.items() if n != "e"])


def test_diseases_are_ranked_by_their_mean(project):
    ids = cases(project)
    assert similar_diseases(str(project), [ids["d"]]) == [["glaucoma", 0.75], ["normal", 0.5]]
    assert similar_diseases(str(project), [ids["a"], ids["b"]])[0] == ["normal", 0.5]
