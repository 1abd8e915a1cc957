from __future__ import annotations

import math

import pytest
import torch

from engine.errors import IncompatibleModel, WrongUsage
from engine.models.zero_shot import build
from engine.models.zero_shot.mapping import Mapping

CONFIG = {
    "backbone": "resnet10t",
    "backbone_options": {"channels": [8, 8, 8, 16]},
    "semantic_size": 6,
    "hidden": [12, 10],
    "latent": 5,
    "activation": "relu",
    "relevance": "cosine",
    "dropout": 0.0,
}


def test_mapping_has_an_activation_between_layers_but_none_after_the_last():
    torch.manual_seed(0)
    mapping = Mapping((4, 6, 5, 3), "leaky_relu")
    x = torch.randn(9, 4)
    expected = x
    layers = [m for m in mapping if isinstance(m, torch.nn.Linear)]
    for place, layer in enumerate(layers):
        expected = expected @ layer.weight.T + layer.bias
        if place < 2:
            expected = torch.where(expected > 0, expected, 0.01 * expected)
    torch.testing.assert_close(mapping(x), expected)
    assert (mapping(x) < 0).any()
    with pytest.raises(WrongUsage):
        Mapping((2, 2), "sine")


@pytest.mark.parametrize("relevance", ["cosine", "weighted_euclidean"])
def test_any_number_of_labels_can_be_ranked(relevance):
    torch.manual_seed(0)
    network = build(CONFIG | {"relevance": relevance}).eval()
    images = torch.rand(2, 1, 64, 64)
    few, more = torch.randn(3, 6), torch.randn(7, 6)
    scores = network(images, torch.cat([few, more]))
    assert scores.shape == (2, 10)
    torch.testing.assert_close(scores[:, :3], network(images, few))


def test_evidence_of_a_uniform_map_is_the_images_own_score():
    torch.manual_seed(0)
    network = build(CONFIG).eval()
    feature = torch.rand(1, 16)
    features = feature[:, :, None, None].expand(1, 16, 3, 4)
    labels = network.embed_labels(torch.randn(2, 6))
    maps = network.evidence(features, labels)
    whole = network.scores(network.visual(feature), labels)
    assert maps.shape == (1, 2, 3, 4)
    torch.testing.assert_close(maps, whole[:, :, None, None].expand(1, 2, 3, 4))


def test_evidence_keeps_rows_columns_images_and_labels_apart():
    torch.manual_seed(0)
    network = build(CONFIG).eval()
    features = torch.rand(2, 16, 3, 4)
    labels = network.embed_labels(torch.randn(2, 6))
    maps = network.evidence(features, labels)
    for b, label, row, column in ((0, 1, 2, 3), (1, 0, 0, 2)):
        one = network.scores(network.visual(features[b, :, row, column][None]), labels)[0, label]
        torch.testing.assert_close(maps[b, label, row, column], one)


def test_logits_grow_with_scores():
    network = build(CONFIG)
    low, high = network.logits(torch.tensor([-0.5, 0.5])).tolist()
    assert high > low


def test_an_unknown_relevance_is_refused():
    with pytest.raises(WrongUsage):
        build(CONFIG | {"relevance": "hamming"})


def without_chance(network):
    """Weights and statistics that no random number generator has part in."""
    for name, value in network.state_dict().items():
        if value.is_floating_point():
            wave = torch.sin(torch.arange(value.numel(), dtype=torch.float64) * 0.7 + len(name))
            scale = 1.0 if value.ndim == 0 else 2.5 / math.sqrt(max(value[0].numel(), 1))
            wave = wave.abs() + 0.5 if name.endswith("running_var") else wave * scale
            value.copy_(wave.view(value.shape).float())
    return network.eval()


def test_a_checkpoint_of_the_first_release_gives_the_scores_it_gave_then():
    """Its config, without what came later; the figures are those of that release's code."""
    config = {
        "backbone": "resnet10t",
        "backbone_options": {"channels": [8, 8, 16, 16]},
        "semantic_size": 6,
        "hidden": [12],
        "latent": 5,
        "activation": "relu",
        "relevance": "cosine",
        "dropout": 0.0,
    }
    y, x = torch.meshgrid(torch.arange(64.0), torch.arange(64.0), indexing="ij")
    waves = [(torch.sin(x / 7) * torch.cos(y / 5) + 1) / 2, (torch.sin(x * y / 300) + 1) / 2]
    words = torch.cos(torch.arange(18.0).view(3, 6))
    with torch.inference_mode():
        found = without_chance(build(config))(torch.stack(waves).unsqueeze(1), words)
    expected = torch.tensor([[0.73788, 0.76555, 0.79777], [0.75164, 0.77915, 0.81035]])
    torch.testing.assert_close(found, expected, atol=2e-4, rtol=0)


def test_embeddings_of_another_width_are_refused():
    network = build(CONFIG)
    with pytest.raises(IncompatibleModel, match="label embeddings"):
        network.embed_labels(torch.rand(2, 7))
