from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine import weights
from engine.data.disease_pairs import phantom_image
from engine.errors import TooFewSamples, UnknownLabel, WrongModality
from engine.inference.predictor import Picture
from engine.inference.similarity import SimilarityPredictor
from engine.models.siamese import SiameseConfig
from engine.records import ImageInfo, Instance, Modality, ReviewedImage
from engine.training.loop import LoopConfig
from engine.training.recipes import disease_similarity

TINY = replace(
    disease_similarity.COMPACT,
    network=SiameseConfig("resnet10t", {"channels": [8, 8, 16, 16]}, embedding=8),
    size=64,
    pairs=4,
    loop=LoopConfig(steps=2, lr=1e-3),
    tuning=LoopConfig(steps=2, lr=1e-3),
    tuning_phantoms=2,
    phantoms=2,
    gallery=2,
    test_phantoms=2,
    diseases=("normal", "glaucoma", "diabetic retinopathy"),
    device="cpu",
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "disease_similarity.safetensors"
    return path, disease_similarity.train(None, path, TINY)


def picture(disease="glaucoma", modality=Modality.FUNDUS):
    rgb = phantom_image(disease, 5, 0, 256).rgb
    rows, columns = rgb.shape[:2]
    return Picture(ImageInfo(Path("a.png"), "", "png", rows, columns, modality=modality), rgb)


def reviewed(findings=None, grade=None, held_back=False):
    instance = Instance(1, 1, picture().info)
    return ReviewedImage(instance, "p", grade=grade, findings=findings or {}, held_back=held_back)


def test_weights_are_sound_and_never_speak_of_real_images(trained):
    path, card = trained
    assert weights.verify(path).content_sha256 == card.content_sha256
    assert card.labels == TINY.diseases
    assert not card.real_images
    assert 0 <= card.metrics["pairs"]["accuracy"] <= 1
    assert path.with_suffix(".md").is_file()


def test_the_same_seed_gives_the_same_weights(trained, tmp_path):
    again = disease_similarity.train(None, tmp_path / "again.safetensors", TINY)
    assert again.content_sha256 == trained[1].content_sha256


def test_ranks_every_known_disease(trained):
    predictor = SimilarityPredictor.load(trained[0], "cpu")
    first, second = predictor.predict([picture(), picture("normal")])
    scores = [named.score for named in first.similar]
    assert {named.name for named in first.similar} == set(TINY.diseases)
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert first.embedding.shape == (8,)
    assert first.notes  # trained on phantoms alone
    assert [n.score for n in second.similar] != scores
    assert predictor.predict([]) == []


def test_similar_diseases_of_a_known_one_leave_it_out(trained):
    predictor = SimilarityPredictor.load(trained[0], "cpu")
    names = [named.name for named in predictor.most_similar("glaucoma")]
    assert sorted([*names, "glaucoma"]) == sorted(TINY.diseases)
    with pytest.raises(UnknownLabel):
        predictor.most_similar("measles")


def test_chest_images_are_refused(trained):
    with pytest.raises(WrongModality):
        SimilarityPredictor.load(trained[0], "cpu").predict([picture(modality=Modality.CHEST)])


def test_fine_tuning_adds_a_new_disease(trained, tmp_path):
    out = tmp_path / "new.safetensors"
    examples = [reviewed({"Coats disease": True}), reviewed({"Coats disease": True}), reviewed(grade=2)]
    card = disease_similarity.fine_tune(trained[0], examples, lambda e: picture(), out, TINY)
    assert card.version == "2"
    assert card.labels == (*TINY.diseases, "coats disease")
    found = SimilarityPredictor.load(out, "cpu").predict([picture()])[0]
    assert "coats disease" in {named.name for named in found.similar}


def test_held_back_or_unclear_examples_teach_nothing(trained, tmp_path):
    examples = [reviewed({"Glaucoma": True}, held_back=True), reviewed(), reviewed({"A": True, "B": True})]
    with pytest.raises(TooFewSamples):
        disease_similarity.fine_tune(
            trained[0], examples, lambda e: picture(), tmp_path / "x.safetensors", TINY
        )


def test_the_disease_of_a_reviewed_image():
    assert disease_similarity.disease_of(reviewed(grade=0)) == "normal"
    assert disease_similarity.disease_of(reviewed(grade=3)) == "diabetic retinopathy"
    assert disease_similarity.disease_of(reviewed({"Glaucoma": True, "AMD": False}, grade=0)) == "glaucoma"
    assert disease_similarity.disease_of(reviewed()) == ""


def test_without_images_nothing_is_trained(tmp_path):
    with pytest.raises(TooFewSamples):
        disease_similarity.train(None, tmp_path / "x.safetensors", replace(TINY, phantoms=0))
