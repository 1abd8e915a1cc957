"""A tiny random CLIP, saved by the test, stands for the one that a site holds."""

from __future__ import annotations

import json
import string

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional

from engine import vocabulary
from engine.cli import main
from engine.data.chest_input import standardise
from engine.errors import IncompatibleModel, MissingWeights, UnknownLabel, WrongModality, WrongUsage
from engine.inference import loading
from engine.inference.clip_prompts import ENSEMBLES, PromptEnsemble, ensemble, sentences
from engine.inference.clip_ranking import CLIP_MEAN, CLIP_STD, ClipPredictor, weights_file
from engine.inference.predictor import Options, Picture, TypedLabel
from engine.records import ImageInfo, Modality

SIDE = 16


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    from transformers import CLIPConfig, CLIPModel, CLIPTokenizer

    root = tmp_path_factory.mktemp("clip")
    letters = string.ascii_lowercase + string.digits + ".,:;-()/'%"
    words = [*letters, *(f"{c}</w>" for c in letters), "<|startoftext|>", "<|endoftext|>"]
    CLIPTokenizer(vocab={word: k for k, word in enumerate(words)}, merges=[]).save_pretrained(root)
    sizes = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    torch.manual_seed(3)
    text = sizes | {
        "vocab_size": len(words),
        "max_position_embeddings": 24,
        "bos_token_id": len(words) - 2,
        "eos_token_id": len(words) - 1,
    }
    vision = sizes | {"image_size": SIDE, "patch_size": 8}
    CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=8)).save_pretrained(root)
    return root


@pytest.fixture(scope="module")
def predictor(folder):
    return ClipPredictor.load(folder, "cpu")


def picture(seed=0, modality=Modality.CHEST):
    rng = np.random.default_rng(seed)
    pixels = rng.random((20, 30)).astype(np.float32)
    return Picture(ImageInfo(f"{seed}.png", "0" * 64, "png", 20, 30, modality=modality), pixels)


def by_hand(folder, pixels, texts):
    """Cosines of one image with some sentences, each alone, by transformers."""
    from transformers import CLIPModel, CLIPTokenizer

    model, tokenizer = CLIPModel.from_pretrained(folder).eval(), CLIPTokenizer.from_pretrained(folder)
    grey = torch.from_numpy(standardise(pixels, SIDE))
    colour = torch.stack([(grey - m) / s for m, s in zip(CLIP_MEAN, CLIP_STD, strict=True)])[None]
    with torch.inference_mode():
        image = model.get_image_features(pixel_values=colour).pooler_output[0]
        vectors = []
        for text in texts:
            tokens = tokenizer([text], return_tensors="pt", truncation=True, max_length=24)
            vectors.append(model.get_text_features(**tokens).pooler_output[0])
    units = functional.normalize(torch.stack(vectors), dim=1)
    return functional.normalize(image, dim=0), units


def score_of(prediction, name):
    return next(s.score for s in prediction.labels if s.name == name)


def test_scores_are_the_cosines_of_clip(folder, predictor):
    one = picture()
    found = predictor.predict([one], Options(extra={"prompts": "name"}))[0]
    image, units = by_hand(folder, one.pixels, ["mass", "hernia"])
    for name, unit in zip(("Mass", "Hernia"), units, strict=True):
        assert score_of(found, name) == pytest.approx(float(image @ unit), abs=0.02)  # bfloat16 where fast
    assert {s.name for s in found.labels} == {t.name for t in vocabulary.nih_findings()}
    assert [s.score for s in found.labels] == sorted((s.score for s in found.labels), reverse=True)
    assert not any(s.seen or s.typed for s in found.labels)
    assert found.model.system == "clip"
    np.testing.assert_allclose(np.linalg.norm(found.embedding), 1, rtol=1e-4)


def test_an_ensemble_is_the_mean_of_its_sentences_less_its_absence(folder, predictor):
    one = picture(1)
    found = predictor.predict([one], Options(extra={"prompts": "chest"}))[0]
    present, absent = sentences(ENSEMBLES["chest"], "Nodule")
    assert len(present) == len(absent) == 12
    image, units = by_hand(folder, one.pixels, [*present, *absent])
    yes, no = (functional.normalize(part.mean(0), dim=0) for part in (units[:12], units[12:]))
    assert score_of(found, "Nodule") == pytest.approx(float(image @ yes - image @ no), abs=0.02)


def test_batches_do_not_change_a_score(predictor):
    many = [picture(k) for k in range(9)]
    together = predictor.predict(many)
    alone = predictor.predict(many[8:])[0]
    assert score_of(together[8], "Edema") == pytest.approx(score_of(alone, "Edema"), abs=1e-3)
    assert len(together) == 9


def test_labels_that_are_asked_for(predictor):
    options = Options(
        labels=("lung abscess",), typed=(TypedLabel("Dragon lung", "Scaly."), TypedLabel("tumor"))
    )
    found = predictor.predict([picture()], options)[0]
    typed = {s.name: s.typed for s in found.labels}
    assert typed["Dragon lung"]
    assert not typed["Lung Abscess"]
    for name in ("  ", "x" * 10_000):
        with pytest.raises(WrongUsage):
            predictor.predict([picture()], Options(typed=(TypedLabel(name),)))
    with pytest.raises(UnknownLabel):
        predictor.predict([picture()], Options(labels=("dragon lung",)))


def test_prompt_ensembles():
    assert sentences(ENSEMBLES["chexzero"], "Mass") == (("mass",), ("no mass",))
    assert sentences(ENSEMBLES["name"], "dragon {lung}") == (("dragon {lung}",), ())
    known, _ = sentences(PromptEnsemble(("a {}",), style="definition"), "Effusion")
    assert known[0].startswith("a effusion: ")
    with pytest.raises(WrongUsage, match="chexzero"):
        ensemble("sonnet")
    with pytest.raises(WrongUsage):
        PromptEnsemble(("no place for a label",))


def test_a_fundus_photograph_is_refused(predictor):
    with pytest.raises(WrongModality):
        predictor.predict([picture(modality=Modality.FUNDUS)])


def copy_of(folder, tmp_path):
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path


@pytest.mark.parametrize("damage", ["missing", "nan", "truncated"])
def test_damaged_weights_are_refused(folder, tmp_path, damage):
    copy = copy_of(folder, tmp_path)
    file = copy / "model.safetensors"
    tensors = load_file(file)
    name = "text_projection.weight"
    if damage == "missing":
        tensors.pop(name)
    else:
        tensors[name] = torch.full_like(tensors[name], torch.nan)
    save_file(tensors, file, metadata={"format": "pt"})
    if damage == "truncated":
        file.write_bytes(file.read_bytes()[:-64])
    with pytest.raises(IncompatibleModel):
        ClipPredictor.load(copy, "cpu")


def test_what_is_no_clip_is_refused(tmp_path, folder):
    from transformers import BertConfig, BertModel

    copy = copy_of(folder, tmp_path)
    tiny = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8}
    BertModel(BertConfig(vocab_size=9, **tiny)).save_pretrained(copy)
    with pytest.raises(IncompatibleModel, match="bert"):
        ClipPredictor.load(copy, "cpu")


def test_only_safetensors_count(tmp_path, monkeypatch):
    with pytest.raises(MissingWeights):
        weights_file(tmp_path)
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(MissingWeights):
        weights_file(tmp_path)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(MissingWeights, match="cache"):
        loading.load("clip", lambda _: tmp_path / "nobody" / "has-this")
    with pytest.raises(MissingWeights, match="--weights"):
        loading.load("clip")


def test_preprocessing_is_the_folder_s(folder, tmp_path):
    copy = copy_of(folder, tmp_path)
    said = copy / "preprocessor_config.json"
    said.write_text(json.dumps({"image_mean": [0.5] * 3, "image_std": [0.5] * 3}), encoding="utf-8")
    assert (ClipPredictor.load(copy, "cpu")._mean == 0.5).all()
    said.write_text(json.dumps({"image_std": [0.0, 1.0, 1.0]}), encoding="utf-8")
    with pytest.raises(IncompatibleModel):
        ClipPredictor.load(copy, "cpu")


def test_the_command(folder, tmp_path, capsys):
    film = tmp_path / "film.png"
    cv2.imwrite(str(film), np.random.default_rng(0).integers(0, 255, (32, 32), np.uint8))
    words = ["predict", str(film), "--system", "clip", "--weights", str(folder), "--modality", "chest"]
    assert main([*words, "--prompts", "chexzero", "--label", "Sarcoidosis: bilateral lymph nodes"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["system"] == "clip"
    assert any(s.get("typed") for s in row["labels"])
    assert main([*words, "--prompts", "sonnet"]) != 0
