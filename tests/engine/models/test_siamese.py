from __future__ import annotations

import json

import pytest
import torch

from engine.errors import WrongUsage
from engine.models import siamese


@pytest.fixture
def network():
    torch.manual_seed(0)
    return siamese.SiameseNetwork(siamese.COMPACT).eval()


def test_twins_share_weights_and_order_does_not_matter(network):
    first, second = torch.randn(2, 3, 3, 64, 64)
    with torch.inference_mode():
        there, back = network(first, second), network(second, first)
    assert there.shape == (3,)
    assert torch.allclose(there, back, atol=1e-5)


def test_embeddings_are_unit_vectors_and_the_head_sees_their_difference(network):
    with torch.inference_mode():
        vectors = network.embed(torch.randn(4, 3, 64, 64))
        assert vectors.shape == (4, 64)
        assert torch.allclose(vectors.norm(dim=1), torch.ones(4), atol=1e-5)
        found = network.compare(vectors[:, None], vectors[None])
        weight, bias = network.head.weight[0], network.head.bias[0]
        for i in range(4):
            for j in range(4):
                expected = ((vectors[i] - vectors[j]).abs() * weight).sum() + bias
                assert torch.allclose(found[i, j], expected, atol=1e-5)


def test_compact_fits_its_budget(network):
    assert sum(p.numel() for p in network.parameters()) * 2 <= 2.5e6  # bytes as float16


def test_paper_default_is_vgg19():
    with torch.device("meta"):
        network = siamese.build({})
    assert network.backbone.name == "vgg19"
    assert network.backbone.channels[-1] == 512


def test_a_config_survives_json():
    config = json.loads(json.dumps(siamese.COMPACT.as_dict() | {"size": 192}))
    with torch.device("meta"):
        names = siamese.build(config).state_dict().keys()
    assert names == siamese.SiameseNetwork(siamese.COMPACT).state_dict().keys()


def test_unknown_backbone_is_refused():
    with pytest.raises(WrongUsage):
        siamese.build({"backbone": "no_such_net"})
