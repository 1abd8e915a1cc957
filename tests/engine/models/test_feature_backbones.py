from __future__ import annotations

import pytest
import timm
import torch

from engine.errors import WrongUsage
from engine.models import siamese
from engine.models.feature_backbones import (
    CLUSTERING,
    FEW_SHOT,
    SIAMESE,
    TORCHVISION,
    FeatureBackbone,
    plain_name,
)


def test_every_name_of_the_paper_is_a_network():
    assert len(SIAMESE) == 14
    assert len(CLUSTERING) == 10
    assert len(FEW_SHOT) == 7
    for name in {**SIAMESE, **CLUSTERING, **FEW_SHOT}.values():
        assert name in TORCHVISION or timm.is_model(name)
    assert plain_name("VGG19") == "vgg19"
    assert plain_name("convnext_tiny") == "convnext_tiny"


@pytest.mark.parametrize(("name", "length"), [("ResNet18", 512), ("AlexNet", 4096), ("GoogLeNet", 1024)])
def test_one_vector_an_image(name, length):
    torch.manual_seed(0)
    network = FeatureBackbone(name)
    network.settle()
    images = torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        found = network(images)
    assert not network.training
    assert found.shape == (2, length)
    assert found.dtype == torch.float32
    assert torch.isfinite(found).all()
    # deep layers see the image, and neither vanish nor overflow
    assert float((found[0] - found[1]).std()) > 0.02 * float(found.std()) > 1e-4
    assert float(found.std()) < 100


def test_a_vision_transformer_is_one_too():
    network = FeatureBackbone("vit_tiny_patch16_224").eval()
    with torch.inference_mode():
        assert network(torch.randn(1, 3, 224, 224)).shape == (1, 192)


def test_pooled_features_are_those_before_timms_classifier():
    network = FeatureBackbone("resnet10t").eval()
    network.settle()
    images = torch.randn(1, 3, 64, 64)
    whole = timm.create_model("resnet10t", num_classes=0).eval()
    whole.load_state_dict(network.body.body.state_dict())
    with torch.inference_mode():
        assert torch.allclose(network(images), whole(images), atol=1e-5)


def test_what_is_no_network_is_refused():
    with pytest.raises(WrongUsage):
        FeatureBackbone("no network")


def test_a_twin_network_takes_the_papers_names():
    assert siamese.build({"backbone": "MobileNet-V2"}).backbone.name == "mobilenetv2_100"
