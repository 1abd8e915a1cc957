"""Backbones by the names that paper 000 prints them under, and as extractors of one vector an image."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
import torchvision
from torch import Tensor, nn

from engine.models.backbones import Backbone, load_imagenet

SIAMESE = {
    "ResNet18": "resnet18",
    "ResNet34": "resnet34",
    "ResNet50": "resnet50",
    "ResNet101": "resnet101",
    "ResNet152": "resnet152",
    "VGG16": "vgg16",
    "VGG19": "vgg19",
    "MobileNet-V2": "mobilenetv2_100",
    "MobileNet-V3": "mobilenetv3_large_100",
    "EfficientNet-B0": "efficientnet_b0",
    "EfficientNet-B4": "efficientnet_b4",
    "DenseNet121": "densenet121",
    "DenseNet169": "densenet169",
    "DenseNet201": "densenet201",
}
"""Table 3 -> timm. Any other name of timm is taken as it is."""

CLUSTERING = {
    "ResNet18": "resnet18",
    "ResNet34": "resnet34",
    "ResNet50": "resnet50",
    "ResNet101": "resnet101",
    "ResNet152": "resnet152",
    "GoogLeNet": "googlenet",
    "AlexNet": "alexnet",
    "MobileNet": "mobilenetv2_100",
    "ResNeXt": "resnext50_32x4d",
    "ViT": "vit_base_patch16_224",
}
"""Table 4 -> timm, or torchvision for the two that timm lacks."""

FEW_SHOT = {
    name: (CLUSTERING | SIAMESE)[name]
    for name in ("ResNet18", "ResNet34", "ResNet50", "GoogLeNet", "AlexNet", "VGG16")
} | {"MobileNet": "mobilenetv2_100"}
"""Table 2."""

TORCHVISION = {"googlenet": 1024, "alexnet": 4096}
"""What timm lacks, with the length of its features."""


def plain_name(name: str) -> str:
    """The library's name of a backbone in the paper's spelling; any other name stays."""
    return (CLUSTERING | SIAMESE).get(name, name)


class FeatureBackbone(nn.Module):
    """Images ``[N, 3, H, W]`` -> one vector each, ``[N, F]``: a network without its classifier.

    Random weights, unless `load_cached` finds those of ImageNet.

    Parameters
    ----------
    name
        A name of the paper's table 4 or any of timm; a vision transformer takes 224 px only.
    options
        Further arguments of a timm network.

    Attributes
    ----------
    length
        F.

    Raises
    ------
    WrongUsage
        When there is no such network.
    """

    def __init__(self, name: str, options: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self.name = plain_name(name)
        if self.name in TORCHVISION:
            self.body: nn.Module = _torchvision(self.name)
            self.length = TORCHVISION[self.name]
        else:
            self.body = Backbone(self.name, options)
            self.length = self.body.channels[-1]

    def load_cached(self, pretrained: str = "cached", file: Path | None = None) -> str:
        """Take ImageNet weights where they lie; one sentence that says what was taken."""
        if isinstance(self.body, Backbone):
            return load_imagenet(self.body, pretrained, file)
        return f"{self.name} starts from scratch: its ImageNet weights are not published as safetensors."

    def settle(self, seed: int = 0) -> None:
        """Give batch norms the statistics of noise: random layers would else let features vanish with depth.

        For networks that start from scratch; leaves the network in evaluation mode.
        """
        norms = [m for m in self.modules() if isinstance(m, nn.BatchNorm2d)]
        if norms:
            for norm in norms:
                norm.reset_running_stats()
                norm.momentum = None  # a plain mean over batches
            noise = torch.randn(8, 3, 96, 96, generator=torch.Generator().manual_seed(seed))
            with torch.no_grad():
                self.train()(noise)
        self.eval()

    def forward(self, images: Tensor) -> Tensor:
        """Mean of the deepest maps over space, or the pooled features, float32 ``[N, F]``."""
        found = self.body(images).float()
        return found.mean(dim=(2, 3)) if found.ndim == 4 else found


def _torchvision(name: str) -> nn.Module:
    """A torchvision network whose last layer gives its input."""
    options = {"init_weights": False, "aux_logits": False} if name == "googlenet" else {}
    network: nn.Module = torchvision.models.get_model(name, weights=None, **options)
    if name == "googlenet":
        network.fc = nn.Identity()
    else:
        classifier = network.classifier
        assert isinstance(classifier, nn.Sequential)  # of AlexNet
        classifier[-1] = nn.Identity()
    return network
