"""Scores and embeddings by case, as the queue of the next cases reads them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.records import Case, LabelScore, ModelVersion, NamedScore, Prediction
from engine.store.project import Project

SIMILAR, CHEST = "disease_similarity", "cxr_ml_gzsl"


def said(system: str, version: str = "v1", **parts: object) -> Prediction:
    return Prediction(ModelVersion(system, version, "0" * 64), **parts)  # type: ignore[arg-type]


def test_the_highest_image_of_a_case_counts(project: Project, pair: Case, chest: Case):
    first, second = pair.instances
    project.add_predictions(
        [
            (first.id, said(SIMILAR, similar=(NamedScore("Glaucoma", 0.2),))),
            (second.id, said(SIMILAR, similar=(NamedScore("Glaucoma", 0.7),))),
            (chest.instances[0].id, said(CHEST, labels=(LabelScore("Mass", -0.5), LabelScore("Edema", 0.5)))),
        ]
    )
    assert project.case_scores([pair.id, chest.id, 99]) == {
        pair.id: {("Glaucoma", SIMILAR): 0.7},
        chest.id: {("Mass", CHEST): -0.5, ("Edema", CHEST): 0.5},
    }
    assert project.case_scores([]) == {}


def test_the_newest_score_counts(project: Project, chest: Case):
    (image,) = chest.instances
    for score in (0.9, 0.1):
        project.add_predictions([(image.id, said(CHEST, labels=(LabelScore("Mass", score),)))])
    assert project.case_scores([chest.id]) == {chest.id: {("Mass", CHEST): pytest.approx(0.1)}}


def test_embeddings_are_means_over_the_images(project: Project, pair: Case, chest: Case):
    for image, value in zip(pair.instances, (1.0, 3.0), strict=True):
        vector = np.array([value, 0.0], np.float32)
        project.add_predictions([(image.id, said(SIMILAR, embedding=vector))])
    project.add_predictions([(chest.instances[0].id, said(CHEST, labels=(LabelScore("Mass", 1.0),)))])
    found = project.case_embeddings(SIMILAR, [pair.id, chest.id])
    assert list(found) == [pair.id] and found[pair.id].tolist() == [2.0, 0.0]
    assert found[pair.id].dtype == np.float32
    assert project.case_embeddings(CHEST, [chest.id]) == {}


def test_of_two_widths_the_commoner_one_counts(project: Project, pair: Case, chest: Case):
    wide, narrow = np.ones(3, np.float32), np.ones(2, np.float32)
    for image in pair.instances:
        project.add_predictions([(image.id, said(SIMILAR, "v2", embedding=wide))])
    project.add_predictions([(chest.instances[0].id, said(SIMILAR, embedding=narrow))])
    assert list(project.case_embeddings(SIMILAR, [pair.id, chest.id])) == [pair.id]
