from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from engine.errors import WrongUsage
from engine.models.backbones import Backbone, load_imagenet, normalise

SLIM = {"channels": (8, 8, 16, 24)}


def test_maps_have_the_stated_channels_and_reductions() -> None:
    backbone = Backbone("resnet10t", SLIM).eval()
    with torch.inference_mode():
        levels = backbone.pyramid(torch.zeros(2, 3, 64, 96))
        deepest = backbone(torch.zeros(2, 3, 64, 96))
    assert [tuple(level.shape) for level in levels] == [
        (2, channels, 64 // reduction, 96 // reduction)
        for channels, reduction in zip(backbone.channels, backbone.reductions, strict=True)
    ]
    assert deepest.shape == levels[-1].shape == (2, 24, 2, 3)


def test_grey_images() -> None:
    backbone = Backbone("resnet10t", SLIM, in_channels=1)
    assert backbone(torch.zeros(2, 1, 64, 64)).shape == (2, 24, 2, 2)


def test_the_paper_s_backbone_has_its_grid() -> None:
    with torch.device("meta"):
        backbone = Backbone("inception_resnet_v2")
        assert backbone(torch.zeros(1, 3, 492, 492)).shape == (1, 1536, 14, 14)


@pytest.mark.parametrize(("name", "options"), [("no_such_network", {}), ("resnet18", {"colour": 3})])
def test_what_timm_cannot_build(name: str, options: dict[str, int]) -> None:
    with pytest.raises(WrongUsage, match=name):
        Backbone(name, options)


def test_never_and_not_cached_start_from_scratch_and_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    backbone = Backbone("resnet18")
    before = backbone.state_dict()["body.conv1.weight"].clone()
    assert "as asked" in load_imagenet(backbone, "never")
    assert "not here" in load_imagenet(backbone, "cached")
    assert torch.equal(before, backbone.state_dict()["body.conv1.weight"])


def test_an_unknown_word_for_pretrained() -> None:
    with pytest.raises(WrongUsage, match="perhaps"):
        load_imagenet(Backbone("resnet10t", SLIM), "perhaps")


def test_weights_from_a_local_file(tmp_path: Path) -> None:
    donor, file = Backbone("resnet18"), tmp_path / "model.safetensors"
    tensors = {k.removeprefix("body."): v for k, v in donor.state_dict().items()}
    save_file(tensors | {"fc.weight": torch.zeros(1000, 512), "fc.bias": torch.zeros(1000)}, file)
    backbone = Backbone("resnet18")
    assert "starts from ImageNet weights" in load_imagenet(backbone, "never", file)
    assert torch.equal(backbone.state_dict()["body.conv1.weight"], donor.state_dict()["body.conv1.weight"])


def test_weights_that_do_not_fit(tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    save_file({"conv1.weight": torch.zeros(64, 3, 7, 7)}, file)
    assert "from scratch" in load_imagenet(Backbone("resnet18", SLIM), "never", file)
    assert "from scratch" in load_imagenet(Backbone("resnet18"), "never", tmp_path / "missing.safetensors")


def test_normalise_by_hand() -> None:
    image = torch.randint(0, 256, (2, 3, 4, 4), dtype=torch.uint8)
    constants = [(0.485, 0.229), (0.456, 0.224), (0.406, 0.225)]
    slow = torch.stack([(image[:, c] / 255 - mean) / std for c, (mean, std) in enumerate(constants)], 1)
    assert torch.allclose(normalise(image), slow, atol=1e-5)


@pytest.mark.parametrize(("name", "channels", "cells"), [("alexnet", 256, 1), ("googlenet", 1024, 2)])
def test_networks_that_timm_lacks(name: str, channels: int, cells: int) -> None:
    grey = Backbone(name, in_channels=1)
    assert (grey.channels, grey.reductions) == ([channels], [32])
    maps = grey.eval()(torch.rand(2, 1, 64, 64))
    assert maps.shape == (2, channels, cells, cells)
    assert Backbone(name)(torch.rand(2, 3, 64, 64)).shape == maps.shape
    assert len(grey.pyramid(torch.rand(1, 1, 64, 64))) == 1
    assert "scratch" in load_imagenet(grey, "cached")
    with pytest.raises(WrongUsage, match=name):
        Backbone(name, {"channels": (8, 8)})


@pytest.mark.parametrize("name", ["alexnet", "vgg16", "googlenet", "resnet18", "densenet121"])
def test_the_backbones_of_paper_001_table_7(name: str) -> None:
    with torch.device("meta"):
        backbone = Backbone(name, in_channels=1)
        maps = backbone(torch.zeros(1, 1, 224, 224))
    assert maps.shape[1] == backbone.channels[-1]
