from __future__ import annotations

import json

import numpy as np
import pytest

from engine.inference.similarity import UNPROVEN, SimilarityPredictor
from engine.operations import named
from engine.operations.predicting import weights_of
from engine.store.project import create_project, open_project


@pytest.fixture
def project(tmp_path, shipped):
    root = tmp_path / "project"
    create_project(root).close()
    return root


def test_each_cell_is_the_mean_over_pairs_of_two_images(project):
    found = json.loads(json.dumps(named("disease_matrix")(str(project)), allow_nan=False))
    with open_project(project) as store:
        model = SimilarityPredictor.load(weights_of(store)("disease_similarity"), "cpu")
    head = model.network.head
    weight, bias = head.weight.detach().numpy()[0].astype(float), float(head.bias.detach()[0])
    known = model.gallery
    for row, column in ((0, 0), (0, 1), (1, 0), (len(known.names) - 1, 1)):
        pairs = [
            1 / (1 + np.exp(-(np.abs(known.embeddings[a] - known.embeddings[b]) @ weight + bias)))
            for a in np.flatnonzero(known.labels == row)
            for b in np.flatnonzero(known.labels == column)
            if a != b
        ]
        said = found["matrix"][row][column]
        assert said is None if not pairs else said == pytest.approx(np.mean(pairs), abs=1e-4)
    assert found["names"] == list(known.names)
    assert found["version"] == model.version.version
    assert found["notes"] == ([] if model.card.real_images else [UNPROVEN])


def test_pairs_that_cannot_be_compared_are_none(project, monkeypatch):
    def one_unknown(self, network):
        return np.array([[np.nan, 0.5], [0.5, 1.0]], np.float32)

    monkeypatch.setattr("engine.inference.gallery.Gallery.matrix", one_unknown)
    assert named("disease_matrix")(str(project))["matrix"] == [[None, 0.5], [0.5, 1.0]]
