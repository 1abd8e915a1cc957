from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from engine import systems
from engine.data.disease_pairs import LESIONS, phantom_image
from engine.errors import TooFewSamples, WrongUsage
from engine.inference import gallery
from engine.inference.approximate_diagnosis import RuraPredictor
from engine.inference.diagnosis_config import DiagnosisConfig, diagnosis_config
from engine.inference.predictor import Options, Picture
from engine.inference.segmentation import SegmentationPredictor
from engine.inference.similarity import SimilarityPredictor
from engine.models import siamese, unet
from engine.records import ImageInfo, Modality, ModelCard, ModelVersion

CPU = torch.device("cpu")
NAMES = ("normal", "hypertensive retinopathy", "glaucoma", "diabetic retinopathy")
NET = siamese.SiameseConfig("resnet10t", {"channels": [8, 8, 16, 16]}, embedding=4)
UNET = unet.UNetConfig("tu-resnet10t", {"channels": [8, 8, 16, 16]}, (16, 16, 8, 8, 8))


def few(target):
    return Options(target=target, extra={"reference": 4})


def similarity():
    torch.manual_seed(0)
    network = siamese.SiameseNetwork(NET)
    with torch.no_grad():
        network.head.weight.fill_(-4.0)  # P falls with distance
        network.head.bias.fill_(2.0)
    vectors = np.array([[1, 0, 0, 0], [0, 0.8, 0.6, 0], [0, 1, 0, 0], [0, 0.6, 0.8, 0]], np.float32)
    lesions = np.zeros((4, 5), np.float32)
    lesions[1, LESIONS.index("HE")] = 0.9
    lesions[1, LESIONS.index("SE")] = 0.5
    lesions[3] = 0.9
    known = gallery.Gallery(vectors, np.arange(4), NAMES, lesions)
    card = ModelCard("disease_similarity", "1", NET.as_dict() | {"size": 64}, NAMES, real_images=False)
    return SimilarityPredictor(network, known, card, ModelVersion("disease_similarity", "1", "a"), CPU)


class TruePhantomMasks(SegmentationPredictor):
    """A segmentation that finds dark red on phantoms by a rule: no trained weights in a unit test."""

    def maps(self, rgb, tick=lambda: None):
        tick()
        values = rgb.astype(int)
        blank = np.zeros(rgb.shape[:2], np.uint8)
        marked = ((values[..., 0] == 255) & (values[..., 1] == 0)).astype(np.uint8) * 255
        return {code: marked if code in ("HE", "SE") else blank for code in LESIONS}


def segmentation():
    config = UNET.as_dict() | {
        "diameter": 128,
        "tile": 64,
        "overlap": 16,
        "thresholds": dict.fromkeys(LESIONS, 0.5),
        "phantom_only": ["NV"],
    }
    card = ModelCard("lesion_unet", "3", config, LESIONS)
    return TruePhantomMasks(unet.LesionUNet(UNET), card, ModelVersion("lesion_unet", "3", "b"), CPU)


@pytest.fixture
def rura(monkeypatch):
    def marked(disease, seed, index, size):
        assert size == 1024
        phantom = phantom_image(disease, seed, index, 160)
        if disease != "normal":
            phantom.rgb[60 : 70 + index, 60:80] = (255, 0, 0)
        return phantom

    monkeypatch.setattr("engine.inference.approximate_diagnosis.phantom_image", marked)
    return RuraPredictor.compose({"disease_similarity": similarity(), "lesion_unet": segmentation()})


def picture(marked=0):
    rgb = phantom_image("normal", 9, 1, 160).rgb.copy()
    rgb[40 : 40 + marked, 60:80] = (255, 0, 0)
    rows, columns = rgb.shape[:2]
    return Picture(ImageInfo(Path("a.png"), "", "png", rows, columns, modality=Modality.FUNDUS), rgb)


def test_one_image_is_diagnosed_by_its_lesions(rura):
    ill, well = (rura.predict([picture(m)], few("glaucoma"))[0] for m in (20, 0))
    assert ill.diagnosis.positive
    assert ill.diagnosis.score > 0 > well.diagnosis.score
    assert not well.diagnosis.positive
    assert ill.diagnosis.target == "glaucoma"
    assert ill.diagnosis.source == "hypertensive retinopathy"
    assert any("synthetic images of hypertensive retinopathy" in note for note in ill.notes)


def test_the_chain_takes_the_most_similar_disease_and_its_lesions(rura):
    (found,) = rura.predict([picture(5)], few("Glaucoma"))
    assert found.similar[0].name == "hypertensive retinopathy"
    assert {named.name for named in found.similar} == {"hypertensive retinopathy", "diabetic retinopathy"}
    assert set(found.masks) == {"HE", "SE"}
    assert found.model.version == "1+3"


def test_an_unknown_target_is_compared_by_the_given_images(rura):
    (found,) = rura.predict([picture(5)], few("a disease nobody knows"))
    assert "normal" not in {named.name for named in found.similar}
    assert len(found.similar) == 3
    assert any("ranked by 1 given images" in note for note in found.notes)


def test_given_images_of_a_known_disease_are_compared_instead_of_the_gallery(rura):
    by_gallery = rura.chain("glaucoma", ())
    by_images = rura.chain("glaucoma", [picture(5)])
    assert {s.name for s in by_images.similar} == {s.name for s in by_gallery.similar}
    assert [s.score for s in by_images.similar] != [s.score for s in by_gallery.similar]


def test_a_more_similar_disease_without_lesions_is_passed_over_and_said(rura):
    (found,) = rura.predict([picture(5)], few("hypertensive retinopathy"))
    ranked = [named.name for named in found.similar]
    assert ranked[0] in ("glaucoma", "diabetic retinopathy")
    assert found.diagnosis.source == "diabetic retinopathy"
    if ranked[0] == "glaucoma":
        assert any("shows no lesion" in note for note in found.notes)


def test_source_and_lesions_can_be_chosen(rura):
    extra = {"source": "diabetic retinopathy", "lesions": ["HE"], "reference": 4}
    (found,) = rura.predict([picture(5)], Options(target="glaucoma", extra=extra))
    assert found.diagnosis.source == "diabetic retinopathy"
    assert set(found.masks) == {"HE"}


@pytest.mark.parametrize("features", ["burden", "masked"])
@pytest.mark.parametrize("clustering", ["AGG", "PAM"])
def test_clusters_on_the_given_images(rura, features, clustering):
    extra = {"fit": "given", "features": features, "clustering": clustering}
    pictures = [picture(3 * (i % 2) * (3 + i)) for i in range(16)]
    found = rura.predict(pictures, Options(target="glaucoma", extra=extra))
    assert len({prediction.diagnosis.positive for prediction in found}) == 2
    assert any("16 given images" in note for note in found[0].notes)
    if features == "burden":
        assert [p.diagnosis.positive for p in found] == [bool(i % 2) for i in range(16)]


def test_every_step_is_kept(rura):
    config = DiagnosisConfig(reference=4)
    found = rura.diagnose("glaucoma", [picture(20), picture(0)], config)
    assert found.chain.sources == ("hypertensive retinopathy",)
    assert found.chain.lesions == ("HE", "SE")
    assert found.fitted.shape == (8, 2)
    table = found.table([7, 9])
    json.dumps(table, allow_nan=False)
    assert [image["name"] for image in table["images"]] == [7, 9]
    assert [image["positive"] for image in table["images"]] == [True, False]
    assert table["images"][0]["cluster"] == table["diseased"]
    assert table["images"][0]["areas"]["HE"] > 0 == table["images"][1]["areas"]["HE"]
    assert len(table["reference"]) == 8
    assert table["similar"][0][0] == "hypertensive retinopathy"
    assert "more lesion area" in table["named_by"]
    # the point of an image lies nearer to the centre of its cluster, since two features make the whole map
    for image in table["images"]:
        distances = np.linalg.norm(np.array(table["centres"]) - image["point"], axis=1)
        assert distances.argmin() == image["cluster"]


def test_pictures_may_come_in_parts(rura):
    pictures = [picture(3 * (i % 2) * (3 + i)) for i in range(16)]
    config = DiagnosisConfig(fit="given")
    whole = rura.diagnose("glaucoma", pictures, config)
    chain = rura.chain("glaucoma", (), config)
    parts = [one for k in range(0, 16, 4) for one in rura.look(pictures[k : k + 4], chain, config)]
    found = rura.decide(parts, chain, config)
    assert np.array_equal(found.margins(), whole.margins())
    assert np.array_equal(parts[1].masks["HE"], whole.looked[1].masks["HE"])


def test_without_similarity_every_known_disease_is_the_source(rura):
    found = rura.diagnose("glaucoma", [picture(20)], DiagnosisConfig(reference=4, similarity=False))
    assert found.chain.sources == ("hypertensive retinopathy", "diabetic retinopathy")
    assert found.chain.lesions == ("MA", "HE", "SE", "EX")
    assert found.chain.similar == ()
    assert not rura.needs_images("a disease nobody knows", DiagnosisConfig(similarity=False))


def test_without_segmentation_the_whole_photograph_counts(rura):
    config = DiagnosisConfig(reference=4, segmentation=False)
    found = rura.diagnose("glaucoma", [picture(0), picture(0)], config)
    assert found.fitted.shape == (8, 16)  # the encoder's features
    assert "source disease" in found.named_by
    assert len(found.looked) == 2


def test_masks_are_kept_small(rura):
    (found,) = rura.diagnose("glaucoma", [picture(20)], DiagnosisConfig(reference=4)).looked
    assert found.masks["HE"].shape == picture().pixels.shape[:2]
    assert found.masks["HE"].max() == 255
    with pytest.raises(KeyError):
        found.masks["MA"]


def test_what_cannot_be_is_refused(rura):
    with pytest.raises(WrongUsage):
        rura.predict([picture()], Options())
    for extra in (
        {"fit": "x"},
        {"features": "x"},
        {"clustering": "x"},
        {"source": "x"},
        {"lesions": ["x"]},
        {"reference": 1},
        {"reference": "many"},
        {"backbone": "no network"} | {"features": "masked", "reference": 4},
        {"segmentation": False, "fit": "given"},
    ):
        with pytest.raises(WrongUsage):
            rura.predict([picture()], Options(target="glaucoma", extra=extra))
    with pytest.raises(TooFewSamples):
        rura.predict([picture()], Options(target="glaucoma", extra={"fit": "given"}))
    with pytest.raises(TooFewSamples):
        rura.decide([], rura.chain("glaucoma", ()))
    with pytest.raises(WrongUsage):
        RuraPredictor.compose({"lesion_unet": segmentation()})
    assert rura.predict([], Options(target="glaucoma")) == []
    assert diagnosis_config({"other": 1}).features == "burden"


def test_the_table_of_systems_composes_it():
    row = systems.SYSTEMS["rura_net"]
    assert systems.load_part(row.predictor) is RuraPredictor
    assert row.uses == ("disease_similarity", "lesion_unet")
