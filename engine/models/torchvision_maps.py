"""Feature maps of the networks of paper 001, table 7, that timm does not have: AlexNet and GoogLeNet."""

from __future__ import annotations

from collections import OrderedDict

import torchvision
from torch import Tensor, nn


class SingleLevel(nn.Module):
    """A network cut before its pooling, with timm's manners: a list of maps, of which there is one.

    Attributes
    ----------
    level
        Channels and down-sampling factor of its maps.
    """

    def __init__(self, layers: nn.Module, channels: int, reduction: int) -> None:
        super().__init__()
        self.layers = layers
        self.level = channels, reduction

    def forward(self, images: Tensor) -> list[Tensor]:
        """One map ``[B, channels, H / reduction, W / reduction]`` of ``[B, C, H, W]``, sizes rounded."""
        return [self.layers(images)]


def alexnet(in_channels: int) -> SingleLevel:
    """AlexNet (Krizhevsky 2014), 256 channels at 1/32."""
    layers = torchvision.models.alexnet(weights=None).features
    _first_convolution(layers, in_channels)
    return SingleLevel(layers, 256, 32)


def googlenet(in_channels: int) -> SingleLevel:
    """GoogLeNet with batch normalisation (Szegedy et al. 2015), 1024 channels at 1/32."""
    whole = torchvision.models.googlenet(weights=None, aux_logits=False, init_weights=False)
    tail = ("avgpool", "dropout", "fc", "aux1", "aux2")
    layers = nn.Sequential(OrderedDict((n, m) for n, m in whole.named_children() if n not in tail))
    _first_convolution(layers, in_channels)
    return SingleLevel(layers, 1024, 32)


NETWORKS = {"alexnet": alexnet, "googlenet": googlenet}


def _first_convolution(network: nn.Module, in_channels: int) -> None:
    """Give the first convolution as many inputs as the images have channels."""
    name, old = next((n, m) for n, m in network.named_modules() if isinstance(m, nn.Conv2d))
    if old.in_channels == in_channels:
        return
    new = nn.Conv2d(
        in_channels,
        old.out_channels,
        old.kernel_size,  # type: ignore[arg-type]
        old.stride,  # type: ignore[arg-type]
        old.padding,  # type: ignore[arg-type]
        bias=old.bias is not None,
    )
    parent, _, leaf = name.rpartition(".")
    setattr(network.get_submodule(parent), leaf, new)
