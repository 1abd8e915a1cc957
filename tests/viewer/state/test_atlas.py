from __future__ import annotations

import pytest

from viewer.state.atlas import (
    Cluster,
    atlas_from,
    lesion_of,
    lesion_words,
    other_model,
    refusals,
    stored_name,
    title_of,
)


def document(**changed):
    patches = [
        {"instance": 7, "case": 3, "box": [1.0, 2.0, 11.0, 12.0], "response": 0.5},
        {"instance": 8, "case": 4, "box": [0, 0, 5, 5], "response": 0.25},
        {"instance": 7, "case": 3, "box": [5, 5, 9, 9], "response": 0.1},
    ]
    made = {
        "model": "v2",
        "weights_sha256": "ab" * 32,
        "preference": 0.25,
        "seed": 0,
        "sample": {"images": 375, "of": 12000, "patches": 3, "refused": [["a.jpg", "gone"]]},
        "clusters": [{"name": "", "patches": patches}],
    }
    return made | changed


def test_an_atlas_is_read_and_says_its_sample_and_its_model():
    atlas = atlas_from(document())
    assert atlas.sample() == "3 patches of 375 of 12,000 images"
    assert atlas.model() == "Zoom-in-Net v2 (abababab), preference 0.25"
    cluster = atlas.clusters[0]
    assert cluster.images == (7, 8)
    assert (cluster.patches[0].box.x1, cluster.patches[0].box.score) == (11.0, 0.5)
    assert title_of(cluster, 0) == "Cluster 1"
    assert title_of(Cluster("flame haemorrhage", ()), 0) == "flame haemorrhage"
    assert atlas_from(document(clusters=[])).patches == 0


@pytest.mark.parametrize("change", [{"sample": {}}, {"clusters": [{"name": "x"}]}, {"preference": "?"}])
def test_what_is_no_atlas_is_said(change):
    with pytest.raises(ValueError, match="no atlas"):
        atlas_from(document(**change))


def test_an_atlas_of_another_model_is_said():
    atlas = atlas_from(document())
    assert other_model(atlas, "v2", "ab" * 32) == ""
    assert other_model(atlas, "", "") == ""  # no weights: nothing to compare with
    assert "v3 (cdcdcdcd)" in other_model(atlas, "v3", "cd" * 32)
    assert "now: cdcdcdcd" in other_model(atlas, "", "cd" * 32)


def test_names_come_from_the_vocabulary_of_lesions():
    assert {"Microaneurysm", "cotton wool spot", "Hard exudate"} <= set(lesion_words())
    assert len(lesion_words()) == len(set(lesion_words()))
    assert stored_name("  microaneurysm ") == "Microaneurysm"
    assert stored_name("flame   haemorrhage") == "flame haemorrhage"
    assert [lesion_of(n) for n in ("Haemorrhage", "cotton wool SPOT", "disc", "")] == ["HE", "SE", "", ""]


def test_refusals_are_counted_by_reason():
    refused = [("a", "gone"), ("b", "no mask"), ("c", "no mask"), ("d", "x"), ("e", "y")]
    assert refusals(refused) == "2 × no mask; 1 × gone; 1 × x; other reasons: 1"
    assert refusals([]) == ""
