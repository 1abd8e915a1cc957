from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.data.disease_pairs import DiseaseSet
from engine.errors import IncompatibleModel
from engine.inference import gallery
from engine.models import siamese

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(1)
    return siamese.SiameseNetwork(siamese.COMPACT).eval()


@pytest.fixture(scope="module")
def known(network):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (7, 48, 48, 3)).astype(np.uint8)
    lesions = np.zeros((7, 5), bool)
    lesions[:2, 1] = True  # two of the four images of a show haemorrhages
    labels = np.array([0, 0, 0, 0, 1, 1, 2])
    return gallery.build(
        network, DiseaseSet(images, labels, ("a", "b", "c"), lesions, tuple("p" * len(labels))), 3, CPU
    )


def p_same(network, one, other):
    with torch.inference_mode():
        return float(torch.sigmoid(network.compare(torch.from_numpy(one), torch.from_numpy(other))))


def test_at_most_so_many_a_disease_and_all_count_for_the_lesions(known):
    assert np.bincount(known.labels).tolist() == [3, 2, 1]
    assert known.lesions[0].tolist() == [0, 0.5, 0, 0, 0]
    assert known.shown("a") == ("HE",)
    assert known.shown("a", share=0.6) == ()


def test_similarities_are_means_over_a_disease_by_a_loop(network, known):
    queries = known.embeddings[[0, 5]]
    found = known.similarities(network, queries)
    for i, query in enumerate(queries):
        for place in range(3):
            members = known.embeddings[known.labels == place]
            expected = np.mean([p_same(network, query, member) for member in members])
            assert found[i, place] == pytest.approx(expected, abs=1e-5)


def test_matrix_is_symmetric_and_compares_no_image_with_itself(network, known):
    table = known.matrix(network)
    assert np.allclose(table, table.T, equal_nan=True, atol=1e-6)
    assert np.isnan(table[2, 2])  # a single image has no other of its disease
    pair = known.embeddings[known.labels == 1]
    assert table[1, 1] == pytest.approx(p_same(network, pair[0], pair[1]), abs=1e-5)


def test_goes_through_a_weights_file(known):
    again = gallery.read(known.tensors(), known.names)
    assert np.array_equal(again.embeddings, known.embeddings)
    assert np.array_equal(again.labels, known.labels)


def test_a_gallery_that_does_not_fit_is_refused(known):
    tensors = known.tensors()
    with pytest.raises(IncompatibleModel):
        gallery.read(tensors, ("a", "b"))
    with pytest.raises(IncompatibleModel):
        gallery.read({k: v for k, v in tensors.items() if k != gallery.LABELS}, known.names)
    with pytest.raises(IncompatibleModel):
        gallery.read({**tensors, gallery.LABELS: tensors[gallery.LABELS][:2]}, known.names)


def test_no_images_have_no_embeddings(network):
    assert gallery.embed(network, np.zeros((0, 48, 48, 3), np.uint8), CPU).shape == (0, 64)
