from __future__ import annotations

import json

import numpy as np
import pytest

from engine.cli import main
from engine.errors import TooFewSamples, UnknownLabel, WrongUsage
from engine.operations.atlas import build_atlas, clustered, sampled
from engine.operations.atlas_clusters import atlas_of, carried_names, name_cluster, weights_now
from engine.operations.atlas_labels import NO_MASK, cluster_findings, cluster_masks, inside
from engine.operations.importing import import_paths
from engine.operations.predicting import predict_project
from engine.store.project import open_project
from tests.engine.operations import tiny


@pytest.fixture
def project(tmp_path, shipped):
    folder = tmp_path / "images"
    folder.mkdir()
    for seed, name in enumerate(("p_left", "p_right", "q_left")):
        tiny.save_jpeg(folder / f"{name}.jpg", tiny.retina(seed), orientation=6 if seed == 2 else 1)
    root = tmp_path / "project"
    import_paths(str(root), [str(folder)])
    return root


def test_an_atlas_is_built_named_and_used(project):
    result = build_atlas(str(project), device="cpu")
    assert result["sample"] == {"images": 3, "of": 3, "patches": sum(result["clusters"]), "refused": []}
    with open_project(project) as store:
        atlas = atlas_of(store, "lesions")
        images = {i.id: i for i in store.instances_of(store.case_ids())}
    assert result["clusters"] == sorted((len(c["patches"]) for c in atlas["clusters"]), reverse=True)
    for cluster in atlas["clusters"]:
        for patch in cluster["patches"]:
            info = images[patch["instance"]].info
            x0, y0, x1, y1 = patch["box"]
            assert 0 <= x0 < x1 <= info.columns
            assert 0 <= y0 < y1 <= info.rows
            assert images[patch["instance"]].case_id == patch["case"]
    name_cluster(str(project), "lesions", 0, "  flame   haemorrhage ", "Dr A")
    with open_project(project) as store:
        assert atlas_of(store, "lesions")["clusters"][0]["name"] == "flame haemorrhage"

    found = cluster_findings(str(project), "lesions", 0, "flame haemorrhage", "Dr A")
    wanted = {p["instance"] for p in atlas["clusters"][0]["patches"]}
    assert (found["images"], found["refused"]) == (len(wanted), [])
    assert cluster_findings(str(project), "lesions", 0, "flame haemorrhage", "Dr A")["images"] == 0
    with open_project(project) as store:
        for number in wanted:
            review = store.review(images[number].case_id).instances[number]
            assert review.findings == {"flame haemorrhage": True}
        recorded = {e.id for i in images.values() for e in store.events(i.case_id)}
        assert {number for _, number in found["corrections"]} <= recorded
        assert len(found["corrections"]) == len(wanted)

    before = cluster_masks(str(project), "lesions", 0, "HE", "Dr A")
    assert {why for _, why in before["refused"]} == {NO_MASK}


def test_masks_are_seeded_inside_the_boxes_only(project):
    build_atlas(str(project), device="cpu")
    predict_project(str(project), systems=["lesion_unet"], device="cpu")
    with open_project(project) as store:
        cluster = atlas_of(store, "lesions")["clusters"][0]
        said = {i: store.predictions(i)["lesion_unet"].prediction for i in store_ids(store)}
    done = cluster_masks(str(project), "lesions", 0, "HE", "Dr A")
    with open_project(project) as store:
        changed = 0
        for number, prediction in said.items():
            mask = store.mask(number, "HE")
            if mask is None:
                continue
            changed += 1
            probability = np.asarray(prediction.masks["HE"])
            limit = prediction.thresholds["HE"]
            boxes = [p["box"] for p in cluster["patches"] if p["instance"] == number]
            expected = (probability >= np.ceil(limit * 255)) | (
                inside(boxes, mask.shape) & (probability >= np.ceil(limit * 255 / 2))
            )
            assert np.array_equal(mask, expected)
    assert changed == done["masks"]
    assert changed + len(done["refused"]) == len({p["instance"] for p in cluster["patches"]})
    again = cluster_masks(str(project), "lesions", 0, "HE", "Dr A")
    assert again["masks"] == 0


def store_ids(store):
    return [i.id for i in store.instances_of(store.case_ids())]


def test_from_the_shell_a_large_project_is_sampled(project, capsys):
    assert main(["atlas", str(project), "--most", "8", "--device", "cpu", "--name", "small"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["sample"]["images"], printed["sample"]["of"]) == (2, 3)
    with open_project(project) as store:
        assert store.document("atlas", "small")["sample"]["images"] == 2


def test_what_cannot_be_done_is_said(project):
    root = str(project)
    with pytest.raises(WrongUsage, match="no atlas 'lesions'"):
        name_cluster(root, "lesions", 0, "x", "Dr A")
    build_atlas(root, device="cpu")
    with pytest.raises(WrongUsage, match="no cluster 99"):
        name_cluster(root, "lesions", 99, "x", "Dr A")
    with pytest.raises(WrongUsage, match="nobody says"):
        name_cluster(root, "lesions", 0, "x", " ")
    with pytest.raises(UnknownLabel):
        cluster_masks(root, "lesions", 0, "XX", "Dr A")
    with pytest.raises(WrongUsage, match="name and a reader"):
        cluster_findings(root, "lesions", 0, " ", "Dr A")
    with pytest.raises(WrongUsage, match="no sample"):
        build_atlas(root, most=1, device="cpu")


def test_a_project_without_a_gradable_image(tmp_path, shipped):
    folder = tmp_path / "images"
    folder.mkdir()
    tiny.save_jpeg(folder / "dark_left.jpg", (tiny.retina() * 0.12).astype(np.uint8))
    import_paths(str(tmp_path / "project"), [str(folder)])
    with pytest.raises(TooFewSamples):
        build_atlas(str(tmp_path / "project"), device="cpu")


def test_a_sample_is_drawn_by_its_seed_and_keeps_the_order():
    images = list(range(100))
    assert sampled(images, 200, 0) == images
    drawn = sampled(images, 10, 3)
    assert drawn == sorted(drawn) == sampled(images, 10, 3)
    assert len(set(drawn)) == 10
    assert drawn != sampled(images, 10, 4)


def test_the_exemplar_comes_first_and_the_largest_cluster_too():
    rng = np.random.default_rng(0)
    vectors = np.concatenate((rng.normal(0, 0.1, (4, 3)), rng.normal(9, 0.1, (9, 3)))).astype(np.float32)
    patches = [{"n": k} for k in range(13)]
    large, small = clustered(patches, vectors, 0.1, 0)
    assert {p["n"] for p in large["patches"]} == set(range(4, 13))
    assert {p["n"] for p in small["patches"]} == set(range(4))
    first = vectors[large["patches"][0]["n"]]
    away = [float(np.linalg.norm(vectors[p["n"]] - first)) for p in large["patches"]]
    assert away == sorted(away)


def test_pixels_of_boxes_by_hand():
    found = inside([(1.5, 0.0, 3.2, 1.0), (-5, 3, 1, 99)], (5, 6))
    expected = np.zeros((5, 6), bool)
    expected[0, 1:4] = True
    expected[3:5, 0:1] = True
    assert np.array_equal(found, expected)


def test_names_go_to_the_clusters_that_hold_most_of_the_patches():
    def patch(instance, x):
        return {"instance": instance, "case": instance, "box": [x, 0.0, x + 10, 10.0], "response": 1.0}

    many = [patch(1, 0.0), patch(2, 0.0), patch(3, 0.0)]
    few, gone = [patch(4, 50.0)], [patch(5, 0.0)]
    old = {"clusters": [{"name": "flame", "patches": many}, {"name": "dot", "patches": few}]}
    old["clusters"] += [{"name": "cup", "patches": gone}, {"name": "", "patches": []}]
    parts = [[*few, patch(9, 0.0)], many[:2], many[2:]]
    new = {"clusters": [{"name": "", "patches": list(part)} for part in parts]}
    assert carried_names(old, new) == (2, ["cup"])
    assert [cluster["name"] for cluster in new["clusters"]] == ["dot", "flame", ""]
    assert carried_names(None, new) == (0, [])
    halves = {"clusters": [{"name": "", "patches": many[:1]}, {"name": "", "patches": [patch(7, 0.0)]}]}
    assert carried_names(old, halves) == (0, ["flame", "dot", "cup"])


def test_the_weights_that_count_now(project, shipped):
    build_atlas(str(project), device="cpu")
    with open_project(project) as store:
        assert weights_now(store) == ("", atlas_of(store, "lesions")["weights_sha256"])


def test_a_rebuilt_atlas_keeps_its_names(project):
    build_atlas(str(project), device="cpu")
    name_cluster(str(project), "lesions", 0, "flame", "Dr A")
    again = build_atlas(str(project), device="cpu")
    assert again["names"] == {"kept": 1, "lost": []}
    with open_project(project) as store:
        assert atlas_of(store, "lesions")["clusters"][0]["name"] == "flame"
