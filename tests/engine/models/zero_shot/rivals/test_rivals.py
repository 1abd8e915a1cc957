"""The rivals on a world where labels are attribute vectors and images are sums of their labels' pictures."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from engine.errors import IncompatibleModel, WrongUsage
from engine.metrics.auroc import mean_auroc, per_class_auroc
from engine.models.zero_shot.rivals import RIVALS, build
from engine.models.zero_shot.rivals.classifier import Classifier
from engine.models.zero_shot.rivals.linear_map import LinearMap
from engine.models.zero_shot.rivals.mlzsl import Mlzsl, relation_graphs
from engine.models.zero_shot.rivals.network import RivalNet
from engine.training.loop import LoopConfig, fit

SEEN, LABELS, ATTRIBUTES, CHANNELS = 8, 11, 5, 12
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def world():
    """Maps ``[N, C, 2, 2]`` whose first place shows the image's labels; the targets; the labels' texts."""
    generator = torch.Generator().manual_seed(7)
    words = torch.randn(LABELS, ATTRIBUTES, generator=generator)
    pictures = words @ torch.randn(ATTRIBUTES, CHANNELS, generator=generator)
    targets = (torch.rand(160, LABELS, generator=generator) < 0.25).float()
    maps = 0.3 * torch.randn(160, CHANNELS, 2, 2, generator=generator)
    maps[:, :, 0, 0] += targets @ pictures
    return functional.relu(maps + 1), targets, words


def made(name, words, **options):
    torch.manual_seed(1)
    return build(name, CHANNELS, words[:SEEN], **options)


def train(rival, maps, targets, words, steps=150, lr=0.02):
    seen, learnt = words[:SEEN], targets[:, :SEEN]
    if rival.closed_form:
        rival.solve(maps, seen, learnt)
        return rival

    def batch(step):
        chosen = torch.from_numpy(np.random.default_rng(step).integers(0, len(maps), 40))
        return {"features": maps[chosen], "targets": learnt[chosen]}

    config = LoopConfig(steps, lr, schedule="cosine", mixed_precision=False)
    fit(rival, batch, lambda m, b: m.loss(b["features"], seen, b["targets"]), config, device=CPU)
    return rival.eval()


@pytest.mark.parametrize("name", RIVALS)
def test_it_learns_seen_labels_and_carries_over_to_unseen_ones(name, world):
    maps, targets, words = world
    half = len(maps) // 2
    slowly = {"steps": 300, "lr": 0.002} if name == "mlzsl" else {}
    rival = train(made(name, words), maps[:half], targets[:half], words, **slowly)
    with torch.inference_mode():
        scores = rival(maps[half:], words).numpy()
    assert scores.shape == (half, LABELS)
    assert scores.dtype == np.float32
    each = per_class_auroc(scores, targets[half:].numpy())
    assert mean_auroc(each[:SEEN]) > 0.65
    if name == "classifier":
        assert np.isnan(scores[:, SEEN:]).all()
    else:
        assert mean_auroc(each[SEEN:]) > 0.53


@pytest.mark.parametrize("name", RIVALS)
@pytest.mark.parametrize("kind", ["none", "all", "unknown"])
def test_limits_give_finite_losses_and_gradients(name, kind, world):
    maps, _, words = world
    rival = made(name, words)
    targets = torch.ones(4, SEEN) if kind == "all" else torch.zeros(4, SEEN)
    known = torch.zeros(4, SEEN, dtype=torch.bool) if kind == "unknown" else None
    if rival.closed_form:
        rival.solve(maps[:4], words[:SEEN], targets, known)
        assert torch.isfinite(rival(maps[:4], words)).all()
        return
    parts = rival.loss(maps[:4], words[:SEEN], targets, known)
    parts["loss"].backward()
    assert all(torch.isfinite(value) for value in parts.values())
    assert all(torch.isfinite(p.grad).all() for p in rival.parameters() if p.grad is not None)


@pytest.mark.parametrize("name", RIVALS)
def test_vectors_do_as_maps_of_one_place(name, world):
    maps, targets, words = world
    rival = made(name, words)
    if rival.closed_form:
        rival.solve(maps, words[:SEEN], targets[:, :SEEN])
    vectors = maps[:5, :, 0, 0]
    with torch.inference_mode():
        as_maps, plain = rival(vectors[:, :, None, None], words), rival(vectors, words)
    torch.testing.assert_close(as_maps, plain, equal_nan=True)


@pytest.mark.parametrize("name", [name for name, kind in RIVALS.items() if not kind.closed_form])
def test_bfloat16_is_close(name, world):
    maps, targets, words = world
    rival = made(name, words)
    exact = rival.loss(maps[:8], words[:SEEN], targets[:8, :SEEN])["loss"]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        rough = rival.loss(maps[:8], words[:SEEN], targets[:8, :SEEN])["loss"]
    assert rough.dtype == torch.float32
    assert float(rough.detach()) == pytest.approx(float(exact.detach()), rel=0.05)


@pytest.mark.parametrize("name", RIVALS)
def test_other_widths_are_refused(name, world):
    maps, targets, words = world
    rival = made(name, words)
    for features, texts in ((maps[:, :4], words), (maps, words[:, :2])):
        with pytest.raises(IncompatibleModel):
            rival(features, texts)
        with pytest.raises(IncompatibleModel):
            rival.loss(features, texts[:SEEN], targets[:, :SEEN])


def test_unknown_rivals_and_options():
    with pytest.raises(WrongUsage, match="lesa"):
        build("gandalf", 4, torch.rand(2, 3))
    with pytest.raises(WrongUsage):
        build("dem", 4, torch.rand(2, 3), beards=2)
    with pytest.raises(WrongUsage, match="euclidean"):
        build("lea", 4, torch.rand(2, 3), relevance="taxi")


@torch.no_grad()
def test_lesa_against_plain_loops(world):
    maps, targets, words = world
    rival = made("lesa", words, attentions=3).double()
    maps, targets, seen = maps[:4].double(), targets[:4, :SEEN].double(), words[:SEEN].double()
    units = functional.normalize(seen, dim=1)
    spoken, logits = [], []
    for image in maps:
        places = [image[:, i, j] for i in range(2) for j in range(2)]
        said = torch.stack([rival.attend(torch.tanh(rival.hidden(place))) for place in places], 1)
        heads = [sum(a * f for a, f in zip(row.softmax(0), places, strict=True)) for row in said]
        spoken.append(torch.stack([torch.stack([h @ rival.classify(u) for u in units]) for h in heads]))
        logits.append(said)
    each = torch.stack(spoken)
    torch.testing.assert_close(rival(maps, seen), each.amax(1).float(), rtol=1e-4, atol=1e-4)
    overlap = sum(
        float(functional.cosine_similarity(a, b, dim=0)) ** 2
        for said in logits
        for i, a in enumerate(said)
        for j, b in enumerate(said)
        if i != j
    )
    parts = rival.loss(maps, seen, targets)
    assert float(parts["diversity"]) == pytest.approx(math.sqrt(overlap) / 4, rel=1e-4)
    rank = 0.0
    for scores, truth in zip(each.amax(1), targets, strict=True):
        gaps = [
            1 + float(scores[n] - scores[p]) for p in range(SEEN) for n in range(SEEN) if truth[p] > truth[n]
        ]
        broken = [gap for gap in gaps if gap > 0]
        rank += sum(broken) / max(len(broken), 1) / 4
    assert float(parts["rank"]) == pytest.approx(rank, rel=1e-4)
    shares = (each.softmax(1) * targets[:, None]).sum(2)
    assert float(parts["distribution"]) == pytest.approx(float(shares.square().mean()), rel=1e-4)


@torch.no_grad()
def test_dem_ranks_by_the_mean_squared_difference(world):
    maps, targets, words = world
    rival = made("dem", words, rank_weight=0.0)
    visual, prototypes = maps.mean((2, 3)), rival.semantic(words)
    expected = -(visual[:, None] - prototypes[None]).square().mean(2)
    own = visual.square().mean(1, keepdim=True)
    torch.testing.assert_close(rival(maps, words) - own, expected, rtol=1e-4, atol=1e-4)
    pairs = [(i, p) for i in range(6) for p in range(SEEN) if targets[i, p] == 1]
    error = -sum(float(expected[i, p]) for i, p in pairs) / len(pairs)
    found = rival.loss(maps[:6], words[:SEEN], targets[:6, :SEEN])["loss"]
    assert float(found) == pytest.approx(error, rel=1e-4)
    assert (made("dem", words, rectify=False).semantic(words) < 0).any()  # for standardised features
    assert (prototypes >= 0).all()


def test_linear_map_is_the_minimum_of_its_objective(world):
    """ESZSL, equation 3: at V the gradient of data term and the three penalties vanishes."""
    maps, targets, words = world
    rival = made("linear_map", words)
    assert isinstance(rival, LinearMap)
    rival.solve(maps, words[:SEEN], targets[:, :SEEN])
    visual = maps.mean((2, 3)).double()
    x = (visual - rival.mean) / rival.spread
    s, y = words[:SEEN].double(), 2 * targets[:, :SEEN].double() - 1
    gamma = 0.1 * (x.T @ x).diagonal().mean()
    lam = 0.1 * (s.T @ s).diagonal().mean()
    v = rival.matrix.double().requires_grad_()
    loss = (x @ v @ s.T - y).square().sum()
    loss = loss + gamma * (v @ s.T).square().sum() + lam * (x @ v).square().sum()
    (loss + gamma * lam * v.square().sum()).backward()
    assert float(v.grad.abs().max()) < 1e-3 * float(y.abs().sum())


def test_mlzsl_s_graph():
    words = functional.normalize(torch.tensor([[1.0, 0], [0.9, 0.1], [0, 1], [-1, 0.1]]), dim=1)
    near, far = relation_graphs(words, 1)
    assert near.tolist() == [[0, 1, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]
    assert far.tolist() == [[0, 0, 0, 1], [0, 0, 0, 1], [1, 0, 0, 0], [1, 0, 0, 0]]
    near, far = relation_graphs(words, 9)
    assert (near.sum(1) == 3).all()  # all there are, and none of either kind twice
    assert (far == 0).all()
    alone = Mlzsl(3, torch.rand(1, 2))
    assert alone(torch.rand(2, 3), torch.rand(1, 2)).shape == (2, 1)


def test_the_classifier_knows_its_labels_by_their_texts(world):
    maps, _, words = world
    rival = made("classifier", words)
    assert isinstance(rival, Classifier)
    logits = rival.output(maps.mean((2, 3)))
    turned = rival(maps, words[[2, SEEN, 0]])
    torch.testing.assert_close(turned[:, [0, 2]], logits[:, [2, 0]])
    assert torch.isnan(turned[:, 1]).all()
    torch.testing.assert_close(
        rival(maps, words[:3].half().float()), logits[:, :3]
    )  # as checkpoints keep them


def test_a_rival_learns_with_an_encoder(world):
    _, _, words = world
    torch.manual_seed(0)
    network = RivalNet("resnet10t", {"channels": [8, 8, 8, CHANNELS]}, made("lesa", words))
    images = torch.rand(2, 1, 32, 32)
    assert network(images, words).shape == (2, LABELS)
    network.rival.loss(network.features(images), words[:SEEN], torch.eye(2, SEEN))["loss"].backward()
    assert any(p.grad is not None and p.grad.abs().sum() > 0 for p in network.encoder.parameters())
