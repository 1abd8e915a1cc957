from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.data.disease_pairs import (
    DiseaseSet,
    PairBatches,
    disease_set,
    draw_pairs,
    manifest_diseases,
    phantom_diseases,
)
from engine.data.manifest import ManifestRow, read_manifest
from engine.errors import TooFewSamples


def make(labels, names=("a", "b", "c")):
    count = len(labels)
    rng = np.random.default_rng(0)
    images = rng.integers(0, 255, (count, 32, 32, 3)).astype(np.uint8)
    patients = tuple(f"p{n}" for n in range(count))
    return DiseaseSet(images, np.array(labels, np.int64), names, np.zeros((count, 5), bool), patients)


def test_half_of_the_pairs_share_a_disease_and_no_image_meets_itself():
    labels = np.array([0] * 50 + [1] * 5 + [2] * 5)
    first, second, same = draw_pairs(labels, 4000, np.random.default_rng(1))
    assert np.array_equal(labels[first] == labels[second], same)
    assert same.mean() == 0.5
    assert (first != second).all()
    shares = np.bincount(labels[first[same]]) / same.sum()
    assert np.abs(shares - 1 / 3).max() < 0.05  # by disease, not by image


def test_a_single_image_can_only_be_the_other_of_a_pair():
    labels = np.array([0, 0, 1, 1, 2])
    first, second, same = draw_pairs(labels, 600, np.random.default_rng(2))
    assert not (labels[first[same]] == 2).any()
    assert (labels[np.r_[first[~same], second[~same]]] == 2).any()


def test_no_pair_is_of_one_patient():
    rng = np.random.default_rng(8)
    labels, patients = rng.integers(0, 3, 40), [f"p{n // 4}" for n in range(40)]
    first, second, same = draw_pairs(labels, 800, rng, patients)
    whose = np.array(patients)
    assert (whose[first] != whose[second]).all()
    assert np.array_equal(labels[first] == labels[second], same)
    # one patient alone has the other disease: those pairs are of two diseases still
    first, second, same = draw_pairs(np.array([0, 0, 1, 1, 2]), 50, rng, ["a", "b", "c", "d", "a"])
    assert (np.array(list("abcda"))[first] != np.array(list("abcda"))[second]).all()


def test_one_patient_makes_no_pairs():
    with pytest.raises(TooFewSamples):
        draw_pairs(np.array([0, 0, 1, 1]), 4, np.random.default_rng(0), ["a", "a", "b", "c"])


@pytest.mark.parametrize("labels", [[], [0, 0, 0], [0, 1], [0, 0, 1]])
def test_too_few_images_are_refused(labels):
    with pytest.raises(TooFewSamples):
        draw_pairs(np.array(labels, np.int64), 4, np.random.default_rng(0))


def test_a_batch_depends_on_its_step_alone():
    images = make([0, 0, 1, 1, 2, 2])
    batches = PairBatches(images, 6, 3)
    batches(0)
    for name, value in batches(5).items():
        assert torch.equal(value, PairBatches(images, 6, 3)(5)[name])
    assert batches(5)["first"].shape == (6, 3, 32, 32)
    assert not torch.equal(batches(5)["first"], batches(6)["first"])


def test_joined_keeps_what_each_label_means():
    one, other = make([0, 1], ("a", "b")), make([0, 1, 1], ("b", "new"))
    both = one.joined(other)
    assert both.names == ("a", "b", "new")
    assert [both.names[i] for i in both.labels] == ["a", "b", "b", "new", "new"]
    assert np.array_equal(both.images[2:], other.images)


def test_phantoms_are_balanced_seeded_and_know_their_lesions():
    names = ("normal", "diabetic retinopathy")
    found = phantom_diseases(names, 3, 48, seed=2)
    assert found.images.shape == (6, 48, 48, 3)
    assert np.bincount(found.labels).tolist() == [3, 3]
    assert not found.lesions[found.labels == 0].any()
    assert found.lesions[found.labels == 1, 0].all()  # every retinopathy has microaneurysms
    assert np.array_equal(found.images, phantom_diseases(names, 3, 48, seed=2).images)


def test_no_images_make_an_empty_set():
    assert disease_set([], [], 32, ("a",)).images.shape == (0, 32, 32, 3)
    assert phantom_diseases((), 4, 32, 0).images.shape == (0, 32, 32, 3)
    assert manifest_diseases([], 32).names == ()


def test_rows_without_one_disease_are_left_out(shared_data):
    graded = [row for row in read_manifest(shared_data) if row.task == "dr_grade"]
    rows = [next(r for r in graded if r.dr_grade == 0), next(r for r in graded if r.dr_grade == 3)]
    unknown = ManifestRow("x", rows[0].path, "p", labels=("a", "b"))
    found = manifest_diseases([*rows, unknown], 64)
    assert [found.names[i] for i in found.labels] == ["normal", "diabetic retinopathy"]
