from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine import weights
from engine.errors import IncompatibleModel, MissingExtra, MissingWeights, UnknownLabel, WrongModality
from engine.imaging import geometry
from engine.inference.chest_findings import EVIDENCE, ChestPredictor
from engine.inference.evidence import to_stored
from engine.inference.predictor import Options, Picture, TypedLabel
from engine.models import zero_shot
from engine.records import ImageInfo, Modality, ModelCard
from engine.semantics import labels as semantic_labels
from engine.semantics.labels import label_embeddings

LABELS = ("Mass", "Nodule", "Effusion", "Edema", "Hernia", "Fibrosis", "Pneumonia")
CONFIG = {
    "backbone": "resnet10t",
    "backbone_options": {"channels": [8, 8, 8, 16]},
    "semantic_size": 384,
    "hidden": [12],
    "latent": 6,
    "activation": "relu",
    "relevance": "cosine",
    "dropout": 0.0,
    "encoder": "minilm",
    "prompt_style": "ensemble",
    "image_size": 64,
}


def write(path, config, system="cxr_ml_gzsl"):
    torch.manual_seed(0)
    network = zero_shot.build(config)
    tensors = dict(network.state_dict()) | {
        "aux.label_embeddings": label_embeddings(LABELS).vectors,
        "aux.replay_features": torch.rand(20, 16),
    }
    weights.save(path, tensors, ModelCard(system, "1", config, labels=LABELS))
    return path


@pytest.fixture(scope="module", params=["cosine", "weighted_euclidean"])
def predictor(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "model.safetensors"
    return ChestPredictor.load(write(path, CONFIG | {"relevance": request.param}), "cpu")


def picture(seed, rows=50, columns=80, orientation=1):
    upright = np.random.default_rng(seed).random((rows, columns)).astype(np.float32)
    size = (rows, columns) if orientation < 5 else (columns, rows)
    info = ImageInfo(Path(f"{seed}.png"), str(seed), "png", *size, orientation=orientation)
    return Picture(replace(info, modality=Modality.CHEST), upright)


class FakeEncoder:
    """Vectors that depend on the text alone; no language model is needed."""

    def embed_label(self, texts):
        return torch.randn(384, generator=torch.Generator().manual_seed(len(" ".join(texts))))


@pytest.fixture
def encoder(monkeypatch):
    monkeypatch.setattr(semantic_labels, "text_encoder", lambda *_: FakeEncoder())


def test_default_ranking_is_of_the_trained_labels(predictor):
    found = predictor.predict([picture(1), picture(2)])
    assert len(found) == 2
    for one in found:
        assert sorted(s.name for s in one.labels) == sorted(LABELS)
        values = [s.score for s in one.labels]
        assert values == sorted(values, reverse=True)
        assert all(s.seen and not s.typed for s in one.labels)
        assert one.model == predictor.version
        assert one.embedding.shape == (6,)
        top = [f"{view}/{s.name}" for s in one.labels[:EVIDENCE] for view in ("evidence", "gradcam")]
        assert sorted(one.maps) == sorted(top)
        assert one.gate is None  # these weights have none
    assert predictor.predict([picture(1)], Options(evidence=False))[0].maps == {}
    assert predictor.predict([]) == []


def test_order_and_batches_do_not_matter(predictor):
    pictures = [picture(k) for k in range(11)]
    together = predictor.predict(pictures)
    for k in (0, 7, 8, 10):
        alone = predictor.predict([pictures[k]])[0]
        np.testing.assert_allclose(alone.embedding, together[k].embedding, atol=2e-2)


def test_asked_and_typed_labels_carry_their_marks(predictor, encoder):
    options = Options(
        labels=("Tuberculosis", "lung mass", "TB"),
        typed=(TypedLabel("dragon lung", "Scaly."), TypedLabel("pleural fluid"), TypedLabel("COPD")),
    )
    one = predictor.predict([picture(3)], options)[0]
    marks = {s.name: (s.seen, s.typed) for s in one.labels}
    assert len(marks) == len(one.labels) == len(LABELS) + 3
    assert marks["Tuberculosis"] == (False, False)
    assert marks["dragon lung"] == (False, True)
    assert marks["Chronic Obstructive Pulmonary Disease"] == (False, True)
    assert marks["Effusion"] == (True, True)  # a synonym of a trained label is that label
    assert marks["Mass"] == (True, False)
    assert {"evidence/Tuberculosis", "evidence/dragon lung"} <= set(one.maps)
    with pytest.raises(UnknownLabel):
        predictor.predict([picture(3)], Options(labels=("dragon lung",)))


def test_stored_embeddings_rank_as_predicting_again(predictor, encoder):
    label = TypedLabel("dragon lung", "Scaly.")
    found = predictor.predict([picture(k) for k in range(4)], Options(typed=(label,)))
    embeddings = np.stack([p.embedding for p in found])
    ranked = predictor.rank_embeddings(embeddings, label)
    expected = [next(s.score for s in p.labels if s.name == "dragon lung") for p in found]
    np.testing.assert_allclose(ranked, expected, atol=1e-5)
    trained = predictor.rank_embeddings(embeddings, "Mass")
    expected = [next(s.score for s in p.labels if s.name == "Mass") for p in found]
    np.testing.assert_allclose(trained, expected, atol=1e-5)


def test_untrained_labels_do_not_outrank_the_trained_ones_by_default(predictor, encoder):
    """Over the rehearsed images the mean of an untrained label is the median of the trained ones' means."""
    names = (*LABELS, "dragon lung", "Tuberculosis")
    embeddings = predictor._rehearsed.numpy()
    means = [
        float(predictor.rank_embeddings(embeddings, n if n != "dragon lung" else TypedLabel(n)).mean())
        for n in names
    ]
    expected = sorted(means[: len(LABELS)])[len(LABELS) // 2]
    assert means[len(LABELS) :] == pytest.approx([expected, expected], abs=1e-5)


def test_nearest_labels_of_a_synonym(predictor):
    near = predictor.nearest_labels(TypedLabel("pleural fluid"))
    assert len(near) == 5
    assert "Effusion" not in {n.name for n in near}
    values = [n.score for n in near]
    assert values == sorted(values, reverse=True)
    assert all(-1.001 <= v <= 1.001 for v in values)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_maps_come_back_in_the_stored_frame(predictor, orientation):
    upright = predictor.predict([picture(5)])[0]
    turned = predictor.predict([picture(5, orientation=orientation)])[0]
    for name, one in upright.maps.items():
        np.testing.assert_array_equal(geometry.upright(turned.maps[name], orientation), one)
    once = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert to_stored(once, orientation).shape == ((3, 2) if orientation >= 5 else (2, 3))


def test_evidence_lies_where_the_image_differs(predictor):
    """Two images alike but for the top left corner have maps that differ most there."""
    plain = picture(6, 96, 96)
    pixels = plain.pixels.copy()
    pixels[:24, :24] = 0.5
    pixels[0, 0] = plain.pixels.max()
    options = Options(labels=("Tuberculosis",))
    maps = [
        predictor.predict([replace(plain, pixels=p)], options)[0].maps["evidence/Tuberculosis"]
        for p in (plain.pixels, pixels)
    ]
    changed = np.abs(maps[1] - maps[0])
    assert changed.shape == (4, 4)
    assert changed[0, 0] > 0
    assert np.unravel_index(changed.argmax(), changed.shape) == (0, 0)


def test_what_is_no_chest_image_is_refused(predictor):
    fundus = picture(7)
    fundus = replace(fundus, info=replace(fundus.info, modality=Modality.FUNDUS))
    colour = replace(picture(7), pixels=np.zeros((8, 8, 3), np.uint8))
    for wrong in (fundus, colour):
        with pytest.raises(WrongModality):
            predictor.predict([picture(1), wrong])


def test_a_typed_label_needs_the_models_own_encoder(tmp_path):
    config = CONFIG | {"encoder": "biobert"}
    predictor = ChestPredictor.load(write(tmp_path / "x.safetensors", config), "cpu")
    with pytest.raises(MissingExtra):
        predictor.predict([picture(1)], Options(typed=(TypedLabel("dragon lung"),)))


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("aux.label_embeddings", (len(LABELS), 100)),  # of another text encoder
        ("aux.label_embeddings", (3, 384)),  # of another label set
        ("aux.label_embeddings", None),
        ("aux.replay_features", (20, 99)),
        ("aux.gate.mean", (7,)),
    ],
)
def test_vectors_of_another_size_are_refused_by_name(tmp_path, name, shape):
    path = write(tmp_path / "x.safetensors", CONFIG)
    tensors, card = weights.load(path)
    tensors.pop(name, None)
    weights.save(path, tensors | ({name: torch.zeros(shape)} if shape else {}), card)
    with pytest.raises(IncompatibleModel, match=name.removeprefix("aux.").replace("_", "[ _]")):
        ChestPredictor.load(path, "cpu")


def test_foreign_and_missing_weights_are_refused(tmp_path):
    with pytest.raises(MissingWeights):
        ChestPredictor.load(tmp_path / "none.safetensors", "cpu")
    path = write(tmp_path / "x.safetensors", CONFIG)
    damaged = bytearray(path.read_bytes())
    damaged[-100] ^= 0xFF
    path.write_bytes(damaged)
    with pytest.raises(IncompatibleModel):
        ChestPredictor.load(path, "cpu")
