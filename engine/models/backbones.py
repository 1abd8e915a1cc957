"""Any timm convolutional network as an extractor of feature maps, by name and options.

Networks are built with random weights, so that building one never touches disk or net; a recipe that wants
an ImageNet start asks for it with `load_imagenet`, and is told what it got.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import timm
import torch
from huggingface_hub import hf_hub_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled
from safetensors import SafetensorError
from torch import Tensor, nn

from engine.errors import WrongUsage
from engine.models import torchvision_maps

PRETRAINED = ("never", "cached", "download")
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class Backbone(nn.Module):
    """Feature maps of a timm network.

    Parameters
    ----------
    name
        timm's name: ``resnet18``, ``densenet121``, ``inception_resnet_v2`` …; also ``alexnet`` and
        ``googlenet``, which timm lacks.
    options
        Further arguments of that network, such as ``{"channels": (32, 64, 128, 256)}`` for a slim ResNet.
    in_channels
        3 for colour, 1 for grey.

    Attributes
    ----------
    channels
        Channels of each level, shallow to deep.
    reductions
        Down-sampling factor of each level, such as 2, 4, 8, 16, 32.

    Raises
    ------
    WrongUsage
        When timm has no such network, or it takes no such options.
    """

    def __init__(self, name: str, options: Mapping[str, Any] | None = None, in_channels: int = 3) -> None:
        super().__init__()
        self.name, self.options, self.in_channels = name, dict(options or {}), in_channels
        self.body: Any
        if name in torchvision_maps.NETWORKS and not self.options:
            self.body = torchvision_maps.NETWORKS[name](in_channels)
            channels, reduction = self.body.level
            self.channels, self.reductions = [channels], [reduction]
            return
        try:
            self.body = timm.create_model(name, features_only=True, in_chans=in_channels, **self.options)
        except (RuntimeError, TypeError, AttributeError, AssertionError) as error:
            raise WrongUsage(
                f"timm builds no feature maps from {name!r} with {self.options} ({error})",
                remedy="See timm.list_models() for the names.",
            ) from error
        self.channels = list(self.body.feature_info.channels())
        self.reductions = list(self.body.feature_info.reduction())

    def forward(self, images: Tensor) -> Tensor:
        """Deepest maps ``[B, channels[-1], H / reductions[-1], W / reductions[-1]]`` of ``[B, C, H, W]``."""
        return self.body(images)[-1]

    def pyramid(self, images: Tensor) -> list[Tensor]:
        """Maps of all levels, shallow to deep, for networks with skip connections."""
        return list(self.body(images))


def load_imagenet(backbone: Backbone, pretrained: str = "cached", file: Path | None = None) -> str:
    """Start a backbone from ImageNet weights where that is wanted and possible.

    Parameters
    ----------
    pretrained
        ``never``; ``cached``: only weights that lie in the Hugging Face cache; ``download``: fetch them too.
    file
        A local ``.safetensors`` file to take them from instead.

    Returns
    -------
    str
        One sentence for the log and the model card: what the training starts from, and why.

    Raises
    ------
    WrongUsage
        For another word than those three.
    """
    if pretrained not in PRETRAINED:
        raise WrongUsage(f"pretrained is {pretrained!r}", remedy=f"Use one of {', '.join(PRETRAINED)}.")
    if file is None and pretrained == "never":
        return f"{backbone.name} starts from scratch, as asked."
    known = backbone.name not in torchvision_maps.NETWORKS
    cfg = timm.get_pretrained_cfg(backbone.name) if known else None
    hub = str(getattr(cfg, "hf_hub_id", None) or "")
    if file is None and not hub:
        return f"{backbone.name} starts from scratch: no public ImageNet weights are known for it."
    try:
        found = file or Path(
            hf_hub_download(hub, "model.safetensors", local_files_only=pretrained == "cached")
        )
        _pretrained(backbone, found)  # strict: timm lets a feature extractor take half of its weights
        backbone.body.load_state_dict(_pretrained(backbone, found, features_only=True).state_dict())
    except (LocalEntryNotFoundError, OfflineModeIsEnabled, HfHubHTTPError, OSError) as error:
        return (
            f"{backbone.name} starts from scratch: its ImageNet weights are not here ({_first_line(error)})."
        )
    except (RuntimeError, SafetensorError) as error:
        return f"{backbone.name} starts from scratch: ImageNet weights do not fit it ({_first_line(error)})."
    return f"{backbone.name} starts from ImageNet weights ({file or hub})."


def normalise(
    images: Tensor, mean: tuple[float, ...] = IMAGENET_MEAN, std: tuple[float, ...] = IMAGENET_STD
) -> Tensor:
    """uint8 or 0–255 images ``[B, C, H, W]`` as float32 with ImageNet's mean and deviation per channel."""
    centre = torch.tensor(mean, device=images.device).view(1, -1, 1, 1) * 255
    spread = torch.tensor(std, device=images.device).view(1, -1, 1, 1) * 255
    return (images.float() - centre) / spread


def _pretrained(backbone: Backbone, file: Path, **kind: bool) -> nn.Module:
    """The same network with the weights of a file."""
    network: nn.Module = timm.create_model(
        backbone.name,
        pretrained=True,
        pretrained_cfg_overlay={"file": str(file)},
        in_chans=backbone.in_channels,
        **kind,
        **backbone.options,
    )
    return network


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
