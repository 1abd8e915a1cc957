"""Choosing by validation: splits, pseudo-unseen labels, seen AUROC, and what does not go together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.data.chest_set import Augmentation, ChestSet
from engine.errors import Cancelled, TooFewSamples, UnknownLabel, WrongUsage
from engine.models import zero_shot
from engine.training.recipes import chest_config, chest_validation, cm_dml_gzsl, cxr_ml_gzsl
from engine.training.recipes.chest_config import ChestConfig, check, loop_config, network_config
from engine.training.recipes.chest_validation import Run, figures, labelled, learn, split

SEEN = ("Mass", "Nodule", "Effusion", "Edema")
SIZE, WORDS = 32, 6  # on maps of one place oneDNN leaves gradients of strided bfloat16 convolutions unset


def chest(count=40, seed=0):
    """Images whose four quarters are bright where their label is present."""
    rng = np.random.default_rng(seed)
    targets = (rng.random((count, 4)) < 0.4).astype(np.float32)
    images = rng.integers(0, 20_000, (count, SIZE, SIZE)).astype(np.uint16)
    for k, (top, left) in enumerate([(0, 0), (0, 16), (16, 0), (16, 16)]):
        images[targets[:, k] > 0, top : top + 16, left : left + 16] += 40_000
    known = np.ones_like(targets, np.bool_)
    people = tuple(f"p{k // 2}" for k in range(count))
    return ChestSet(images, targets, known, SEEN, people, ("one",) * count)


def config(recipe=cxr_ml_gzsl, **changes) -> ChestConfig:
    tiny = replace(
        recipe.CONFIGS["paper"],
        backbone="resnet10t",
        backbone_options={"channels": [4, 4, 8, 8]},
        hidden=(8,),
        latent=4,
        seen=SEEN,
        unseen=(),
        image_size=SIZE,
        augmentation=Augmentation(crop=SIZE, flip=False),
        validation=0.3,
        pseudo_unseen=("Edema",),
        epochs=3,
        batch=16,
        lr=1e-2,
        device="cpu",
    )
    return replace(tiny, **changes)


def run_of(settings, out, progress=lambda *_, **__: None, recipe=cxr_ml_gzsl):
    words = torch.randn(len(SEEN), WORDS, generator=torch.Generator().manual_seed(1))

    def network():
        torch.manual_seed(settings.seed)
        return zero_shot.build(network_config(settings, WORDS)), "from scratch"

    return Run("cxr_ml_gzsl", recipe.loss, network, words, words[:0], out, progress)


def test_no_patient_is_on_both_sides():
    whole = chest(200)
    training, validation = split(whole, 0.25, 0)
    assert not set(training.patients) & set(validation.patients)
    assert len(training) + len(validation) == 200
    assert 0.1 < len(validation) / 200 < 0.4
    everything, nothing = split(whole, 0.0, 0)
    assert (len(everything), len(nothing)) == (200, 0)
    with pytest.raises(TooFewSamples):
        split(chest(2), 0.01, 0)


def test_the_harmonic_mean_is_chosen_on_labels_that_the_search_did_not_meet(tmp_path, monkeypatch):
    settings = config()
    training, validation = split(chest(), settings.validation, 0)
    met = []
    real = chest_validation.batch_source

    def source(part, *rest):
        met.append((part.labels, len(part), int((part.targets > 0.5).any(1).sum())))
        return real(part, *rest)

    monkeypatch.setattr(chest_validation, "batch_source", source)
    out = tmp_path / "w.safetensors"
    _, told = learn(run_of(settings, out), training, validation, settings)
    without = int((training.targets[:, 3] <= 0.5).sum())
    assert met[0][:2] == (SEEN[:3], without)  # inductive: images with the pseudo-unseen label stay out
    assert met[1][:2] == (SEEN, len(training))
    chosen = told["selection"]
    assert chosen["rule"] == "harmonic_mean"
    assert chosen["pseudo_unseen"] == ["Edema"]
    assert 1 <= chosen["epochs"] <= 3
    assert 0 <= chosen["harmonic_mean"] <= 1


def test_a_search_is_not_done_again_after_a_kill(tmp_path):
    settings = config()
    training, validation = split(chest(), settings.validation, 0)
    out = tmp_path / "w.safetensors"
    whole, told = learn(run_of(settings, out), training, validation, settings)
    (tmp_path / "w.search.json").unlink()

    def stop(done, total, text="", **_):
        if text.startswith("training"):
            raise Cancelled

    with pytest.raises(Cancelled):
        learn(run_of(settings, out, stop), training, validation, settings)
    texts = []
    run = run_of(settings, out, lambda done, total, text="", **_: texts.append(text))
    again, same = learn(run, training, validation, settings)
    assert not any("choosing" in text for text in texts)
    assert same == told
    for mine, theirs in zip(whole.state_dict().values(), again.state_dict().values(), strict=True):
        assert torch.equal(mine, theirs)
    texts.clear()
    learn(run, training, validation, replace(settings, lr=2e-2))  # other settings: the search is theirs
    assert any("choosing" in text for text in texts)


@pytest.mark.parametrize("recipe", [cxr_ml_gzsl, cm_dml_gzsl])
@pytest.mark.parametrize("killed", [1, 2, 3, 5])
def test_a_run_killed_at_any_step_ends_with_the_same_weights(recipe, killed, tmp_path, monkeypatch):
    def often(*rest):
        return replace(loop_config(*rest), checkpoint_every=2)

    monkeypatch.setattr(chest_validation, "loop_config", often)
    settings = config(recipe, selection="last")
    training, validation = split(chest(), settings.validation, 0)
    whole, _ = learn(run_of(settings, tmp_path / "whole", recipe=recipe), training, validation, settings)

    def stop(done, total, text="", **_):
        if text.startswith("training") and done == killed:
            raise Cancelled

    out = tmp_path / "w.safetensors"
    with pytest.raises(Cancelled):
        learn(run_of(settings, out, stop, recipe), training, validation, settings)
    started = []
    told = run_of(settings, out, lambda done, *_, **__: started.append(done), recipe)
    again, _ = learn(told, training, validation, settings)
    assert min(filter(None, started)) == killed // 2 * 2 + 1  # it went on from its last checkpoint
    for mine, theirs in zip(whole.state_dict().values(), again.state_dict().values(), strict=True):
        assert torch.equal(mine, theirs)


def test_seen_auroc_keeps_the_best_epoch(tmp_path):
    settings = config(selection="seen_auroc", pseudo_unseen=(), epochs=4)
    training, validation = split(chest(), settings.validation, 0)
    network, told = learn(run_of(settings, tmp_path / "w.safetensors"), training, validation, settings)
    words = run_of(settings, tmp_path / "x").seen
    loss = cxr_ml_gzsl.loss(settings, words)
    found = figures(network, validation, words, range(4), loss)
    assert found["seen_auroc"] == pytest.approx(told["selection"]["seen_auroc"], abs=1e-6)
    assert np.isnan(found["unseen_auroc"])
    assert 1 <= told["selection"]["epochs"] <= 4


def test_without_a_rule_nothing_is_validated(tmp_path):
    settings = config(cm_dml_gzsl, validation=0.0)
    training, validation = split(chest(), 0.0, 0)
    run = run_of(settings, tmp_path / "w.safetensors", recipe=cm_dml_gzsl)
    _, told = learn(run, training, validation, settings)
    assert told == {"start": "from scratch"}
    assert list(tmp_path.iterdir()) == []


def test_validation_loss_is_that_of_the_trained_labels(tmp_path):
    settings = config()
    run = run_of(settings, tmp_path / "w")
    network = run.network()[0].eval()
    part = chest(5)
    loss = cxr_ml_gzsl.loss(settings, run.seen[:2])
    found = figures(network, part, run.seen, [0, 1], loss)
    images = part.tensor(np.arange(5))
    batch = {
        "images": images,
        "targets": torch.from_numpy(part.targets[:, :2]),
        "known": torch.ones(5, 2, dtype=torch.bool),
        "epoch": torch.tensor(0),
    }
    with torch.inference_mode():
        expected = float(loss(network, batch)["loss"])
    assert found["loss"] == pytest.approx(expected, rel=0.05, abs=0.01)  # bfloat16 where it is fast
    assert labelled(part, [1, 3]).labels == ("Nodule", "Edema")


def test_a_label_that_nobody_knows_is_refused_before_anything_is_read():
    for name in ("", "dragon lung", "x" * 10_000):
        with pytest.raises(UnknownLabel):
            check(config(seen=(name, *SEEN)))


@pytest.mark.parametrize(
    "changes",
    [
        {"selection": "luck"},
        {"validation": 0.0},
        {"selection": "last", "validation": 0.0, "plateau_patience": 3},
        {"pseudo_unseen": ()},
        {"pseudo_unseen": SEEN},
        {"pseudo_unseen": ("Hernia",)},
        {"seen": ("Mass", "Mass"), "pseudo_unseen": ("Mass",)},
        {"unseen": ("Mass",)},
    ],
)
def test_what_does_not_go_together_is_refused_before_anything_is_read(changes):
    with pytest.raises(WrongUsage):
        check(config(**changes))


def test_named_settings():
    paper, released = cxr_ml_gzsl.CONFIGS["paper"], cxr_ml_gzsl.CONFIGS["as_released"]
    for one in (*cxr_ml_gzsl.CONFIGS.values(), *cm_dml_gzsl.CONFIGS.values()):
        check(one)
    assert (paper.plateau_patience, paper.plateau_decay, paper.margin) == (10, 0.01, 0.5)
    assert set(paper.pseudo_unseen) < set(paper.seen) == set(chest_config.SEEN)
    assert (released.margin, released.gamma_align, released.selection) == (0.2, 0.0, "seen_auroc")
    assert released.released_losses


@torch.no_grad()
def test_the_released_losses_are_those_of_the_authors_code():
    """Their loop over images and their mean over all pairs of labels, unseen ones too, in plain Python."""
    settings = config(margin=0.2, gamma_align=0.0, gamma_con=0.01, released_losses=True)
    torch.manual_seed(2)
    network = zero_shot.build(network_config(settings, WORDS))
    words, unseen = torch.randn(4, WORDS), torch.randn(2, WORDS)
    features = torch.rand(6, 8)
    targets = (torch.rand(6, 4) < 0.5).float()
    batch = {
        "features": features,
        "targets": targets,
        "known": torch.ones(6, 4, dtype=torch.bool),
        "epoch": torch.tensor(0),
    }
    parts = cxr_ml_gzsl.loss(settings, words, unseen)(network, batch)
    scores = network.scores(network.embed_features(features), network.embed_labels(words))
    rank = 0.0
    for row, truth in zip(scores, targets, strict=True):
        for p in row[truth == 1]:
            for n in row[truth == 0]:
                rank += max(0.2 + float(n - p), 0) / 6
    every = torch.cat([words, unseen])
    mapped = network.embed_labels(every)
    cosines = [torch.nn.functional.cosine_similarity(v[:, None], v[None], dim=2) for v in (every, mapped)]
    con = float((cosines[0] - cosines[1]).abs().mean())
    assert float(parts["rank"]) == pytest.approx(rank, rel=1e-5)
    assert float(parts["consistency"]) == pytest.approx(con, rel=1e-4)
    assert float(parts["loss"]) == pytest.approx(rank + 0.01 * con, rel=1e-5)
