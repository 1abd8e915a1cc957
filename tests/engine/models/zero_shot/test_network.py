from __future__ import annotations

import pytest
import torch

from engine.errors import WrongUsage
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
